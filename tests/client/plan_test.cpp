#include <set>

#include "client/import/lane_queue.h"
#include "contracts/api/text.h"
#include "tests/client/support.h"

namespace zimmock::test {
namespace {

client::MigrationPlan plan_of(const std::string& text,
                              const client::PlanOptions& options = plan_options()) {
  const TempFile file(text);
  const auto source = open_source(file);
  auto plan = client::make_plan(*source, options);
  REQUIRE(plan);
  return *std::move(plan);
}

const client::FindingGroup* group(const client::MigrationPlan& plan, std::string_view reason) {
  for (const client::FindingGroup& one : plan.findings) {
    if (one.reason == reason) return &one;
  }
  return nullptr;
}

std::vector<std::int64_t> times(const client::MigrationPlan& plan) {
  std::vector<std::int64_t> out;
  for (const client::PlannedRecord& record : plan.records) {
    if (!record.left_out) out.push_back(record.time_ms);
  }
  return out;
}

std::int64_t days(std::int64_t count) { return count * kMillisPerDay; }

}  // namespace

TEST_CASE("a plan counts records, users, conversations and imports by side") {
  const auto plan = plan_of(record_line("1", kNow - 5) +
                            record_line("2", kNow - 4, {{"FromUserId", "b"}, {"ToUserId", "a"}}) +
                            record_line("3", kNow - 3, {{"VisibleTo", {"a"}}}) +
                            record_line("4", kNow - 2, {{"ToUserId", "c"}, {"VisibleTo", {"c"}}}));
  CHECK(plan.counts.records == 4);
  CHECK(plan.counts.users == 3);
  CHECK(plan.counts.conversations == 2);
  CHECK(plan.counts.imports == 6);
  CHECK(plan.counts.imports_to[client::View::kSender] == 3);
  CHECK(plan.counts.one_sided == 2);
  CHECK(plan.counts.left_out == 0);
  CHECK(plan.counts.oldest_ms == kNow - 5);
  CHECK(plan.counts.newest_ms == kNow - 2);
  CHECK_FALSE(plan.blocked);
  CHECK(plan.estimate.registrations == 1);
  CHECK(plan.estimate.imports == 6);
  CHECK(plan.estimate.queries == 4);
  CHECK(plan.users_to_register() == std::vector<std::string>{"a", "b", "c"});
}

TEST_CASE("records are sorted by time, ties in the file's order") {
  const auto plan = plan_of(record_line("1", kNow - 1) + record_line("2", kNow - 9) +
                            record_line("3", kNow - 1) + record_line("4", kNow - 5));
  std::vector<std::uint32_t> lines;
  for (const auto& record : plan.records) lines.push_back(record.place.line);
  CHECK(lines == std::vector<std::uint32_t>{2, 4, 1, 3});
  CHECK(plan.counts.out_of_order == 2);
  CHECK(plan.counts.same_time == 1);
  REQUIRE(group(plan, "import.oldest-first") != nullptr);
  CHECK(group(plan, "import.oldest-first")->examples[0].line == 2);
  CHECK(group(plan, "import.oldest-first")->weight == client::Weight::kNote);
  REQUIRE(group(plan, "plan.same-time") != nullptr);
  CHECK(group(plan, "plan.same-time")->examples[0].line == 3);
}

TEST_CASE("order and ties are a matter of one user's list") {
  const nlohmann::json for_a{{"ImportedUserId", "a"}}, for_b{{"ImportedUserId", "b"}};
  // One list after the other, as an exported state has them.
  const auto plan = plan_of(record_line("1", kNow - 3, for_a) + record_line("2", kNow - 1, for_a) +
                            record_line("3", kNow - 3, for_b) + record_line("4", kNow - 1, for_b));
  CHECK(plan.findings.empty());
  CHECK(plan.counts.out_of_order == 0);
  CHECK(plan.counts.same_time == 0);
  const auto both = plan_of(record_line("1", kNow - 1, for_a) + record_line("2", kNow - 9, for_b) +
                            record_line("3", kNow - 5) + record_line("4", kNow - 1, for_a) +
                            record_line("5", kNow - 9, for_b));
  CHECK(both.counts.out_of_order == 2);
  CHECK(both.counts.same_time == 2);
  const client::FindingGroup* late = group(both, "import.oldest-first");
  REQUIRE(late != nullptr);
  CHECK(late->examples[0].line == 3);
  CHECK(late->examples[1].line == 5);
  CHECK(group(both, "plan.same-time")->examples[1].line == 4);
}

TEST_CASE("recalled and deleted messages are told of and are no records") {
  const auto plan =
      plan_of(record_line("1", kNow - 2) +
              record_line("2", kNow - 1, {{"Stored", {{"Recalled", true}}}, {"Priority", 9}}) +
              record_line("3", kNow, {{"Stored", {{"Deleted", true}}}}));
  CHECK(plan.counts.records == 1);
  CHECK(plan.counts.left_out == 0);
  CHECK_FALSE(plan.blocked);
  const client::FindingGroup* emptied = group(plan, "plan.emptied");
  REQUIRE(emptied != nullptr);
  CHECK(emptied->weight == client::Weight::kNote);
  CHECK(emptied->count == 2);
  CHECK(emptied->examples[0].got == "a recalled one");
  CHECK(emptied->examples[1].got == "a deleted one");
}

TEST_CASE("broken records are grouped by reason and stop the run, or are left out") {
  const std::string text = record_line("1", kNow - 1) +
                           record_line("2", kNow - 1, {{"Priority", 9}}) +
                           record_line("3", kNow - 1, {{"Priority", 8}, {"Message", ""}}) + "[]\n";
  auto options = plan_options();
  options.max_examples = 1;
  auto plan = plan_of(text, options);
  CHECK(plan.blocked);
  CHECK(plan.counts.bad == 3);
  CHECK(plan.counts.left_out == 3);
  CHECK(plan.counts.imports == 2);
  const client::FindingGroup* priority = group(plan, "import.priority");
  REQUIRE(priority != nullptr);
  CHECK(priority->count == 2);
  CHECK(priority->examples.size() == 1);
  CHECK(priority->examples[0].line == 2);
  CHECK(priority->examples[0].pointer == "/Priority");
  CHECK(plan.findings.front().reason == "import.priority");
  options.bad = client::BadPolicy::kQuarantine;
  options.max_examples = 0;
  plan = plan_of(text, options);
  CHECK_FALSE(plan.blocked);
  CHECK(group(plan, "import.priority")->examples.size() == 2);
}

TEST_CASE("an Id stands once in each list of its conversation") {
  const auto plan =
      plan_of(record_line("1", kNow - 3) + record_line("2", kNow - 2) + record_line("1", kNow - 1) +
              record_line("1", kNow, {{"ToUserId", "c"}}));
  CHECK(plan.counts.bad == 1);
  CHECK(plan.counts.imports == 6);
  const client::FindingGroup* same = group(plan, "plan.same-id");
  REQUIRE(same != nullptr);
  CHECK(same->examples[0].line == 3);
  CHECK(same->examples[0].got == "\"1\", as in line 1, which is another message");
  const auto again = plan_of(record_line("1", kNow) + record_line("1", kNow));
  REQUIRE(group(again, "plan.same-record") != nullptr);
  CHECK(group(again, "plan.same-record")->examples[0].got ==
        "\"1\", as in line 1, with the same content");
  CHECK(again.counts.imports == 2);
  const auto dump = plan_of(record_line("1", kNow - 3, {{"ImportedUserId", "a"}}) +
                            record_line("1", kNow - 3, {{"ImportedUserId", "b"}}));
  CHECK(dump.counts.bad == 0);
  CHECK(dump.counts.imports == 2);
  const auto third = plan_of(record_line("1", kNow - 3, {{"ImportedUserId", "a"}}) +
                             record_line("1", kNow - 3, {{"ImportedUserId", "b"}}) +
                             record_line("1", kNow - 3, {{"ImportedUserId", "b"}}));
  CHECK(third.counts.bad == 1);
}

// What a tag is made of must never change: what earlier runs have imported is known by it. The
// values are md5sum's.
TEST_CASE("the tags of one Id in two conversations differ, and stay what they are") {
  client::PlanOptions options = plan_options();
  options.tagged = true;
  const auto plan = plan_of(record_line("1", kNow) + record_line("1", kNow, {{"ToUserId", "c"}}) +
                                record_line("", kNow, {{"Message", "hi"}}) +
                                record_line("", kNow, {{"Message", "hi"}}),
                            options);
  std::vector<std::string> tags;
  for (std::uint32_t i = 0; i < plan.records.size(); ++i) {
    const client::Conversation& conversation = plan.conversations[plan.records[i].conversation];
    for (client::Lane lane{conversation.first_list}; lane.list < conversation.end_list; ++lane.list)
      tags.push_back(plan.tag(lane, plan.records[i]));
  }
  CHECK(tags == std::vector<std::string>{"c40150c3b7f62c09db68", "dfbf0fccfe2f4046a4cc",
                                         "4bfc58f013eea8e96318", "29b36bd4cd233f54a12c",
                                         "a3e02ed10a6bd4685b1c", "e539dd60ec03e60b38be",
                                         "7941846f6d6801ecb235", "a75f98f865c18d040aa4"});
  CHECK(std::set<std::string>(tags.begin(), tags.end()).size() == 8);
}

TEST_CASE("records of one line are counted and named one by one") {
  std::string messages;
  for (int i = 1; i <= 3; ++i) {
    messages += fmt::format(
        R"({}{{"message_id":{},"type":"MESG","user":{{"user_id":"b"}},"message":"{}","created_at":{}}})",
        i == 1 ? "" : ",", i, i == 2 ? "ok" : std::string(3000, 'y'), kNow - 10 + i);
  }
  const TempFile file(
      R"({"channel":{"channel_url":"c","members":[{"user_id":"a"},{"user_id":"b"}]},"messages":[)" +
      messages + "]}");
  const auto source =
      client::find_format("sendbird")->open(file.path(), {.profile = default_profile()});
  REQUIRE(source);
  const auto plan = client::make_plan(**source, plan_options());
  REQUIRE(plan);
  CHECK(plan->counts.bad == 2);
  const client::FindingGroup* large = group(*plan, "body.message-max-bytes");
  REQUIRE(large != nullptr);
  CHECK(large->count == 2);
  REQUIRE(large->examples.size() == 2);
  const client::RecordFinding& last = large->examples[1];
  CHECK(client::place_text(last.line, last.record) ==
        "line 1 (/messages/2, id 3, \"b\" to \"a\", " + iso_time(kNow - 7) + ")");
}

TEST_CASE("times are shifted and keep their gaps") {
  const std::string text = record_line("1", 1000) + record_line("2", 5000) + record_line("3", 4000);
  auto options = plan_options();
  options.shift = *client::parse_time_shift("newest=now");
  CHECK(times(plan_of(text, options)) == std::vector<std::int64_t>{kNow - 4000, kNow - 1000, kNow});
  options.shift = *client::parse_time_shift("newest=2026-09-20T00:00:00Z");
  const auto at = plan_of(text, options);
  CHECK(at.records.back().time_ms == 1'789'862'400'000);
  CHECK(at.records.front().time_ms == 1'789'862'396'000);
  options.shift = *client::parse_time_shift("+2h");
  options.retention_ms = kNow;
  const auto by = plan_of(text, options);
  CHECK(by.shift_ms == 7'200'000);
  CHECK(by.records.front().time_ms == 7'201'000);
  for (const char* bad : {"", "newest", "newest=then", "now", "tomorrow", "+1y"}) {
    REQUIRE_FALSE(client::parse_time_shift(bad));
    CHECK(client::parse_time_shift(bad).error().kind == ErrorKind::kUsage);
  }
}

TEST_CASE("a shift that leaves the numbers' range is a finding, not a wrap") {
  auto options = plan_options();
  options.shift = {client::TimeShift::Kind::kBy, INT64_MAX};
  CHECK(plan_of(record_line("1", 1000), options).counts.bad == 1);
  options.shift = {client::TimeShift::Kind::kBy, INT64_MIN};
  CHECK(plan_of(record_line("1", 1000), options).counts.bad == 1);
  options.shift = {client::TimeShift::Kind::kBy, -1000};
  CHECK(plan_of(record_line("1", 1000), options).counts.bad == 1);
}

TEST_CASE("the future cannot be imported") {
  CHECK_FALSE(plan_of(record_line("1", kNow)).blocked);
  const auto plan = plan_of(record_line("1", kNow + 1));
  CHECK(plan.blocked);
  CHECK(plan.counts.bad == 1);
  CHECK(group(plan, "import.send-time-not-in-future") != nullptr);
}

TEST_CASE("what is too old stops the run, is skipped, or is clamped in order") {
  const std::int64_t edge = kNow - days(30);
  const std::string text = record_line("1", edge - 9000) + record_line("2", edge - 9000) +
                           record_line("3", edge - 10) + record_line("4", edge) +
                           record_line("5", kNow);
  auto options = plan_options();
  const auto stopped = plan_of(text, options);
  CHECK(stopped.blocked);
  CHECK(stopped.counts.too_old == 3);
  options.too_old = client::TooOldPolicy::kSkip;
  const auto skipped = plan_of(text, options);
  CHECK_FALSE(skipped.blocked);
  CHECK(skipped.counts.left_out == 3);
  CHECK(times(skipped) == std::vector<std::int64_t>{edge, kNow});
  options.too_old = client::TooOldPolicy::kClamp;
  const auto clamped = plan_of(text, options);
  CHECK_FALSE(clamped.blocked);
  CHECK(clamped.counts.left_out == 0);
  CHECK(clamped.counts.clamped == 4);
  const std::int64_t floor = edge + 600'000;
  CHECK(times(clamped) == std::vector<std::int64_t>{floor, floor, floor + 1, floor + 2, kNow});
}

TEST_CASE("conversations that fit are not touched by clamping another") {
  const std::int64_t edge = kNow - days(30);
  auto options = plan_options();
  options.too_old = client::TooOldPolicy::kClamp;
  const auto plan =
      plan_of(record_line("1", edge - 1) + record_line("2", edge, {{"ToUserId", "c"}}), options);
  CHECK(times(plan) == std::vector<std::int64_t>{edge + 600'000, edge});
}

TEST_CASE("what leaves the window before its turn comes is too old as well") {
  std::string text = record_line("1", kNow - days(30) + 30'000);
  for (int i = 2; i <= 30; ++i)
    text += record_line(std::to_string(i), kNow - days(30) + 30'000 + i);
  auto options = plan_options();
  CHECK(plan_of(text, options).counts.too_old == 0);
  options.calls_per_second = 1;
  const auto plan = plan_of(text, options);
  CHECK(plan.counts.too_old == 16);  // a registration, then 2 imports each: the 15th starts at 29 s
  REQUIRE(group(plan, "plan.expires-before-sent") != nullptr);
  CHECK(group(plan, "plan.expires-before-sent")->examples[0].line == 15);
  options.too_old = client::TooOldPolicy::kClamp;
  CHECK(plan_of(text, options).counts.left_out == 0);
}

TEST_CASE("the plan says when the first message leaves the window, and what is sent by then") {
  // Leaves in 60 s; the others later than they are sent.
  std::string text = record_line("1", kNow - days(30) + 60'000);
  for (int i = 2; i <= 50; ++i)
    text += record_line(std::to_string(i), kNow - days(30) + 600'000 + i);
  auto options = plan_options();
  const auto unlimited = plan_of(text, options);
  CHECK(unlimited.outlook.deadline_ms == kNow + 60'000);
  CHECK(unlimited.outlook.last_import_ms == kNow);
  CHECK(unlimited.outlook.spare_ms == 60'000);
  options.calls_per_second = 1;
  const auto late = plan_of(text, options);
  CHECK(late.counts.expires == 0);
  CHECK(late.outlook.in_time());
  CHECK(late.outlook.deadline_ms == kNow + 60'000);
  CHECK(late.outlook.last_import_ms == kNow + 101'000);  // a registration, then 100 imports
  CHECK(late.outlook.spare_ms == 57'000);                // of the first, sent after 3 s
  options.retention_ms = days(30) - 550'000;             // too old now: the first
  options.too_old = client::TooOldPolicy::kSkip;
  const auto skipped = plan_of(text, options);
  CHECK(skipped.counts.too_old == 27);
  CHECK(skipped.counts.expires == 26);
  CHECK(skipped.outlook.late == 26);
  CHECK_FALSE(skipped.outlook.in_time());
  CHECK(skipped.outlook.deadline_ms == kNow + 50'002);
  options.too_old = client::TooOldPolicy::kClamp;
  CHECK(plan_of(text, options).outlook.in_time());
}

TEST_CASE("the parts of all shards are the whole, each at its own rate") {
  std::string text;
  for (int i = 0; i < 120; ++i) {
    text += record_line(std::to_string(i), kNow - days(30) + 20'000 + i,
                        {{"ToUserId", fmt::format("u{}", i % 12)}});
  }
  auto options = plan_options();
  options.calls_per_second = 4;
  const auto whole = plan_of(text, options);
  options.calls_per_second = 1;
  std::uint64_t imports = 0, records = 0, left_out = 0;
  std::int64_t deadline_ms = whole.outlook.deadline_ms + days(1);
  for (std::uint32_t number = 1; number <= 4; ++number) {
    options.shard = {number, 4};
    const auto part = plan_of(text, options);
    CHECK(part.counts.records == 120);
    const std::uint64_t own = part.counts.records - part.counts.other_shards;
    records += own;
    imports += part.counts.imports;
    left_out += part.counts.left_out;
    // A registration, then two imports a record, at one a second.
    const std::uint64_t in_time = std::min<std::uint64_t>(own, 9);
    CHECK(part.counts.expires == own - in_time);
    CHECK(part.counts.imports == 2 * in_time);
    CHECK(part.blocked == (own > in_time));
    if (own > 0) deadline_ms = std::min(deadline_ms, part.outlook.deadline_ms);
  }
  CHECK(records == 120);
  CHECK(imports / 2 + left_out == 120);
  CHECK(deadline_ms == whole.outlook.deadline_ms);
}

TEST_CASE("what is broken or deleted is one shard's, not every shard's") {
  std::string text = "no JSON\n{}\n";
  for (int i = 0; i < 24; ++i) {
    const nlohmann::json more = i % 3 == 0   ? nlohmann::json{{"MessageType", 99}}
                                : i % 3 == 1 ? nlohmann::json{{"Stored", {{"Recalled", true}}}}
                                             : nlohmann::json::object();
    text += record_line(std::to_string(i), kNow - 1000, more);
    text.insert(text.rfind("\"b\"") + 2, std::to_string(i));
  }
  const auto whole = plan_of(text, plan_options());
  REQUIRE(whole.counts.bad == 10);
  std::uint64_t bad = 0, skipped = 0, own = 0;
  auto options = plan_options();
  for (std::uint32_t number = 1; number <= 4; ++number) {
    options.shard = {number, 4};
    const client::PlanCounts counts = plan_of(text, options).counts;
    bad += counts.bad;
    skipped += counts.skipped;
    own += counts.records + counts.skipped - counts.other_shards;
    CHECK(counts.records + counts.skipped == whole.counts.records + whole.counts.skipped);
  }
  CHECK(bad == whole.counts.bad);
  CHECK(skipped == whole.counts.skipped);
  CHECK(own == whole.counts.records + whole.counts.skipped);
}

TEST_CASE("a run that goes on at another rate has the first one's plan") {
  std::string text;
  for (int i = 1; i <= 30; ++i)
    text += record_line(std::to_string(i), kNow - days(30) + 30'000 + i);
  auto options = plan_options();
  options.calls_per_second = 1;
  for (const client::TooOldPolicy policy :
       {client::TooOldPolicy::kSkip, client::TooOldPolicy::kClamp}) {
    options.too_old = policy;
    options.decided_calls_per_second = std::nullopt;
    const auto first = plan_of(text, options);
    auto faster = options;
    faster.calls_per_second = 20;
    CHECK(times(plan_of(text, faster)) != times(first));
    faster.decided_calls_per_second = 1;
    const auto second = plan_of(text, faster);
    CHECK(times(second) == times(first));
    CHECK(second.estimate.duration_ms < first.estimate.duration_ms);
  }
}

TEST_CASE("all shards move their times alike") {
  std::string text;
  for (int i = 0; i < 20; ++i)
    text += record_line(std::to_string(i), 1000 + i, {{"ToUserId", fmt::format("u{}", i)}});
  auto options = plan_options();
  options.shift = *client::parse_time_shift("newest=now");
  for (std::uint32_t number = 1; number <= 3; ++number) {
    options.shard = {number, 3};
    CHECK(plan_of(text, options).shift_ms == kNow - 1019);
  }
}

TEST_CASE("what has left the window since a run began is counted by what is still to be sent") {
  const auto plan =
      plan_of(record_line("1", kNow - days(30) + 1000) + record_line("2", kNow - days(30) + 2000) +
              record_line("3", kNow - days(30) + 3000, {{"VisibleTo", {"b"}}}) +
              record_line("4", kNow - days(30) + 4000));
  const auto nothing = [](client::Lane, std::uint32_t) { return false; };
  CHECK(client::expired_at(plan, kNow + 1000, nothing).records == 0);
  const client::Expired some = client::expired_at(plan, kNow + 3001, nothing);
  CHECK(some.records == 3);
  CHECK(some.imports == 5);
  CHECK(some.oldest_ms == kNow - days(30) + 1000);
  const client::Expired rest =
      client::expired_at(plan, kNow + 3001, [](client::Lane lane, std::uint32_t record) {
        return record == 0 || (record == 1 && lane.list == 0);
      });
  CHECK(rest.records == 2);
  CHECK(rest.imports == 2);
  CHECK(rest.oldest_ms == kNow - days(30) + 2000);
}

TEST_CASE("the estimate follows the rate") {
  std::string text;
  for (int i = 0; i < 150; ++i) text += record_line(std::to_string(i), kNow - 1000 + i);
  auto options = plan_options();
  options.calls_per_second = 20;
  const auto plan = plan_of(text, options);
  CHECK(plan.estimate.imports == 300);
  CHECK(plan.estimate.queries == 4);
  CHECK(plan.estimate.duration_ms == 305 * 1000 / 20);
}

TEST_CASE("an empty source makes an empty plan") {
  auto options = plan_options();
  options.shift = *client::parse_time_shift("newest=now");
  const auto plan = plan_of("\n", options);
  CHECK(plan.counts.records == 0);
  CHECK(plan.counts.imports == 0);
  CHECK_FALSE(plan.blocked);
}

TEST_CASE("lanes are handed out one import at a time, the oldest of all first") {
  const auto plan = plan_of(record_line("1", kNow - 9) + record_line("2", kNow - 8) +
                            record_line("3", kNow - 7, {{"ToUserId", "c"}, {"VisibleTo", {"a"}}}));
  client::LaneQueue queue(plan);
  for (client::Lane lane; lane.list < plan.lists.size(); ++lane.list)
    queue.add(lane, plan.conversation(lane).first);
  const auto line = [&](const client::LaneQueue::Task& task) {
    return plan.records[task.record].place.line;
  };
  const auto next = [&queue](std::int64_t now_ns = 0) { return queue.next(now_ns).task; };
  const auto first = next(), second = next(), third = next();
  REQUIRE((first && second && third));
  CHECK(line(*first) == 1);
  CHECK(line(*second) == 1);
  CHECK(first->lane.list != second->lane.list);
  CHECK(line(*third) == 3);
  CHECK_FALSE(next());  // line 2 waits for line 1
  queue.done(*second);
  const auto after = next();
  REQUIRE(after);
  CHECK(line(*after) == 2);
  CHECK(after->lane.list == second->lane.list);
  queue.park(*after, 100);
  CHECK(queue.next(99).wake_ns == 100);
  CHECK_FALSE(next(99));
  CHECK(next(100)->record == after->record);
  queue.done(*after);
  queue.done(*third);
  CHECK_FALSE(next());
  CHECK_FALSE(queue.next(0).wake_ns);
}

}  // namespace zimmock::test
