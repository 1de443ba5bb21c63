#include "client/plan_findings.h"

#include <algorithm>
#include <tuple>

namespace zimmock {
namespace {

struct ReasonRow {
  std::string_view id;
  std::string_view statement;
};

// In the order of PlanReason.
constexpr ReasonRow kReasons[] = {
    {"plan.source", "The source's own record can be read, and has what a message needs."},
    {"plan.same-id",
     "An Id stands once in the file, or once for each user's list: a second record "
     "with it is taken for a repetition."},
    {"plan.expires-before-sent",
     "The message is inside the retention window now, but will not be "
     "when its turn comes at this rate."},
    {"plan.same-time",
     "Messages of one list share a timestamp: they are sent in the file's "
     "order, and how the service orders them is not documented."},
    {"plan.emptied",
     "A message that was recalled or deleted where the file comes from has nothing left to import, "
     "and does not count as a record."},
    {"plan.tag-too-long",
     "ExtendedData has room for the migration's tag, which tells a message that arrived from one "
     "that did not; --tag off does without."},
};

}  // namespace

void FindingLog::add(Weight weight, std::uint32_t line, const Finding& finding) {
  const Rule& broken = rule(finding.rule_id);
  add(weight, broken.id, broken.statement, {line, finding.pointer, finding.expected, finding.got});
}

void FindingLog::add(Weight weight, PlanReason reason, RecordFinding finding) {
  const ReasonRow& row = kReasons[static_cast<std::size_t>(reason)];
  add(weight, row.id, row.statement, std::move(finding));
}

void FindingLog::add(Weight weight, std::string_view reason, std::string_view statement,
                     RecordFinding finding) {
  if (weight == Weight::kBad && on_bad_) on_bad_(reason, finding);
  const auto found = std::find_if(groups_.begin(), groups_.end(), [&](const FindingGroup& group) {
    return group.reason == reason && group.weight == weight;
  });
  const std::size_t index = static_cast<std::size_t>(found - groups_.begin());
  if (found == groups_.end()) {
    groups_.push_back({weight, reason, statement, 0, {}});
    last_lines_.push_back(0);
  }
  FindingGroup& group = groups_[index];
  if (last_lines_[index] != finding.line) ++group.count;
  last_lines_[index] = finding.line;
  if (max_examples_ == 0 || group.examples.size() < max_examples_) {
    group.examples.push_back(std::move(finding));
  }
}

std::vector<FindingGroup> FindingLog::take() {
  std::stable_sort(groups_.begin(), groups_.end(), [](const auto& a, const auto& b) {
    return std::tuple(a.weight, b.count) < std::tuple(b.weight, a.count);
  });
  last_lines_.clear();
  return std::move(groups_);
}

}  // namespace zimmock
