// A whole migration as one library call, against the fake service.

#include "client/migration.h"

#include <string>
#include <vector>

#include "client/journal/sqlite_journal.h"
#include "tests/client/fake_service.h"

namespace zimmock::test {
namespace {

using Lines = std::vector<std::string>;

// Writes down what it is told.
class HeardSteps : public client::MigrationObserver {
 public:
  void begins(client::Phase phase, std::uint64_t total) override { say("begins", phase, total); }
  void ended(client::Phase phase) override { say("ended", phase, 0); }
  void registered(const client::RegisterReport& report) override {
    say("registered", {}, report.registered);
  }
  void imported(const client::MigrationPlan&, const client::ImportReport& report) override {
    say("imported", {}, report.imported);
  }
  void mismatch(const client::Mismatch& one) override { lines.push_back(std::string(1, one.mark)); }
  void compared(const client::VerifyReport& report) override {
    say("compared", {}, report.totals.same);
  }
  Result<void> quarantined(const client::Quarantine& quarantine) override {
    say("quarantined", {}, quarantine.entries().size());
    return keeps ? Result<void>() : fail(ErrorKind::kSystem, "disk full");
  }
  void balance(const client::Balance& balance) override {
    say("balance", {}, balance.holds() ? 1 : 0);
  }

  Lines lines;
  bool keeps = true;

 private:
  void say(const char* what, std::optional<client::Phase> phase, std::uint64_t number) {
    lines.push_back(fmt::format(
        "{} {}{}", what, phase ? std::to_string(static_cast<int>(*phase)) + " " : "", number));
  }
};

}  // namespace

TEST_CASE("a migration is one call, and its observer is told every step of it") {
  Migration run(conversations(2, 3), true);
  const JournalPath file;
  const auto journal = client::SqliteJournal::open(file.path, {}, run.time);
  REQUIRE(journal);
  REQUIRE((*journal)->begin(run.plan, {}));
  HeardSteps notes;
  const auto result = client::run_migration(run.context(), **journal, false, notes);
  REQUIRE(result);
  CHECK(result->verdict.outcome == client::Outcome::kVerified);
  CHECK(result->verdict.line == "verified: all 12 of 12 imports are in ZIM, in order");
  REQUIRE(result->balance);
  CHECK(result->balance->views[client::View::kSender].imported == 6);
  CHECK(result->balance->views[client::View::kReceiver].imported == 6);
  CHECK(notes.lines == Lines{"begins 1 4", "ended 1 0", "registered 4", "begins 2 12", "ended 2 0",
                             "imported 12", "begins 3 12", "ended 3 0", "compared 12",
                             "quarantined 0", "balance 1"});

  SECTION("a second call sets up and sends nothing") {
    HeardSteps again;
    const auto second = client::run_migration(run.context(), **journal, false, again);
    REQUIRE(second);
    CHECK(second->verdict.outcome == client::Outcome::kVerified);
    CHECK(run.service.count("UserRegister") == 1);
    CHECK(run.service.count("ImportPeerMsg") == 12);
    CHECK(again.lines.front() == "begins 2 12");
  }
  SECTION("reading back says what is missing") {
    run.service.list("a0", "b0").pop_back();
    HeardSteps again;
    const auto read = client::verify_migration(run.context(), journal->get(), false, again);
    REQUIRE(read);
    CHECK(read->verdict.outcome == client::Outcome::kNotVerified);
    CHECK_FALSE(read->balance);
    CHECK(run.service.count("ImportPeerMsg") == 12);
    CHECK(again.lines == Lines{"begins 3 12", "+", "ended 3 0", "compared 11"});
  }
}

TEST_CASE("what is refused is quarantined; where that cannot be kept, nothing is verified") {
  for (const bool keeps : {true, false}) {
    Migration run(conversations(1, 3), true);
    run.service.before = [](const std::string& action,
                            const nlohmann::json& body) -> std::optional<Result<HttpResponse>> {
      if (action != "ImportPeerMsg" || body["MessageBody"]["Message"] != "m-0-1")
        return std::nullopt;
      return code_answer(660000002);
    };
    const JournalPath file;
    const auto journal = client::SqliteJournal::open(file.path, {}, run.time);
    REQUIRE(journal);
    REQUIRE((*journal)->begin(run.plan, {}));
    HeardSteps notes;
    notes.keeps = keeps;
    const auto result = client::run_migration(run.context(), **journal, false, notes);
    REQUIRE(result);
    CHECK(result->verdict.outcome ==
          (keeps ? client::Outcome::kVerifiedInPart : client::Outcome::kNotVerified));
    CHECK((result->verdict.line.find("disk full") == std::string::npos) == keeps);
    CHECK(notes.lines.at(notes.lines.size() - 2) == "quarantined 2");

    // Another process knows of them from the journal.
    Migration later(conversations(1, 3), true);
    for (const auto& [owner, peer] : {std::pair{"a0", "b0"}, std::pair{"b0", "a0"}})
      later.service.list(owner, peer) = run.service.list(owner, peer);
    HeardSteps read_back;
    const auto read = client::verify_migration(later.context(), journal->get(), false, read_back);
    REQUIRE(read);
    CHECK(read->verdict.outcome == client::Outcome::kVerifiedInPart);
  }
}

TEST_CASE("a migration whose users cannot be registered sends nothing") {
  Migration run(conversations(1, 3));
  run.service.before = [](const std::string& action,
                          const nlohmann::json&) -> std::optional<Result<HttpResponse>> {
    if (action != "UserRegister") return std::nullopt;
    return code_answer(100000005);
  };
  HeardSteps notes;
  const auto result = client::run_migration(run.context(), run.no_journal, false, notes);
  REQUIRE(result);
  CHECK(result->verdict.outcome == client::Outcome::kFatal);
  CHECK(result->verdict.line.find("UserRegister") != std::string::npos);
  CHECK(run.service.count("ImportPeerMsg") == 0);
}

}  // namespace zimmock::test
