#pragma once

// The steps of make_plan, in this order.

#include "client/plan/plan.h"

namespace zimmock::client {

// Fills users, people, conversations and records (sorted) and the counts of the source.
Result<void> scan_source(SourceReader& source, const PlanOptions& options, MigrationPlan& plan,
                         FindingLog& log);

// Makes one history of what several inputs have of one conversation, in plan.records, which are in
// the source's order. True for each record that another one stands for. An Error (kUsage) if it
// cannot be told whose export one is, or if two have nothing in common.
Result<std::vector<bool>> merge_histories(const SourceReader& source, const PlanOptions& options,
                                          MigrationPlan& plan, FindingLog& log);

// Moves all times.
void shift_times(const TimeShift& shift, MigrationPlan& plan);

// Notes and applies the policy to what is in the future or too old, now or when its turn comes.
void fit_window(const PlanOptions& options, MigrationPlan& plan, FindingLog& log);

// When the oldest of what is not left out leaves the window, and what is sent by then.
WindowOutlook outlook_of(const MigrationPlan& plan, std::int64_t calls_per_second);

// How long the plan takes at that rate, from what is not left out.
Estimate estimate_of(const MigrationPlan& plan, std::int64_t calls_per_second);

}  // namespace zimmock::client
