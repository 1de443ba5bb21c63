#include "client/journal/balance.h"

namespace zimmock::client {
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
  const std::uint64_t too_old = counts.left_out - counts.bad;
  for (ViewBalance& view : out.views.all) {
    view.read = counts.records + counts.skipped;
    view.quarantined = counts.bad;
    view.skipped = counts.skipped + counts.other_shards + too_old;
  }
  ByView<std::uint64_t> planned, known;  // known: to the journal
  for (const PlannedRecord& record : plan.records) {
    if (record.left_out) continue;
    ByView<bool> seen;
    plan.each_lane(record, [&](Lane lane) { seen[plan.view(lane, record)] = true; });
    for (const View view : kAllViews) ++(seen[view] ? planned[view] : out.views[view].skipped);
  }
  const auto read = journal.read([&](const ImportEntry& entry) {
    const ImportKey& key = entry.intent.key;
    const View view = plan.view(key.lane, plan.records[key.record]);
    ++known[view];
    count(out.views[view], entry.result.outcome);
  });
  if (!read) return tl::unexpected(read.error());
  for (const View view : kAllViews) out.views[view].waiting += planned[view] - known[view];
  return out;
}

}  // namespace zimmock::client
