#include "client/formats/json_bytes.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "contracts/api/hex.h"
#include "contracts/api/text.h"

namespace zimmock::client {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{256} << 10;
constexpr std::size_t kMaxPathBytes = std::size_t{8} << 10;
constexpr std::string_view kPathMember = "\"document_id\": ";

}  // namespace

void JsonBytes::advance() {
  given_line_ = line_;
  if (repaired_[at_] == '\n') ++line_;
  ++at_;
  ++position_;
  if (position_ - token_start_ <= kMaxJsonValueBytes || error_) return;
  refuse(fmt::format("a value of at most {} bytes", kMaxJsonValueBytes), "more");
}

void JsonBytes::refuse_nul() {
  refuse("a JSON document in UTF-8", fmt::format("a NUL byte after {}", quote(recent())));
}

void JsonBytes::refuse(std::string_view expected, std::string_view got) {
  fail_with({ErrorKind::kInput, fmt::format("{}: line {}: expected {}, got {}",
                                            file_ == nullptr ? "text" : file_->path().string(),
                                            line_, expected, got)});
}

std::string_view JsonBytes::recent() const {
  constexpr std::size_t kRecentBytes = 20;
  const std::string_view given = std::string_view(repaired_).substr(0, at_);
  const std::string_view recent = given.substr(at_ - std::min(at_, kRecentBytes));
  return recent.substr(recent.rfind('\n') + 1);
}

bool JsonBytes::skip_space() {
  while (!done() &&
         (current() == ' ' || current() == '\t' || current() == '\n' || current() == '\r')) {
    advance();
  }
  token_ended();
  return !done();
}

// At from there is a backslash. How many bytes of raw_ are done with: 0 if that takes more of them.
std::size_t JsonBytes::mend_escape(std::size_t from, bool last) {
  const std::string_view rest = std::string_view(raw_).substr(from, 4);
  if (rest.size() < 4 && !last) return 0;
  if (rest.size() == 4 && rest[1] == 'x' && is_hex_digit(rest[2]) && is_hex_digit(rest[3])) {
    repaired_ += "\\u00";
    repaired_ += rest.substr(2);
    if (reading_.repaired_escape) reading_.repaired_escape();
    return 4;
  }
  repaired_ += rest.substr(0, 2);
  return std::min<std::size_t>(rest.size(), 2);
}

// At from there is a quote. As above. A member's line ends where its value does.
std::size_t JsonBytes::mend_path(std::size_t from, bool last) {
  const std::string_view rest = std::string_view(raw_).substr(from);
  const std::string_view head = rest.substr(0, kPathMember.size());
  if (!kPathMember.starts_with(head)) {
    repaired_ += '"';
    return 1;
  }
  if (rest.size() < kPathMember.size() + kMaxPathBytes && !last) return 0;
  std::string_view value = rest.substr(head.size());
  value = value.substr(0, value.find('\n'));
  const std::size_t line_bytes = value.size();
  while (value.ends_with('\r') || value.ends_with(',')) value.remove_suffix(1);
  const bool bare = head == kPathMember && !value.empty() && value.front() != '"' &&
                    value != "null" && std::isdigit(static_cast<unsigned char>(value.front())) == 0;
  repaired_ += head;
  if (!bare || line_bytes > kMaxPathBytes) return head.size();
  repaired_ += '"';
  for (const char c : value) {
    if (c == '"' || c == '\\') repaired_ += '\\';
    repaired_ += c;
  }
  repaired_ += '"';
  if (reading_.repaired_path) reading_.repaired_path();
  return head.size() + value.size();
}

// True if there is something in repaired_ again.
bool JsonBytes::refill() {
  const std::uint64_t left = file_ == nullptr ? 0 : file_->size() - offset_;
  if (left > 0) {
    auto chunk = file_->read(offset_, std::min<std::uint64_t>(left, kChunkBytes));
    if (!chunk) {
      fail_with(chunk.error());
      return false;
    }
    offset_ += chunk->size();
    raw_ += *chunk;
  }
  const bool last = file_ == nullptr || offset_ == file_->size();
  repaired_.clear();
  at_ = 0;
  if (!reading_.mend_telegram) {
    repaired_.swap(raw_);
    return !repaired_.empty();
  }
  std::size_t from = 0;
  while (from < raw_.size()) {
    const char c = raw_[from];
    std::size_t done = 1;
    if (c == '\\') {
      done = mend_escape(from, last);
    } else if (c == '"') {
      done = mend_path(from, last);
    } else {
      repaired_ += c;
    }
    if (done == 0) break;
    from += done;
  }
  raw_.erase(0, from);
  return !repaired_.empty();
}

}  // namespace zimmock::client
