#pragma once

// Who sees which message, of lists that were pulled once for each of a conversation's two users.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace zimmock::client {

// A message by what Tencent calls it: MsgSeq, MsgRandom and its second are its identity in the
// conversation, whoever sent it.
struct TencentMessage {
  std::string from;
  std::string to;
  std::uint32_t second = 0;
  std::optional<std::uint32_t> seq;
  std::optional<std::uint32_t> random;
};

class TencentViews {
 public:
  // What becomes of a message that was added. Small, for there are as many as messages.
  struct Fate {
    std::uint16_t first : 1;  // 0: it was there before
    std::uint16_t from_sees : 1;
    std::uint16_t to_sees : 1;
    // Among those of its second: in the order of MsgSeq, or of the calls if one has none.
    std::uint16_t place : 10;
  };

  // The list of that user and another was pulled, if maybe nothing was in it.
  void pulled(const std::string& user, const std::string& other);

  // A message in the list of `viewer`; "" for one that is in nobody's, as in importmsg. The fates
  // are counted from 0 in the order of the calls.
  void add(const TencentMessage& message, const std::string& viewer);
  // One that has no fate, in its place in the order.
  void add_none();

  // Call once after all: settles the fates. Of a conversation that was pulled for one user only,
  // both see what that one does.
  void settle();

  Fate fate(std::size_t number) const { return fates_[number]; }
  std::size_t conversations() const { return pulled_.size(); }
  // Of those, the ones pulled for one user only.
  std::size_t one_sided() const;

 private:
  struct Entry {
    std::uint32_t conversation : 27;
    std::uint32_t sides : 2;  // who has it: 1 the first of the two names, 2 the second
    std::uint32_t from_first : 1;
    std::uint32_t has_seq : 1;
    std::uint32_t known : 1;  // by seq or random
    std::uint32_t second;
    std::uint32_t seq;
    std::uint32_t random;
  };

  std::uint32_t conversation(const std::string& a, const std::string& b);
  bool same(std::uint32_t a, std::uint32_t b) const;
  void settle_second(const std::vector<std::uint32_t>& order, std::size_t begin, std::size_t end);

  std::map<std::pair<std::string, std::string>, std::uint32_t> numbers_;
  std::map<std::uint32_t, std::uint32_t> pulled_;  // conversation -> sides
  std::deque<Entry> entries_;                      // no vector, which is copied while it grows
  std::vector<Fate> fates_;
};

}  // namespace zimmock::client
