#include "mock_server/requests/request_journal.h"

#include <functional>
#include <thread>

#include "mock_server/requests/record_texts.h"
#include "mock_server/requests/verification.h"
#include "tests/support/catch.h"

using namespace zimmock;

namespace {

mock::RequestRecord import_of(const std::string& from, const std::string& to,
                              const std::string& body, const std::string& nonce = "n") {
  mock::RequestRecord record;
  record.action = "ImportPeerMsg";
  record.from = from;
  record.to = to;
  record.list = ListId::of_user(from, to);
  record.request_body = body;
  record.nonce = nonce;
  return record;
}

mock::RequestFilter filter_by(std::string_view word, const std::string& value) {
  mock::RequestFilter filter;
  REQUIRE(filter.set(word, value));
  return filter;
}

}  // namespace

TEST_CASE("a journal keeps the newest requests within its limits and counts the others") {
  mock::RequestJournal by_entries({.entries = 3, .bytes = 1 << 20});
  for (int i = 0; i < 5; ++i) by_entries.add(import_of("a", "b", std::to_string(i)));
  CHECK(by_entries.size() == 3);
  CHECK(by_entries.dropped() == 2);
  CHECK(by_entries.find({}).front()->seq == 3);
  by_entries.clear();
  CHECK(by_entries.size() == 0);
  CHECK(by_entries.dropped() == 0);
  CHECK(by_entries.add(import_of("a", "b", "x")) == 6);

  mock::RequestJournal by_bytes({.entries = 100, .bytes = 10'000});
  for (int i = 0; i < 10; ++i) by_bytes.add(import_of("a", "b", std::string(3000, 'x')));
  CHECK(by_bytes.size() == 2);
  CHECK(by_bytes.dropped() == 8);
  by_bytes.add(import_of("a", "b", std::string(50'000, 'y')));
  CHECK(by_bytes.size() == 1);  // the newest stays, however large

  mock::RequestJournal none({.entries = 0, .bytes = 0});
  none.add(import_of("a", "b", ""));
  CHECK(none.size() == 0);
  CHECK(none.dropped() == 1);
}

TEST_CASE("attempts with the same body are one group, and a nonce used again is a resend") {
  mock::RequestJournal journal;
  journal.add(import_of("a", "b", "one", "n1"));
  journal.add(import_of("a", "b", "two", "n2"));
  journal.add(import_of("a", "b", "one", "n3"));
  journal.add(import_of("a", "b", "one", "n3"));
  const auto entries = journal.find({});
  CHECK(entries[1]->group == 2);
  CHECK(entries[2]->group == 1);
  CHECK(entries[2]->attempt == 2);
  CHECK_FALSE(entries[2]->resent);
  CHECK(entries[3]->attempt == 3);
  CHECK(entries[3]->resent);
}

TEST_CASE("a group outlives its first attempt's entry, and is forgotten with its last") {
  mock::RequestJournal journal({.entries = 2, .bytes = 1 << 20});
  journal.add(import_of("a", "b", "one"));
  journal.add(import_of("a", "b", "one"));
  journal.add(import_of("a", "b", "one"));
  CHECK(journal.find({}).back()->attempt == 3);
  CHECK(journal.find({}).back()->group == 1);
  journal.add(import_of("a", "b", "x"));
  journal.add(import_of("a", "b", "y"));
  journal.add(import_of("a", "b", "one"));
  CHECK(journal.find({}).back()->attempt == 1);
  CHECK(journal.find({}).back()->group == 6);
}

TEST_CASE("a filter finds what it names") {
  mock::RequestJournal journal;
  journal.add(import_of("u1", "u2", "1"));
  journal.add(import_of("u2", "u1", "2"));
  mock::RequestRecord refused = import_of("u1", "u3", "3");
  refused.code = 660000002;
  refused.rules_broken = {{RuleId::kImportType, "import.type: ...", true}};
  refused.faults = {"delay#1", "close#12"};
  journal.add(refused);
  mock::RequestRecord lost = import_of("u1", "u3", "4");
  lost.code = mock::kNoCode;
  journal.add(lost);
  CHECK(journal.count(filter_by("conversation", "u2/u1")) == 2);
  CHECK(journal.count(filter_by("user", "u3")) == 2);
  CHECK(journal.count(filter_by("from", "u2")) == 1);
  CHECK(journal.count(filter_by("list", "u1")) == 3);
  CHECK(journal.count(filter_by("code", "ok")) == 2);
  CHECK(journal.count(filter_by("code", "refused")) == 1);
  CHECK(journal.count(filter_by("rule", "import.type")) == 1);
  CHECK(journal.count(filter_by("fault", "close")) == 1);
  CHECK(journal.count(filter_by("fault", "close#12")) == 1);
  CHECK(journal.count(filter_by("fault", "close#1")) == 0);
  CHECK(journal.count(filter_by("since", "3")) == 1);
  CHECK(journal.find({}, 2).front()->seq == 3);
  for (const char* bad : {"acton", "rule", "fault", "code", "conversation", "since", "action"}) {
    mock::RequestFilter filter;
    CAPTURE(bad);
    CHECK_FALSE(filter.set(bad, "no-such"));
  }
}

TEST_CASE("a wait ends with the request that makes enough of them") {
  mock::RequestJournal journal;
  CHECK_FALSE(journal.wait({}, 1, 1));
  std::thread sender([&] {
    journal.add(import_of("a", "b", "1"));
    journal.add(import_of("a", "b", "2"));
  });
  CHECK(journal.wait({}, 2, 60'000));
  sender.join();
  CHECK(journal.wait({}, 2, 0));
  std::thread ender([&] { journal.cancel(); });
  CHECK_FALSE(journal.wait({}, 3, 60'000));
  ender.join();
}

TEST_CASE("a verification that cannot be sure is not ok") {
  mock::RequestJournal journal({.entries = 1, .bytes = 1 << 20});
  mock::Expectation one;
  one.count = 1;
  journal.add(import_of("a", "b", "1"));
  CHECK(mock::verify(journal, one).ok);
  journal.add(import_of("a", "b", "2"));
  const mock::Verification unsure = mock::verify(journal, one);
  CHECK_FALSE(unsure.ok);
  CHECK(unsure.report.find("1 older requests have fallen out") != std::string::npos);
}

TEST_CASE("order is judged for each list by itself") {
  mock::RequestJournal journal;
  mock::Expectation order;
  order.chronological = true;
  const auto add = [&](const char* list, std::int64_t time_ms) {
    mock::RequestRecord record = import_of("a", "b", std::to_string(time_ms));
    record.list = ListId::of_user(list, list == std::string("a") ? "b" : "a");
    record.send_time_ms = time_ms;
    journal.add(record);
  };
  add("a", 20);
  add("b", 10);
  add("b", 10);
  add("a", 21);
  CHECK(mock::verify(journal, order).ok);
  add("b", 9);
  const mock::Verification late = mock::verify(journal, order);
  CHECK_FALSE(late.ok);
  CHECK(late.report.find("which is 1 ms before #3's 10") != std::string::npos);
}

TEST_CASE("imports that name no list have no order among them") {
  mock::RequestJournal journal;
  mock::Expectation order;
  order.chronological = true;
  for (const auto& [from, time_ms] : {std::pair{"a", 20}, std::pair{"c", 10}}) {
    mock::RequestRecord record = import_of(from, "b", std::to_string(time_ms));
    record.list.reset();  // refused: it has no ImportedUserId
    record.send_time_ms = time_ms;
    journal.add(record);
  }
  CHECK(mock::verify(journal, order).ok);
}

TEST_CASE("an effect that comes late is noted in its entry") {
  mock::RequestJournal journal;
  mock::RequestRecord record = import_of("a", "b", "1");
  record.effect = mock::Effect::kPending;
  record.code = mock::kNoCode;
  const std::uint64_t seq = journal.add(record);
  const mock::JournalEntry before = journal.find({}).front();
  journal.set_effect(seq, mock::Effect::kLate, 0);
  journal.set_effect(99, mock::Effect::kLate, 0);
  CHECK(before->effect == mock::Effect::kPending);  // what was handed out does not change
  CHECK(journal.find({}).front()->effect == mock::Effect::kLate);
  CHECK(journal.find({}).front()->code == 0);
}

TEST_CASE("a call polled for ever costs the journal no more than its entries") {
  mock::RequestJournal journal({.entries = 100, .bytes = 1 << 20});
  for (int i = 0; i < 200'000; ++i) journal.add(import_of("a", "b", "same", std::to_string(i)));
  CHECK(journal.find({}).back()->attempt == 200'000);
  CHECK_FALSE(journal.find({}).back()->resent);
  journal.add(import_of("a", "b", "same", "199999"));
  CHECK(journal.find({}).back()->resent);
  journal.add(import_of("a", "b", "same", "5"));  // has fallen out
  CHECK_FALSE(journal.find({}).back()->resent);
}

namespace {

// What the texts and lists of an entry really take.
std::size_t held_bytes(const mock::RequestRecord& record) {
  std::size_t bytes = sizeof record + record.users.capacity() * sizeof(std::string) +
                      record.rules_broken.capacity() * sizeof(mock::BrokenRule) +
                      record.faults.capacity() * sizeof(std::string);
  const std::size_t in_place = std::string().capacity();
  mock::each_text(record, [&](const std::string& text) {
    if (text.capacity() > in_place) bytes += text.capacity() + 1;
  });
  return bytes;
}

std::size_t held_bytes(const mock::RequestJournal& journal) {
  std::size_t bytes = 0;
  for (const mock::JournalEntry& entry : journal.find({})) bytes += held_bytes(*entry);
  return bytes;
}

}  // namespace

TEST_CASE("the limit of bytes holds whatever a request is made of") {
  constexpr std::size_t kBytes = std::size_t{1} << 20;
  const std::string big(2500, 'x');
  const auto fill = [&](const char* what, const std::function<void(mock::RequestRecord&)>& make) {
    CAPTURE(what);
    mock::RequestJournal journal({.entries = 10'000, .bytes = kBytes});
    for (int i = 0; i < 2000; ++i) {
      mock::RequestRecord record = import_of("a", "b", "", std::to_string(i));
      make(record);
      journal.add(std::move(record));
    }
    CHECK(journal.dropped() > 0);
    CHECK(held_bytes(journal) <= kBytes);
    const std::uint64_t kept = journal.size();
    CHECK(kept > 5);
    for (const mock::JournalEntry& entry : journal.find({})) {
      journal.set_effect(entry->seq, mock::Effect::kLate, 0);
    }
    journal.add(import_of("a", "b", ""));  // the weights of what was changed are the same
    CHECK(held_bytes(journal) <= kBytes);
    CHECK(journal.size() >= kept);
  };
  fill("nothing", [](mock::RequestRecord&) {});
  fill("Action", [&](mock::RequestRecord& record) { record.action = big; });
  fill("AppId", [&](mock::RequestRecord& record) { record.app_id = big; });
  fill("nonce", [&](mock::RequestRecord& record) { record.nonce += big; });
  fill("Timestamp", [&](mock::RequestRecord& record) { record.timestamp = big; });
  fill("user ids", [&](mock::RequestRecord& record) {
    record.from = record.to = big;
    record.list = ListId::of_user(big, big);
  });
  fill("users", [](mock::RequestRecord& record) {
    for (int i = 0; i < 1000; ++i) record.users.emplace_back("u");
  });
  fill("findings", [&](mock::RequestRecord& record) {
    for (int i = 0; i < 50; ++i) record.rules_broken.push_back({RuleId::kNonceForm, big, false});
  });
  fill("faults and message", [&](mock::RequestRecord& record) {
    record.faults.push_back(big);
    record.message = big;
  });
  fill("a body with room to grow", [&](mock::RequestRecord& record) {
    record.request_body.reserve(100'000);
    record.request_body = big;
  });
}
