#include <algorithm>
#include <cstdio>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "cli/migrate/migrate_obstacle.h"
#include "cli/migrate/migrate_output.h"
#include "cli/migrate/migrate_people.h"
#include "cli/migrate/record_places.h"
#include "cli/output.h"
#include "contracts/api/text.h"

namespace zimmock::cli {
namespace {

// fmt has no grouping without a locale, and these numbers are read by people.
std::string count_of(std::uint64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

void row(std::string_view name, const std::string& text) {
  print_text("  {:<10}  {}\n", name, text);
}

std::string per_second(std::uint64_t count, std::int64_t ms) {
  return fmt::format("{:.1f}/s", static_cast<double>(count) * 1000.0 /
                                     static_cast<double>(std::max<std::int64_t>(ms, 1)));
}

class TextOutput : public MigrateOutput {
 public:
  explicit TextOutput(MigrateFacts facts) : facts_(std::move(facts)) {}

  void plan(const client::MigrationPlan& plan) override {
    const client::PlanCounts& counts = plan.counts;
    print_text("{}: {}, format {}\n", in_line(facts_.file),
               count_of(counts.records, "record", "records"), facts_.format);
    if (counts.records == 0) {
      print_source(plan.facts);
      print_findings(plan);
      return;
    }
    row("imports", fmt::format("{} for {} in {}: {} into the sender's list, {} into the receiver's",
                               counts.imports, count_of(counts.users, "user", "users"),
                               count_of(counts.conversations, "conversation", "conversations"),
                               counts.imports_to[client::View::kSender],
                               counts.imports_to[client::View::kReceiver]));
    row("one-sided",
        fmt::format("{} in one user's list only", count_of(counts.one_sided, "record", "records")));
    if (counts.merged > 0) {
      row("merged", fmt::format("{} that another input has too; {} that only one person's export "
                                "has, for that person's list",
                                count_of(counts.merged, "record", "records"), counts.only_in_one));
    }
    for (const auto& [name, text] : people_rows(plan.people, limit())) row(name, text);
    if (const std::string names = names_row(plan); !names.empty() && !facts_.verify_only)
      row("names", names);
    if (counts.imports > 0) print_times(plan);
    print_window(plan);
    if (counts.imports > 0 && !facts_.verify_only) print_deadline(plan);
    row("order", fmt::format("{} older than an earlier one of the conversation (sorted before "
                             "sending); {} sharing a timestamp with the one before",
                             counts.out_of_order, counts.same_time));
    if (!plan.tagged) {
      row("tag",
          "off: equal messages are counted instead; what others write meanwhile, and what a "
          "lost journal has sent, is not seen");
    }
    print_left_out(counts);
    print_source(plan.facts);
    print_estimate(plan.estimate);
    print_too_old(plan);
    print_findings(plan);
  }

  void starting(const client::MigrationPlan& plan, const client::SqliteJournal* journal,
                std::optional<std::int64_t> adopt_from_ms) override {
    if (facts_.verify_only) {
      print_text("reading the lists of {} at {} as app {}; nothing is sent\n",
                 count_of(plan.counts.conversations, "conversation", "conversations"),
                 facts_.endpoint, facts_.app_id);
      return;
    }
    print_text("{} {} to {} as app {}\n", facts_.resumed ? "going on with" : "sending",
               count_of(plan.counts.imports, "import", "imports"), facts_.endpoint, facts_.app_id);
    if (journal != nullptr) {
      print_text("journal: {}; after an interruption the same command goes on\n",
                 in_line(journal->path().string()));
    }
    for (const std::string& note : facts_.notes) print_text("note: {}\n", in_line(note));
    if (adopt_from_ms) {
      print_text("--adopt: not before {}; what the lists have then counts as imported\n",
                 iso_time(*adopt_from_ms));
    }
    if (facts_.expired.records > 0) {
      print_text("{} still to be sent left the window since the first run, the oldest of {}\n",
                 count_of(facts_.expired.records, "record", "records"),
                 iso_time(facts_.expired.oldest_ms));
    }
    flush_output();
  }

  void registered(const client::RegisterReport& report) override {
    print_text("registered {}, {} already there\n", count_of(report.registered, "user", "users"),
               report.already_there);
    if (report.names_refused > 0) {
      print_text("  {} registered without the name and the avatar that the service refused\n",
                 count_of(report.names_refused, "user", "users"));
    }
    const std::size_t shown = std::min(report.refused.size(), limit());
    for (std::size_t i = 0; i < shown; ++i) {
      const client::RegisterFailure& failure = report.refused[i];
      print_text("  refused {}: code {} ({})\n", quote(failure.user_id), failure.sub_code,
                 printable_line(failure.sub_message));
    }
    print_more(report.refused.size(), shown);
    flush_output();
  }

  void imported(const client::MigrationPlan& plan, const client::ImportReport& report) override {
    const std::uint64_t here = report.imported + report.recovered - report.adopted -
                               std::min(report.before, report.imported + report.recovered);
    const std::string all =
        fmt::format("{} of {}", report.imported + report.recovered, plan.counts.imports);
    if (report.before > 0 && here + report.adopted == 0) {
      print_text("imported {}, all of them by earlier runs\n", all);
    } else {
      print_text("imported {} in {} ({})\n", all, duration_text(report.duration_ms),
                 per_second(here, report.duration_ms));
      if (report.before > 0) print_text("  {} by earlier runs\n", report.before);
    }
    if (report.adopted > 0) {
      print_text("  adopted: {} were in their lists already\n", report.adopted);
    }
    if (report.passed_over > 0) {
      print_text("  quarantined: {} not in their lists, which have later messages\n",
                 report.passed_over);
    }
    if (report.looks > 0) {
      print_text("  in doubt: {} found in their lists, {} sent again; lists looked at {} times\n",
                 report.recovered - report.adopted, report.sent_again, report.looks);
    }
    for (const client::RefusalGroup& group : report.refusals) {
      print_text("  refused {}: {}; {}\n", group.count, group.status.line(),
                 places_text(group.records, group.count > group.records.size()));
    }
    const std::size_t shown = std::min(report.stopped_lanes.size(), limit());
    for (std::size_t i = 0; i < shown; ++i) {
      const client::StoppedLane& one = report.stopped_lanes[i];
      print_text("  the {} stopped at {}, {}: {}\n", plan.list_id(one.lane).text(),
                 client::place_text(one.record.line, one.record.name),
                 one.gap ? "refused (--gap continue goes on)" : "in doubt",
                 printable_line(one.why));
    }
    print_more(report.stopped_lanes.size(), shown);
    if (report.not_sent > 0) print_text("  not sent: {}\n", report.not_sent);
    flush_output();
  }

  void mismatch(const client::Mismatch& mismatch) override {
    auto& kept = mismatches_[mismatch.mark];
    ++kept.count;
    if (kept.examples.size() < limit()) kept.examples.push_back(mismatch);
  }

  void compared(const client::VerifyReport& report) override {
    const client::ListComparison& totals = report.totals;
    print_text(
        "read {} back in {}: {} = same, {} + missing, {} - extra, {} * differ, {} ! unreadable\n",
        count_of(report.lists + report.unreadable_lists, "list", "lists"),
        duration_text(report.duration_ms), totals.same, totals.missing, totals.extra,
        totals.differs, report.unreadable_lists);
    for (const auto& [mark, kept] : mismatches_) {
      for (const client::Mismatch& one : kept.examples) print_mismatch(one);
      print_more(kept.count, kept.examples.size());
    }
    if (totals.emptied > 0) {
      print_text(
          "  {} in these lists that are deleted or recalled and not in the plan: not counted\n",
          totals.emptied);
    }
    if (totals.ties_reordered > 0) {
      print_text(
          "  {} with equal timestamps not with the later import first (an assumption; no "
          "error)\n",
          totals.ties_reordered);
    }
    if (totals.repeated > 0) {
      print_text("  {} came again in the reading of a list: the same messages, counted once\n",
                 totals.repeated);
    }
    print_body_notes(totals);
    print_text("  not verifiable, because QueryPeerMsg does not return it: {}\n",
               client::kUnverifiable);
  }

  void quarantine_written(const std::filesystem::path& file, std::uint64_t lines) override {
    print_text("quarantined: {} in {}\n", count_of(lines, "line", "lines"), in_line(file.string()));
  }

  void balance(const client::Balance& balance) override {
    for (const auto& [name, view] :
         {std::pair{"sender's", balance.views[client::View::kSender]},
          std::pair{"receiver's", balance.views[client::View::kReceiver]}}) {
      print_text(
          "{:<10} {} read = {} imported + {} recovered + {} quarantined + {} skipped + {} "
          "unresolved{}\n",
          name, view.read, view.imported, view.recovered, view.quarantined, view.skipped,
          view.unresolved, view.waiting > 0 ? fmt::format(" + {} waiting", view.waiting) : "");
    }
  }

  void verdict(const std::string& line, int) override {
    print_text("{}\n", line);
    flush_output();
  }

 private:
  struct Kept {
    std::uint64_t count = 0;
    std::vector<client::Mismatch> examples;
  };

  std::size_t limit() const { return facts_.max_examples == 0 ? SIZE_MAX : facts_.max_examples; }

  static void print_more(std::uint64_t all, std::uint64_t shown) {
    if (all > shown) print_text("  ... and {} more (--max-examples 0 shows all)\n", all - shown);
  }

  static void print_body_notes(const client::ListComparison& totals) {
    for (std::size_t i = 0; i < kBodyNoteCount; ++i) {
      if (totals.notes[i] > 0) {
        print_text("  note: {} {}: the import does not determine that\n",
                   count_of(totals.notes[i], "message", "messages"),
                   statement(static_cast<BodyNote>(i)));
      }
    }
    if (const auto& way = totals.urls.one_way()) {
      print_text("  note: all {} changed in one way: {} came back as {}, the rest unchanged\n",
                 count_of(totals.urls.changed(), "URL", "URLs"), quote(way->host + way->path),
                 quote(way->to));
    }
  }

  static void print_mismatch(const client::Mismatch& one) {
    const std::string line = one.line > 0 ? client::place_text(one.line, one.name) + ": " : "";
    print_text("  {} {}: {}{}\n", one.mark, one.list.text(), line, printable_line(one.what));
  }

  void print_times(const client::MigrationPlan& plan) const {
    std::string text =
        fmt::format("{} to {}", iso_time(plan.counts.oldest_ms), iso_time(plan.counts.newest_ms));
    if (plan.shift_ms != 0) {
      text += fmt::format(", moved by {} (--time-shift {:+}ms)",
                          duration_text(std::abs(plan.shift_ms)), plan.shift_ms);
    }
    row("times", text);
  }

  void print_window(const client::MigrationPlan& plan) const {
    const std::string days = fmt::format(
        "the last {} days ({}; --plan or --retention-days change it): ", facts_.retention_days,
        facts_.window);
    if (facts_.verify_only) return row("window", "not looked at: nothing is sent");
    if (plan.counts.too_old == 0) return row("window", days + "nothing is too old");
    const std::uint64_t expires = plan.counts.expires;
    row("window",
        days + fmt::format(
                   "{} too old{}", count_of(plan.counts.too_old, "is", "are"),
                   expires == 0 ? "" : fmt::format(", {} of them when their turn comes", expires)));
  }

  // The plan of a resumed run counts from the first run.
  static void print_deadline_now(std::int64_t deadline_ms, std::int64_t now_ms) {
    const std::string when = iso_time(deadline_ms);
    row("deadline", deadline_ms > now_ms
                        ? fmt::format("{}, in {}, the first message leaves the window", when,
                                      duration_text(deadline_ms - now_ms))
                        : fmt::format("{}, {} ago, the first message left the window", when,
                                      duration_text(now_ms - deadline_ms)));
  }

  void print_deadline(const client::MigrationPlan& plan) const {
    const client::WindowOutlook& outlook = plan.outlook;
    if (facts_.resumed) return print_deadline_now(outlook.deadline_ms, facts_.expired.now_ms);
    const auto from_now = [&](std::int64_t ms) { return duration_text(ms - plan.now_ms); };
    if (facts_.calls_per_second == 0) {
      return row("deadline",
                 fmt::format("{}, in {}, the first message leaves the window; without a limit of "
                             "calls (--rate off) it is not known when the last is sent",
                             iso_time(outlook.deadline_ms), from_now(outlook.deadline_ms)));
    }
    std::string text =
        fmt::format("{}, in {}, the first message leaves the window; the last is sent in {}: ",
                    iso_time(outlook.deadline_ms), from_now(outlook.deadline_ms),
                    from_now(outlook.last_import_ms));
    if (!outlook.in_time()) {
      text += fmt::format("{} not in time", count_of(outlook.late, "record", "records"));
    } else if (outlook.last_import_ms <= outlook.deadline_ms) {
      text += "in time";
    } else {
      text += fmt::format("the oldest first, so each is in time, with {} to spare",
                          duration_text(outlook.spare_ms));
    }
    row("deadline", text);
  }

  static void print_left_out(const client::PlanCounts& counts) {
    if (counts.clamped > 0) {
      row("clamped", fmt::format("{} moved to the edge of the window",
                                 count_of(counts.clamped, "record", "records")));
    }
    if (counts.left_out > 0) {
      row("left out",
          fmt::format("{}: {} bad, {} too old", count_of(counts.left_out, "record", "records"),
                      counts.bad, counts.left_out - counts.bad));
    }
  }

  static void print_source(const client::SourceFacts& facts) {
    for (const auto& [kind, count] : facts.skipped) row("skipped", skipped_text(kind, count));
    for (const auto& [kind, count] : facts.repaired)
      row("repaired", fmt::format("{} {}", count, kind));
    for (const std::string& note : facts.notes) row("note", in_line(note));
  }

  void print_estimate(const client::Estimate& estimate) const {
    if (facts_.verify_only)
      return row("calls", fmt::format("at least {} to read back", estimate.queries));
    const std::string calls =
        fmt::format("{} to register, {} to import, at least {} to read back",
                    estimate.registrations, estimate.imports, estimate.queries);
    row("calls", facts_.calls_per_second == 0
                     ? calls + ", without a limit"
                     : calls + fmt::format("; at {}/s of each: {}", facts_.calls_per_second,
                                           duration_text(estimate.duration_ms)));
  }

  // In words, before the findings name rules and milliseconds.
  void print_too_old(const client::MigrationPlan& plan) const {
    const std::uint64_t outside = plan.counts.too_old - plan.counts.expires;
    if (facts_.verify_only || outside == 0) return;
    const std::int64_t begins_ms = plan.now_ms - plan.retention_ms;
    const std::int64_t newest_ms = plan.source_newest_ms + plan.shift_ms;
    const std::string place =
        newest_ms >= begins_ms
            ? "is inside the window"
            : fmt::format("is {} outside the window", duration_text(begins_ms - newest_ms));
    print_text("too old: {}; the newest message, of {}, {}, which begins at {}\n",
               count_of(outside, "record", "records"), iso_time(newest_ms), place,
               iso_time(begins_ms));
    print_text(
        "  --time-shift newest=now moves all times and keeps their gaps; --too-old skip "
        "leaves these records out\n");
  }

  void print_findings(const client::MigrationPlan& plan) const {
    for (const client::FindingGroup& group : plan.findings) {
      static constexpr std::string_view kNames[] = {"bad", "too old", "note"};
      print_text("{}: {}: {}: {}\n", kNames[static_cast<std::size_t>(group.weight)], group.reason,
                 count_of(group.count, "record", "records"), group.statement);
      for (const client::RecordFinding& one : group.examples) {
        print_text("  {}: {}{}expected {}, got {}\n", client::place_text(one.line, one.record),
                   one.pointer, one.pointer.empty() ? "" : ": ", one.expected, one.got);
      }
      print_more(group.count, std::min<std::uint64_t>(group.count, group.examples.size()));
    }
  }

  MigrateFacts facts_;
  std::map<char, Kept> mismatches_;
};

}  // namespace

std::unique_ptr<MigrateOutput> text_output(MigrateFacts facts) {
  return std::make_unique<TextOutput>(std::move(facts));
}

std::string duration_text(std::int64_t ms) {
  const std::int64_t seconds = ms / 1000;
  if (seconds < 60) return fmt::format("{:.1f} s", static_cast<double>(ms) / 1000.0);
  if (seconds < 3600) return fmt::format("{} min {} s", seconds / 60, seconds % 60);
  if (seconds < 48 * 3600) return fmt::format("{} h {} min", seconds / 3600, seconds / 60 % 60);
  return fmt::format("{} days {} h", seconds / 86400, seconds / 3600 % 24);
}

}  // namespace zimmock::cli
