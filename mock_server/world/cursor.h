#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace zimmock::mock {

// Scatters the bits of a number, repeatably; not for secrets.
std::uint64_t mix(std::uint64_t value);

// Turns a position in one list (the MsgSeq of the last message looked at) into a Next that says
// nothing about it, and back. Each list has its own key, so that a Next of another list is unknown.
class CursorCodec {
 public:
  // `bits`: size of a Next, 48 to 62; the highest is always set. `key`: of this list.
  CursorCodec(std::int64_t bits, std::uint64_t key);

  // seq > 0 and below 2^(bits-17), which is 2^31 for the smallest size.
  std::int64_t encode(std::int64_t seq) const;

  // Nothing for a number that encode() cannot have given (but for 1 in 65,536 forgeries).
  std::optional<std::int64_t> decode(std::int64_t next) const;

 private:
  std::uint64_t bits_;
  std::uint64_t mask_;
  std::uint64_t odd_;
  std::uint64_t odd_inverse_;
  std::uint64_t pad_;
};

}  // namespace zimmock::mock
