#include "client/balance.h"

namespace zimmock {
namespace {

void count(ViewBalance& view, ImportOutcome outcome) {
  switch (outcome) {
    case ImportOutcome::kImported:
      ++view.imported;
      return;
    case ImportOutcome::kRecovered:
      ++view.recovered;
      return;
    case ImportOutcome::kQuarantined:
      ++view.quarantined;
      return;
    case ImportOutcome::kOpen:
      ++view.unresolved;
      return;
    case ImportOutcome::kNotApplied:
      ++view.waiting;
      return;
  }
}

}  // namespace

Result<Balance> balance_of(const MigrationPlan& plan, ImportJournal& journal) {
  Balance out;
  const PlanCounts& counts = plan.counts;
  // By sender (0) and receiver (1): planned records that the journal knows nothing of.
  std::array<std::uint64_t, 2> planned{}, known{};
  std::uint64_t too_old = counts.left_out - counts.bad;
  for (ViewBalance* view : {&out.sender, &out.receiver}) {
    view->read = counts.records + counts.skipped;
    view->quarantined = counts.bad;
    view->skipped = counts.skipped + counts.other_shards + too_old;
  }
  for (const PlannedRecord& record : plan.records) {
    if (record.left_out) continue;
    const std::size_t sender = record.from_second ? 1 : 0;
    ++(record.seen_by[sender] ? planned[0] : out.sender.skipped);
    ++(record.seen_by[1 - sender] ? planned[1] : out.receiver.skipped);
  }
  const auto read = journal.read([&](const ImportEntry& entry) {
    const ImportKey& key = entry.intent.key;
    const bool sender = plan.is_senders(key.lane, plan.records[key.record]);
    ++known[sender ? 0 : 1];
    count(sender ? out.sender : out.receiver, entry.result.outcome);
  });
  if (!read) return tl::unexpected(read.error());
  out.sender.waiting += planned[0] - known[0];
  out.receiver.waiting += planned[1] - known[1];
  return out;
}

}  // namespace zimmock
