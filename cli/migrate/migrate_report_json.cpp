#include "cli/migrate/migrate_output.h"
#include "cli/migrate/migrate_report_plan.h"
#include "cli/migrate/migrate_report_writers.h"
#include "cli/migrate/record_places.h"
#include "contracts/api/json_text.h"

namespace zimmock::cli {
namespace {

using json = nlohmann::json;

constexpr int kFormatVersion = 1;

json list_json(const client::SqliteJournal::List& list) {
  return {{"planned", list.planned},
          {"done", list.done},
          {"quarantined", list.quarantined},
          {"open", list.open},
          {"waiting", waiting(list)}};
}

json waited_json(const client::WaitTimes& waited_ms) {
  json out = json::object();
  for (std::size_t i = 0; i < client::kWaitReasons; ++i) out[kWaitWords[i].name] = waited_ms[i];
  return out;
}

json head_json(const JournalReport& report) {
  json out = list_json(report.total);
  out["file"] = report.file;
  out["state"] = state_of(report);
  out["running"] = report.running;
  out["lists"] = report.lists.size();
  out["finished_lists"] = report.finished_lists;
  return out;
}

json runs_json(const JournalReport& report) {
  json out = json::array();
  for (std::size_t i = 0; i < report.runs.size(); ++i) {
    const ReportRun& run = report.runs[i];
    out.push_back({{"started_ms", run.record.started_ms},
                   {"ended_ms", run.record.ended_ms},
                   {"killed", was_killed(report, i)},
                   {"verdict", run.record.verdict},
                   {"exit", run.record.exit_code},
                   {"imports", run.imports},
                   {"last_import_ms", run.last_import_ms},
                   {"waited_ms", waited_json(run.record.waited_ms)}});
  }
  return out;
}

json timing_json(const JournalReport& report, const json& plan) {
  const ReportTiming& timing = report.timing;
  json slices = json::array();
  for (const TimeSlice& slice : timing.slices) slices.push_back({slice.start_ms, slice.imports});
  return {{"shift_ms", plan.value("shift_ms", std::int64_t{0})},
          {"first_import_ms", timing.first_ms},
          {"last_import_ms", timing.last_ms},
          {"slice_ms", timing.slice_ms},
          {"slices", std::move(slices)},
          {"waited_ms", waited_json(report.waited_ms)}};
}

json refused_json(const JournalReport& report) {
  json out = json::array();
  for (const RefusedImports& group : report.refused) {
    out.push_back({{"code", group.code},
                   {"why", group.why},
                   {"imports", group.imports},
                   {"lines", lines_of(group.records)},
                   {"places", places_json(group.records)}});
  }
  return out;
}

json open_json(const JournalReport& report) {
  std::map<std::int64_t, const client::SqliteJournal::List*> lists;
  for (const auto& list : report.lists) lists[list.number] = &list;
  json out = json::array();
  for (const OpenImport& one : report.open) {
    const auto found = lists.find(one.list);
    if (found == lists.end()) continue;
    json row = place_json(one.record.line, one.record.name);
    row.update({{"viewer", found->second->id.owner}, {"peer", found->second->id.peer}});
    out.push_back(std::move(row));
  }
  return out;
}

json recovered_json(const JournalReport& report) {
  std::uint64_t lists = 0;
  for (const auto& list : report.lists) lists += list.recovered > 0 ? 1 : 0;
  return {{"imports", report.total.recovered}, {"lists", lists}};
}

}  // namespace

json status_json(const JournalReport& report) {
  json out = head_json(report);
  out["type"] = "status";
  out["runs"] = report.runs.size();
  out["per_second"] = report.rate ? json(report.rate->per_second()) : json();
  const std::int64_t left_ms = report.rate ? report.rate->left_ms(waiting(report.total)) : -1;
  out["left_ms"] = left_ms < 0 ? json() : json(left_ms);
  return out;
}

// Without the lists: the page has them in a shorter form.
json report_head_json(const JournalReport& report) {
  const json noted = json_or_discarded(report.plan);
  const json plan = noted.is_object() ? noted : json::object();
  json out = head_json(report);
  out["type"] = "report";
  out["format_version"] = kFormatVersion;
  out["told"] = report.told;
  out["balance"] = report.balance ? balance_json(*report.balance) : json();
  out["plan"] = plan.value("counts", json::object());
  out["bad"] = plan.value("bad", json::array());
  out["no_message"] = plan.value("no_message", json::object());
  out["refused"] = refused_json(report);
  out["in_doubt"] = open_json(report);
  out["recovered"] = recovered_json(report);
  out["runs"] = runs_json(report);
  out["timing"] = timing_json(report, plan);
  return out;
}

json report_json(const JournalReport& report) {
  json out = report_head_json(report);
  const NotedBad bad(report.plan);
  json& conversations = out["conversations"] = json::array();
  for (const auto& list : report.lists) {
    json one = list_json(list);
    one["viewer"] = list.id.owner;
    one["peer"] = list.id.peer;
    one["bad"] = bad.between(list.id.owner, list.id.peer);
    conversations.push_back(std::move(one));
  }
  return out;
}

}  // namespace zimmock::cli
