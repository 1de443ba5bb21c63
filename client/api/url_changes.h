#pragma once

// Whether the URLs of a run came back as they were sent, or all changed in one way: a service may
// move media to a host or under a prefix of its own, which is no change of a message.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "contracts/api/returned_body.h"

namespace zimmock::client {

// How a URL moved: `to` stands in place of `host` + `path`, and what follows, at least the last
// segment, is the same.
struct UrlMove {
  std::string host;  // with the scheme
  std::string path;
  std::string to;

  // Media of several hosts may move to one.
  bool is_one_way_with(const UrlMove& other) const { return path == other.path && to == other.to; }
};

// Nothing if more than what stands before its end changed, or nothing at all.
std::optional<UrlMove> url_move(std::string_view sent, std::string_view got);

// True if each URL is as sent or has moved.
bool urls_moved_at_most(const BodyComparison& body);

// Sums up URLs. Not for several threads at once.
class UrlChanges {
 public:
  void add(const BodyComparison& body);
  void add(const UrlChanges& others);

  // Set if there are URLs and every one moved in one way.
  const std::optional<UrlMove>& one_way() const;
  std::uint64_t changed() const { return changed_; }

 private:
  std::uint64_t changed_ = 0;
  std::uint64_t others_ = 0;  // unchanged, changed otherwise, or in another way than the first
  std::optional<UrlMove> way_;
};

}  // namespace zimmock::client
