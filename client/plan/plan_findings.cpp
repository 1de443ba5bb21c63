#include "client/plan/plan_findings.h"

#include <algorithm>
#include <tuple>

namespace zimmock::client {
namespace {

struct ReasonRow {
  std::string_view id;
  std::string_view statement;
};

// In the order of PlanReason.
constexpr ReasonRow kReasons[] = {
    {"plan.source", "The source's own record can be read, and has what a message needs."},
    {"plan.same-id",
     "An Id stands once in a conversation, or once for each user's list. Here it is used again for "
     "another message: make the Ids unique, or leave Id away in both records, which are then told "
     "apart by their content."},
    {"plan.same-record",
     "A record stands once in a conversation, or once for each user's list. Here it comes again "
     "with the same Id and content: leave it out, or, if both were sent, leave Id away in both "
     "records, which are then told apart by their number."},
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
    {"plan.only-in-one",
     "One person's export has the message, the other person's has not, though it covers that time: "
     "that person deleted it. It goes into the list of the person who has it."},
};

SourceProblem problem_of(const Finding& finding) {
  return {finding.pointer, finding.expected, finding.got};
}

}  // namespace

void FindingLog::add(Weight weight, const SourceRecord& record, const Finding& finding) {
  add(weight, words_of(finding.rule_id), record.place, &record,
      [&] { return problem_of(finding); });
}

void FindingLog::add(Weight weight, PlanReason reason, const SourceRecord& record,
                     SourceProblem finding) {
  add(weight, words_of(reason), record.place, &record, [&] { return std::move(finding); });
}

void FindingLog::add(Weight weight, const RecordPlace& place, const Finding& finding) {
  add(weight, words_of(finding.rule_id), place, nullptr, [&] { return problem_of(finding); });
}

void FindingLog::add(Weight weight, RuleId broken, const RecordPlace& place,
                     const Wording& finding) {
  add(weight, words_of(broken), place, nullptr, finding);
}

void FindingLog::add(Weight weight, PlanReason reason, const RecordPlace& place,
                     SourceProblem finding) {
  add(weight, words_of(reason), place, nullptr, [&] { return std::move(finding); });
}

void FindingLog::add(Weight weight, PlanReason reason, const RecordPlace& place,
                     const Wording& finding) {
  add(weight, words_of(reason), place, nullptr, finding);
}

FindingLog::Reason FindingLog::words_of(PlanReason reason) {
  const ReasonRow& row = kReasons[static_cast<std::size_t>(reason)];
  return {row.id, row.statement};
}

FindingLog::Reason FindingLog::words_of(RuleId broken) {
  return {rule(broken).id, rule(broken).statement};
}

void FindingLog::add(Weight weight, Reason reason, const RecordPlace& place,
                     const SourceRecord* record, const Wording& finding) {
  const auto found = std::find_if(groups_.begin(), groups_.end(), [&](const FindingGroup& group) {
    return group.reason == reason.id && group.weight == weight;
  });
  const std::size_t index = static_cast<std::size_t>(found - groups_.begin());
  if (found == groups_.end()) {
    groups_.push_back({weight, reason.id, reason.statement, 0, {}});
    last_offsets_.emplace_back();
  }
  FindingGroup& group = groups_[index];
  if (last_offsets_[index] != place.offset) ++group.count;
  last_offsets_[index] = place.offset;
  const bool example = max_examples_ == 0 || group.examples.size() < max_examples_;
  const bool told = weight == Weight::kBad && on_bad_;
  if (!example && !told) return;
  SourceProblem words = finding();
  RecordFinding one{place.line, record == nullptr ? name_at(source_, place) : record->name(),
                    std::move(words.pointer), std::move(words.expected), std::move(words.got)};
  if (told) on_bad_(reason.id, one, {record, source_.format_of(place)});
  if (example) group.examples.push_back(std::move(one));
}

std::vector<FindingGroup> FindingLog::take() {
  std::stable_sort(groups_.begin(), groups_.end(), [](const auto& a, const auto& b) {
    return std::tuple(a.weight, b.count) < std::tuple(b.weight, a.count);
  });
  last_offsets_.clear();
  return std::move(groups_);
}

}  // namespace zimmock::client
