#include "client/formats/tencent_views.h"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace zimmock::client {
namespace {

constexpr std::uint32_t kNone = (1U << 27) - 1;
constexpr std::uint32_t kBoth = 3;
constexpr std::size_t kLastPlace = 999;  // of a second's milliseconds

std::uint32_t side_of(const std::string& user, const std::string& other) {
  return user < other ? 1 : 2;
}

}  // namespace

std::uint32_t TencentViews::conversation(const std::string& a, const std::string& b) {
  const auto next = static_cast<std::uint32_t>(numbers_.size());
  return numbers_.emplace(std::minmax(a, b), next).first->second;
}

void TencentViews::pulled(const std::string& user, const std::string& other) {
  pulled_[conversation(user, other)] |= side_of(user, other);
}

void TencentViews::add(const TencentMessage& message, const std::string& viewer) {
  const std::string& other = viewer == message.from ? message.to : message.from;
  const std::uint32_t sides = viewer.empty() ? kBoth : side_of(viewer, other);
  Entry entry{};
  entry.conversation = conversation(message.from, message.to) & kNone;
  entry.sides = sides & kBoth;
  entry.from_first = message.from < message.to ? 1U : 0U;
  entry.has_seq = message.seq ? 1U : 0U;
  entry.known = message.seq || message.random ? 1U : 0U;
  entry.second = message.second;
  entry.seq = message.seq.value_or(0);
  entry.random = message.random.value_or(0);
  entries_.push_back(entry);
}

void TencentViews::add_none() {
  Entry entry{};
  entry.conversation = kNone;
  entries_.push_back(entry);
}

bool TencentViews::same(std::uint32_t a, std::uint32_t b) const {
  const Entry& one = entries_[a];
  const Entry& other = entries_[b];
  return one.known == 1 && other.known == 1 && one.seq == other.seq && one.random == other.random;
}

// The entries of one second of one conversation, sorted.
void TencentViews::settle_second(const std::vector<std::uint32_t>& order, std::size_t begin,
                                 std::size_t end) {
  struct First {
    std::uint32_t entry;
    std::uint32_t sides;
  };
  std::vector<First> firsts;
  for (std::size_t i = begin; i < end; ++i) {
    const Entry& entry = entries_[order[i]];
    if (i > begin && same(order[i - 1], order[i])) {
      firsts.back().sides |= entry.sides;
    } else {
      firsts.push_back({order[i], std::uint32_t{entry.sides}});
    }
  }
  const bool by_seq = std::all_of(firsts.begin(), firsts.end(), [this](const First& one) {
    return entries_[one.entry].has_seq == 1;
  });
  std::sort(firsts.begin(), firsts.end(), [&](const First& a, const First& b) {
    const std::uint32_t seq_a = by_seq ? entries_[a.entry].seq : 0;
    const std::uint32_t seq_b = by_seq ? entries_[b.entry].seq : 0;
    return std::tie(seq_a, a.entry) < std::tie(seq_b, b.entry);
  });
  for (std::size_t i = 0; i < firsts.size(); ++i) {
    const Entry& entry = entries_[firsts[i].entry];
    const auto found = pulled_.find(entry.conversation);
    const bool knows = found != pulled_.end() && found->second == kBoth;
    const std::uint32_t sides = knows ? firsts[i].sides : kBoth;
    const std::uint32_t from_side = entry.from_first == 1 ? 1 : 2;
    Fate& fate = fates_[firsts[i].entry];
    fate.first = 1;
    fate.from_sees = (sides & from_side) != 0 ? 1 : 0;
    fate.to_sees = (sides & (kBoth - from_side)) != 0 ? 1 : 0;
    fate.place = std::min(i, kLastPlace) & 1023U;
  }
}

void TencentViews::settle() {
  fates_.assign(entries_.size(), {});
  std::vector<std::uint32_t> order(entries_.size());
  std::iota(order.begin(), order.end(), 0U);
  const auto second_of = [this](std::uint32_t i) {
    return std::tuple(std::uint32_t{entries_[i].conversation}, entries_[i].second);
  };
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    const auto key = [&](std::uint32_t i) {
      const Entry& entry = entries_[i];
      return std::tuple(std::uint32_t{entry.conversation}, entry.second, std::uint32_t{entry.known},
                        entry.seq, entry.random, i);
    };
    return key(a) < key(b);
  });
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin + 1;
    while (end < order.size() && second_of(order[end]) == second_of(order[begin])) ++end;
    if (entries_[order[begin]].conversation != kNone) settle_second(order, begin, end);
    begin = end;
  }
  entries_.clear();
  entries_.shrink_to_fit();
}

std::size_t TencentViews::one_sided() const {
  return static_cast<std::size_t>(std::count_if(
      pulled_.begin(), pulled_.end(), [](const auto& row) { return row.second != kBoth; }));
}

}  // namespace zimmock::client
