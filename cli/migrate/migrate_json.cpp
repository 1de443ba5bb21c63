#include <cstdio>

#include <nlohmann/json.hpp>

#include "cli/migrate/migrate_output.h"
#include "cli/migrate/migrate_people.h"
#include "cli/migrate/record_places.h"
#include "cli/output.h"
#include "client/formats/skipped_kinds.h"
#include "contracts/api/json_text.h"

namespace zimmock::cli {
namespace {

using json = nlohmann::json;

json finding_json(const client::FindingGroup& group, const client::RecordFinding& one) {
  json out = place_json(one.line, one.record);
  out.update({{"type", "finding"},
              {"weight", to_string(group.weight)},
              {"reason", group.reason},
              {"pointer", one.pointer},
              {"expected", one.expected},
              {"got", one.got}});
  return out;
}

// {"md5": 4}: how many messages came back with what an import does not determine.
json notes_json(const client::BodyNoteCounts& notes) {
  json out = json::object();
  for (std::size_t i = 0; i < kBodyNoteCount; ++i) {
    if (notes[i] > 0) out[std::string(to_string(static_cast<BodyNote>(i)))] = notes[i];
  }
  return out;
}

// null unless all URLs changed in one way.
json urls_moved_json(const client::UrlChanges& urls) {
  const auto& way = urls.one_way();
  if (!way) return nullptr;
  return {{"urls", urls.changed()}, {"from", way->host + way->path}, {"to", way->to}};
}

std::string_view mark_name(char mark) {
  switch (mark) {
    case '+':
      return "missing";
    case '-':
      return "extra";
    case '*':
      return "differs";
    default:
      return "unreadable";
  }
}

class JsonOutput : public MigrateOutput {
 public:
  JsonOutput(MigrateFacts facts, std::mutex& out) : facts_(std::move(facts)), out_(out) {}

  void plan(const client::MigrationPlan& plan) override {
    const client::PlanCounts& counts = plan.counts;
    json out{{"type", "plan"},
             {"file", facts_.file},
             {"format", facts_.format},
             {"records", counts.records},
             {"users", counts.users},
             {"conversations", counts.conversations},
             {"imports", counts.imports},
             {"imports_to_sender", counts.imports_to[client::View::kSender]},
             {"imports_to_receiver", counts.imports_to[client::View::kReceiver]},
             {"one_sided", counts.one_sided},
             {"merged", counts.merged},
             {"only_in_one", counts.only_in_one},
             {"tagged", plan.tagged},
             {"bad", counts.bad},
             {"too_old", counts.too_old},
             {"expires", counts.expires},
             {"clamped", counts.clamped},
             {"left_out", counts.left_out},
             {"skipped", counts.skipped},
             {"other_shards", counts.other_shards},
             {"source_notes", plan.facts.notes},
             {"source_skipped", plan.facts.skipped},
             {"source_repaired", plan.facts.repaired},
             {"out_of_order", counts.out_of_order},
             {"same_time", counts.same_time},
             {"retention_days", facts_.retention_days},
             {"shift_ms", plan.shift_ms},
             {"blocked", plan.blocked},
             {"calls",
              {{"register", plan.estimate.registrations},
               {"import", plan.estimate.imports},
               {"query", plan.estimate.queries}}},
             {"estimate_ms", plan.estimate.duration_ms}};
    for (const auto& [kind, count] : plan.facts.skipped) {
      if (const auto why = client::why_skipped(kind); !why.empty())
        out["source_skipped_why"][kind] = why;
    }
    if (counts.imports > 0) {
      out["oldest_ms"] = counts.oldest_ms;
      out["newest_ms"] = counts.newest_ms;
    }
    if (counts.imports > 0 && !facts_.verify_only) {
      out["deadline_ms"] = plan.outlook.deadline_ms;
    }
    if (out.contains("deadline_ms") && !facts_.resumed && facts_.calls_per_second > 0) {
      out["last_import_ms"] = plan.outlook.last_import_ms;
      out["spare_ms"] = plan.outlook.spare_ms;
      out["in_time"] = plan.outlook.in_time();
    }
    for (const client::FindingGroup& group : plan.findings) {
      out["findings"].push_back({{"weight", to_string(group.weight)},
                                 {"reason", group.reason},
                                 {"records", group.count},
                                 {"statement", group.statement}});
    }
    out["users_mapped"] = plan.people.mapped.size();
    out["users_merged"] = plan.people.merged.size();
    out["users_unknown"] = plan.people.unknown.size();
    out["names"] = {{"named", plan.names.named},
                    {"with_avatar", plan.names.with_avatar},
                    {"left_out", plan.names.left_out}};
    print(out);
    for (const json& person : people_json(plan.people, facts_.max_examples)) print(person);
    for (const client::FindingGroup& group : plan.findings) {
      for (const client::RecordFinding& one : group.examples) print(finding_json(group, one));
    }
  }

  void starting(const client::MigrationPlan&, const client::SqliteJournal* journal,
                std::optional<std::int64_t> adopt_from_ms) override {
    json out{{"type", "start"},
             {"endpoint", facts_.endpoint},
             {"app_id", facts_.app_id},
             {"verify_only", facts_.verify_only},
             {"journal", journal == nullptr ? "" : journal->path().string()},
             {"resumed", facts_.resumed},
             {"notes", facts_.notes}};
    if (adopt_from_ms) out["adopt_from_ms"] = *adopt_from_ms;
    if (facts_.resumed && !facts_.verify_only) {
      out["too_old_now"] = {{"records", facts_.expired.records},
                            {"imports", facts_.expired.imports}};
      if (facts_.expired.records > 0) out["too_old_now"]["oldest_ms"] = facts_.expired.oldest_ms;
    }
    print(out);
  }

  void registered(const client::RegisterReport& report) override {
    json refused = json::array();
    for (const client::RegisterFailure& one : report.refused) {
      refused.push_back(
          {{"user", one.user_id}, {"code", one.sub_code}, {"message", one.sub_message}});
    }
    print({{"type", "registered"},
           {"users", report.registered},
           {"already_there", report.already_there},
           {"refused", refused}});
  }

  void imported(const client::MigrationPlan& plan, const client::ImportReport& report) override {
    json refusals = json::array(), stopped = json::array();
    for (const client::RefusalGroup& group : report.refusals) {
      refusals.push_back({{"code", group.status.code},
                          {"message", group.status.message},
                          {"explain", group.status.explain},
                          {"count", group.count},
                          {"lines", lines_of(group.records)},
                          {"places", places_json(group.records)}});
    }
    for (const client::StoppedLane& one : report.stopped_lanes) {
      json list = place_json(one.record.line, one.record.name);
      list.update({{"viewer", plan.owner(one.lane)},
                   {"peer", plan.peer(one.lane)},
                   {"at", one.gap ? "gap" : "doubt"},
                   {"why", one.why}});
      stopped.push_back(std::move(list));
    }
    print({{"type", "imported"},
           {"imported", report.imported},
           {"recovered", report.recovered},
           {"quarantined", report.quarantined},
           {"unresolved", report.unresolved},
           {"not_sent", report.not_sent},
           {"before", report.before},
           {"adopted", report.adopted},
           {"passed_over", report.passed_over},
           {"looks", report.looks},
           {"sent_again", report.sent_again},
           {"refusals", refusals},
           {"stopped_lists", stopped},
           {"duration_ms", report.duration_ms}});
  }

  void mismatch(const client::Mismatch& mismatch) override {
    json out{{"type", "mismatch"},
             {"mark", std::string(1, mismatch.mark)},
             {"kind", mark_name(mismatch.mark)},
             {"viewer", mismatch.list.owner},
             {"peer", mismatch.list.peer},
             {"what", mismatch.what}};
    if (mismatch.line > 0) out.update(place_json(mismatch.line, mismatch.name));
    print(out);
  }

  void compared(const client::VerifyReport& report) override {
    const client::ListComparison& totals = report.totals;
    print({{"type", "compared"},
           {"lists", report.lists},
           {"unreadable_lists", report.unreadable_lists},
           {"lists_out_of_order", report.lists_out_of_order},
           {"same", totals.same},
           {"missing", totals.missing},
           {"differ", totals.differs},
           {"extra", totals.extra},
           {"unreadable", totals.unread},
           {"deleted_or_recalled", totals.emptied},
           {"ties_reordered", totals.ties_reordered},
           {"repeated", totals.repeated},
           {"notes", notes_json(totals.notes)},
           {"urls_moved", urls_moved_json(totals.urls)},
           {"not_verifiable", client::kUnverifiable},
           {"duration_ms", report.duration_ms}});
  }

  void quarantine_written(const std::filesystem::path& file, std::uint64_t lines) override {
    print({{"type", "quarantined"}, {"file", file.string()}, {"lines", lines}});
  }

  void balance(const client::Balance& balance) override {
    json out = balance_json(balance);
    out["type"] = "balance";
    print(out);
  }

  void verdict(const std::string& line, int exit_code) override {
    print({{"type", "summary"}, {"verdict", line}, {"exit", exit_code}});
  }

 private:
  void print(const json& line) {
    const std::lock_guard lock(out_);
    print_json(json_line(line));
    flush_output();
  }

  MigrateFacts facts_;
  std::mutex& out_;
};

}  // namespace

std::unique_ptr<MigrateOutput> json_output(MigrateFacts facts, std::mutex& out) {
  return std::make_unique<JsonOutput>(std::move(facts), out);
}

json balance_json(const client::Balance& balance) {
  const auto view = [](const client::ViewBalance& one) {
    return json{{"read", one.read},           {"imported", one.imported},
                {"recovered", one.recovered}, {"quarantined", one.quarantined},
                {"skipped", one.skipped},     {"unresolved", one.unresolved},
                {"waiting", one.waiting}};
  };
  return {{"sender", view(balance.views[client::View::kSender])},
          {"receiver", view(balance.views[client::View::kReceiver])},
          {"holds", balance.holds()}};
}

std::string_view to_string(client::Weight weight) {
  switch (weight) {
    case client::Weight::kBad:
      return "bad";
    case client::Weight::kTooOld:
      return "too-old";
    case client::Weight::kNote:
      return "note";
  }
  return "";
}

}  // namespace zimmock::cli
