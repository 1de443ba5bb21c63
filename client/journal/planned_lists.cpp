#include "client/journal/planned_lists.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "contracts/api/signature.h"

namespace zimmock::client {
namespace {

// The bytes that the first digits of a tag are.
void add_mark(std::string& marks, const std::string& tag) {
  for (std::size_t i = 0; i < PlannedLists::kMarkBytes; ++i) {
    unsigned byte = 0;
    std::from_chars(tag.data() + 2 * i, tag.data() + 2 * i + 2, byte, 16);
    marks += static_cast<char>(byte);
  }
}

}  // namespace

PlannedLists::PlannedLists(const MigrationPlan& plan) : plan_(plan) {
  first_.reserve(plan.lists.size() + 1);
  records_.reserve(plan.counts.imports);
  for (Lane lane; lane.list < plan.lists.size(); ++lane.list) {
    const Conversation& all = plan.conversation(lane);
    first_.push_back(records_.size());
    for (std::uint32_t at = all.first; at < all.end; ++at) {
      if (plan.has(lane, plan.records[at])) records_.push_back(at);
    }
    if (records_.size() > first_.back()) lanes_.push_back(lane);
  }
  first_.push_back(records_.size());
}

std::span<const std::uint32_t> PlannedLists::records(Lane lane) const {
  const std::size_t at = lane.list;
  if (at + 1 >= first_.size()) return {};
  return std::span(records_).subspan(first_[at], first_[at + 1] - first_[at]);
}

std::optional<std::uint32_t> PlannedLists::place(const ImportKey& key) const {
  const auto all = records(key.lane);
  const auto found = std::lower_bound(all.begin(), all.end(), key.record);
  if (found == all.end() || *found != key.record) return std::nullopt;
  return static_cast<std::uint32_t>(found - all.begin());
}

ListTags PlannedLists::tags(Lane lane) const {
  ListTags out;
  std::string all;
  for (const std::uint32_t record : records(lane)) {
    const std::string tag = plan_.tag(lane, plan_.records[record]);
    add_mark(out.marks, tag);
    add_mark(out.contents, fmt::format("{:08x}", plan_.records[record].content));
    all += tag;
  }
  out.digest = md5_hex(all);
  return out;
}

}  // namespace zimmock::client
