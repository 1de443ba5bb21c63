#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "client/formats/json_elements.h"
#include "client/formats/line_file.h"

namespace zimmock::client {

inline constexpr std::size_t kMaxJsonValueBytes = std::size_t{16} << 20;

// The bytes of a document for the JSON parser, one at a time, repaired on the way. Used by one
// thread.
class JsonBytes {
 public:
  // Of a file, or of a text; that and `reading` must outlive it.
  JsonBytes(const LineFile& file, const JsonReading& reading) : file_(&file), reading_(reading) {}
  JsonBytes(std::string_view text, const JsonReading& reading) : raw_(text), reading_(reading) {}

  // True at the end, and where it cannot go on: then there is an error(). A NUL byte is one, which
  // the parser would take for the end.
  bool done() { return error_ || (at_ == repaired_.size() && !refill()) || is_nul(); }
  char current() { return done() ? '\0' : repaired_[at_]; }
  void advance();

  // Passes white space; false if there is nothing after it.
  bool skip_space();

  // The parser has something whole; from here it may take kMaxJsonValueBytes for the next.
  void token_ended() { token_start_ = position_; }

  // The end of what was given of this line, a few bytes.
  std::string_view recent() const;

  std::uint64_t position() const { return position_; }  // bytes given
  std::uint32_t line() const { return given_line_; }    // of the last byte given, from 1
  const std::optional<Error>& error() const { return error_; }

 private:
  bool refill();
  bool is_nul() {
    if (repaired_[at_] != '\0') return false;
    refuse_nul();
    return true;
  }
  void refuse_nul();
  void refuse(std::string_view expected, std::string_view got);
  void fail_with(Error error) { error_ = std::move(error); }
  std::size_t mend_escape(std::size_t from, bool last);
  std::size_t mend_path(std::size_t from, bool last);

  const LineFile* file_ = nullptr;
  std::uint64_t offset_ = 0;  // in the file, of what is read next
  std::string raw_;           // read, and not yet repaired
  std::string repaired_;
  std::size_t at_ = 0;  // in repaired_
  std::uint64_t position_ = 0;
  std::uint64_t token_start_ = 0;
  std::uint32_t line_ = 1;  // of current()
  std::uint32_t given_line_ = 1;
  std::optional<Error> error_;
  const JsonReading& reading_;
};

}  // namespace zimmock::client
