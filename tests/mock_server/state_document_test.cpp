#include "mock_server/tenant/state_document.h"

#include <fstream>
#include <random>
#include <set>
#include <sstream>

#include "tests/support/mock_world.h"

using namespace zimmock;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace {

// A world whose tenant is at hand.
struct StateWorld : test::MockWorld {
  using MockWorld::MockWorld;
  mock::Tenant& tenant() { return *service().find_tenant(mock::kDefaultAppId); }
  std::string document() { return mock::export_state(tenant()); }
  Result<mock::StateCounts> add(const std::string& text) {
    return mock::import_state(tenant(), text, mock::StateMode::kAdd);
  }
  Result<mock::StateCounts> replace(const std::string& text) {
    return mock::import_state(tenant(), text, mock::StateMode::kReplace);
  }
  json page(const std::string& viewer, const std::string& peer, std::int64_t limit = 100,
            const json& next = 0) {
    return call("QueryPeerMsg", {{"FromUserId", viewer},
                                 {"ToUserId", peer},
                                 {"Limit", limit},
                                 {"Next", next},
                                 {"WithEmptyMsg", 1}});
  }
};

std::string error_of(const std::string& text, const Profile& profile = default_profile()) {
  StateWorld world(profile);
  const std::string before = world.document();
  const auto done = world.add(text);
  CHECK(world.document() == before);
  return done ? "accepted" : done.error().message;
}

std::vector<json> lines_of(const std::string& document) {
  std::vector<json> out;
  std::istringstream in(document);
  for (std::string line; std::getline(in, line);) out.push_back(json::parse(line));
  return out;
}

std::string line(const json& more = json::object()) {
  json out{{"FromUserId", "alice"}, {"ToUserId", "bob"}, {"MessageType", 1}, {"Message", "hi"}};
  out.update(more);
  return out.dump() + "\n";
}

std::string place(const std::string& list_of, const json& stored, const json& more = {}) {
  json all{{"ImportedUserId", list_of}, {"SendMessageTime", 5}, {"Stored", stored}};
  if (more.is_object()) all.update(more);
  return line(all);
}

constexpr const char* kIds[] = {"alice", "bob", "c{}|~ d", "dora-4", "e", "f;g"};

json random_message(std::mt19937_64& rng, const StateWorld& world) {
  const auto draw = [&rng](std::uint64_t below) { return rng() % below; };
  const std::size_t from = draw(std::size(kIds));
  const std::size_t to = (from + 1 + draw(std::size(kIds) - 1)) % std::size(kIds);
  constexpr const char* kTexts[] = {"plain", "\"quoted\" \\ back", "two\nlines\t\x01",
                                    "\xE2\x80\xA8 \xF0\x9F\x8E\x89", "\x7F"};
  json message = world.text(kIds[from], kIds[to], kIds[draw(2) == 0 ? from : to],
                            kTexts[draw(std::size(kTexts))],
                            static_cast<std::int64_t>(draw(300)));  // ties, and out of order
  message["Priority"] = 1 + draw(3);
  if (draw(3) == 0) message["MessageBody"]["ExtendedData"] = "{\"k\":\"v\"}";
  if (draw(4) == 0) {
    message["MessageType"] = 200;
    message["SubMsgType"] = draw(3);
    if (draw(2) == 0) message["SearchedContent"] = "find me";
  }
  if (draw(10) == 0) message.erase("SendMessageTime");
  return message;
}

// Everything that a request or the control API can do to a state, many times.
void live(StateWorld& world, std::mt19937_64& rng, int messages) {
  world.call("UserRegister",
             {{"UserInfo", {{{"UserId", "only-registered"}, {"UserName", "N \"é\""}}}}});
  for (const char* id : kIds) {
    REQUIRE(world.code("UserRegister",
                       {{"UserInfo", {{{"UserId", id}, {"UserAvatar", "https://a/b"}}}}}) == 0);
  }
  for (int i = 0; i < messages; ++i) {
    const json message = random_message(rng, world);
    const json answer = world.call("ImportPeerMsg", message);
    REQUIRE(answer.at("Code") == 0);
    if (rng() % 5 == 0) {
      world.call("RevokePeerMessage", {{"FromUserId", message.at("FromUserId")},
                                       {"ToUserId", message.at("ToUserId")},
                                       {"MsgSeq", answer.at("MsgSeq")}});
    }
    if (rng() % 400 == 0) {
      world.call("ClearPeerMessage",
                 {{"FromUserId", message.at("FromUserId")}, {"ToUserId", message.at("ToUserId")}});
    }
    if (rng() % 50 == 0) world.clock().advance_ms(100);
  }
  const std::vector<std::string> versions{"2.8.0", "1.9", "2.13.0+1"};
  const std::lock_guard lock(world.tenant().mutex());
  world.tenant().devices().set("e", *mock::parse_devices(versions));
  world.tenant().devices().set("never seen", *mock::parse_devices({&versions[0], 1}));
}

}  // namespace

TEST_CASE("export, import into another tenant and export again give the same bytes") {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    std::mt19937_64 rng(seed);
    StateWorld world, other;
    live(world, rng, 700);
    live(other, rng, 20);
    const std::string document = world.document();
    CHECK(world.document() == document);
    const auto counts = other.replace(document);
    REQUIRE(counts);
    CHECK(counts->users == std::size(kIds) + 1);
    CHECK(counts->devices == 4);
    CHECK(counts->messages == 700);
    REQUIRE(other.document() == document);
    other.clock().set_ms(world.clock().wall_ms());
    for (const char* viewer : kIds) {
      for (const char* peer : kIds) {
        if (viewer == peer) continue;
        json wanted = world.page(viewer, peer), got = other.page(viewer, peer);
        CHECK(wanted.at("List") == got.at("List"));
      }
    }
    StateWorld empty;
    REQUIRE(empty.add(document));  // into nothing, adding is the same
    CHECK(empty.document() == document);
  }
}

TEST_CASE("what a document says of recalled, deleted and tied messages") {
  StateWorld world;
  world.register_users({"alice", "bob"});
  for (const char* text : {"one", "two", "three", "four"}) {
    REQUIRE(world.code("ImportPeerMsg", world.text("alice", "bob", "alice", text)) == 0);
    if (text == std::string("two")) {
      world.call("ClearPeerMessage", {{"FromUserId", "alice"}, {"ToUserId", "bob"}});
    }
  }
  REQUIRE(world.code("RevokePeerMessage",
                     {{"FromUserId", "alice"}, {"ToUserId", "bob"}, {"MsgSeq", 3}}) == 0);
  const auto lines = lines_of(world.document());
  REQUIRE(lines.size() == 7);
  CHECK(lines[0].at("Record") == "tenant");
  CHECK(lines[1] == json{{"Record", "user"}, {"UserId", "alice"}});
  CHECK(lines[3].at("ImportedUserId") == "alice");
  CHECK(lines[3].at("Id") == lines[3].at("Stored").at("MsgId"));
  CHECK(lines[4].at("Stored").at("Deleted") == true);
  CHECK(lines[5].at("Stored").at("Recalled") == true);
  CHECK_FALSE(lines[5].at("Stored").contains("Deleted"));
  CHECK(lines[6].at("Stored").at("MsgSeq") == 4);

  StateWorld other;
  REQUIRE(other.replace(world.document()));
  const json list = other.page("alice", "bob").at("List");
  REQUIRE(list.size() == 4);
  CHECK(list[0].at("MsgBody") == "four");
  CHECK(list[1].at("IsEmpty") == 2);
  CHECK(list[2].at("IsEmpty") == 1);
  CHECK(list[3].at("IsEmpty") == 1);
}

TEST_CASE("a Next stays good when its tenant's state is restored") {
  std::mt19937_64 rng(7);
  StateWorld world;
  world.register_users({"alice", "bob"});
  for (int i = 0; i < 300; ++i) {
    REQUIRE(world.code("ImportPeerMsg", world.text("bob", "alice", "alice", std::to_string(i),
                                                   static_cast<std::int64_t>(rng() % 50))) == 0);
  }
  const json first = world.page("alice", "bob", 20);
  const json wanted = world.page("alice", "bob", 100, first.at("Next"));
  const std::string document = world.document();
  mock::clear_state(world.tenant());
  CHECK(world.code("QueryPeerMsg", {{"FromUserId", "alice"}, {"ToUserId", "bob"}}) == 660500002);
  REQUIRE(world.replace(document));
  json got = world.page("alice", "bob", 100, first.at("Next"));
  CHECK(got.at("List") == wanted.at("List"));
  CHECK(got.at("Next") == wanted.at("Next"));
}

TEST_CASE("no MsgId is given twice, and a restored state goes on as the first one did") {
  std::mt19937_64 rng(3);
  StateWorld world;
  live(world, rng, 200);
  const std::string document = world.document();
  std::set<std::string> ids;
  for (const json& one : lines_of(document)) {
    if (one.contains("Stored")) REQUIRE(ids.insert(one.at("Stored").at("MsgId")).second);
  }
  const auto next_id = [](StateWorld& in) {
    return in.call("ImportPeerMsg", in.text("alice", "bob", "alice", "later")).at("MsgId");
  };
  const json first = next_id(world);
  CHECK(ids.insert(first).second);
  REQUIRE(world.replace(document));
  CHECK(next_id(world) == first);

  // Without a line of the tenant: past the document's ids, past those given, and never rounded.
  StateWorld seeded;
  REQUIRE(seeded.add(place("alice", {{"MsgId", "1971000000000000000"}}) + line()));
  const std::int64_t later = std::stoll(next_id(seeded).get<std::string>());
  CHECK(later > 1'971'000'000'000'000'000);
  CHECK(later % 2 == 1);
  REQUIRE(seeded.replace(line()));
  CHECK(std::stoll(next_id(seeded).get<std::string>()) > later);
  mock::clear_state(seeded.tenant());
  seeded.register_users({"alice", "bob"});
  CHECK(std::stoll(next_id(seeded).get<std::string>()) > later);
}

TEST_CASE("a seed written by hand") {
  StateWorld world;
  const std::string seed =
      "\xEF\xBB\xBF" + line() + "\r\n \n" +
      line({{"VisibleTo", {"bob"}}, {"SendMessageTime", 1'000}, {"Priority", 3}}) +
      line({{"ImportedUserId", "alice"}, {"SendMessageTime", 9'000'000'000'000}}) +
      line({{"SendMessageTime", 0}, {"Stored", {{"Recalled", true}}}}) +
      R"({"Record":"user","UserId":"carol","UserName":"Carol"})"
      "\n"
      R"({"Record":"user","UserId":"bob","UserName":"Bob"})"
      "\n"
      R"({"Record":"devices","UserId":"bob","SdkVersions":["2.6.0","2.10.0"]})";
  const auto counts = world.add(seed);
  REQUIRE(counts);
  CHECK(counts->users == 3);
  CHECK(counts->devices == 2);
  CHECK(counts->messages == 6);
  const std::string document = world.document();
  CHECK_THAT(document, Contains(R"({"Record":"user","UserId":"bob","UserName":"Bob"})") &&
                           Contains(R"("UserId":"bob","SdkVersions":["2.6.0","2.10.0"]})"));
  const json alice = world.page("alice", "bob").at("List");
  REQUIRE(alice.size() == 3);
  CHECK(alice[0].at("MsgTime") == 9'000'000'000'000);  // the future is allowed
  CHECK(alice[1].at("IsEmpty") == 2);
  CHECK(alice[2].at("MsgTime") == world.clock().wall_ms());
  const json bob = world.page("bob", "alice").at("List");
  REQUIRE(bob.size() == 3);
  CHECK(bob[2].at("MsgTime") == 1'000);  // long expired
  CHECK(bob[2].at("IsEmpty") == 1);

  REQUIRE(world.add(line()));  // more of it: at the end of both lists
  CHECK(world.page("bob", "alice").at("List").size() == 4);
  const mock::StateCounts all = mock::count_state(world.tenant());
  CHECK(all.users == 3);
  CHECK(all.devices == 2);
  CHECK(all.messages == 8);
}

TEST_CASE("the migration's fixture is a seed") {
  std::ifstream file(std::string(ZIMMOCK_FIXTURES) + "/migration/conversations.jsonl");
  std::stringstream text;
  text << file.rdbuf();
  StateWorld world;
  const auto counts = world.add(text.str());
  REQUIRE(counts);
  CHECK(counts->users == 26);
  CHECK(counts->messages == 752);
  StateWorld other;
  REQUIRE(other.replace(world.document()));
  CHECK(other.document() == world.document());
}

TEST_CASE("one bad line, and nothing is changed") {
  const std::string good = line() + "\n" + R"({"Record":"user","UserId":"carol"})" + "\n";
  const auto third = [&](const std::string& bad) { return error_of(good + bad + line()); };
  CHECK_THAT(third("{\"Id\":\n"), Contains("line 4: body.is-json") && !Contains("line 1"));
  CHECK_THAT(third("[]\n"), Contains("line 4: body.is-object"));
  CHECK_THAT(third(line({{"MessageType", 99}})),
             Contains("line 4: import.type: /MessageType: expected 1, 10") && Contains("got 99"));
  CHECK_THAT(third(line({{"Mesage", "x"}})),
             Contains("line 4: body.member-known: /Mesage:") && Contains("did you mean Message?"));
  CHECK_THAT(third(line({{"ToUserId", "a\"b"}})), Contains("line 4: user-id.characters"));
  CHECK_THAT(third(line({{"ToUserId", "alice"}})), Contains("line 4: import.two-users"));
  CHECK_THAT(third(line({{"Message", std::string(2049, 'x')}})),
             Contains("line 4: body.message-max-bytes: /Message:"));
  CHECK_THAT(third(line({{"SendMessageTime", -1}})), Contains("import.send-time-not-negative"));
  CHECK_THAT(third(line({{"VisibleTo", {"zoe"}}})), Contains("line 4: import.imported-user"));
  CHECK_THAT(third(line({{"Record", "usr"}})),
             Contains("line 4: body.member-type: /Record: expected tenant, user, devices") &&
                 Contains("did you mean user?"));
  CHECK_THAT(third(line({{"Record", 7}})), Contains("/Record:") && Contains("number 7"));
  CHECK_THAT(third(R"({"Record":"user","UserId":"carol"})"
                   "\n"),
             Contains("line 4: /UserId: expected one line for each user, got \"carol\" again"));
  CHECK_THAT(third(R"({"Record":"user","UserId":""})"
                   "\n"),
             Contains("line 4: user-id.not-empty: /UserId:"));
  CHECK_THAT(third(R"({"Record":"user","UserId":"d","UsrName":""})"
                   "\n"),
             Contains("/UsrName:") && Contains("did you mean UserName?"));
  CHECK_THAT(third(R"({"Record":"devices","UserId":"d","SdkVersions":["2.8.0","2.x"]})"
                   "\n"),
             Contains("line 4: /SdkVersions/1: expected an SDK version") && Contains("\"2.x\""));
  CHECK_THAT(third(R"({"Record":"devices","UserId":"d","SdkVersions":[2.8]})"
                   "\n"),
             Contains("/SdkVersions/0: expected a string, got number 2.8"));
  CHECK_THAT(third(R"({"Record":"tenant","LastMsgId":"7"})"
                   "\n"
                   R"({"Record":"tenant","LastMsgId":"7"})"
                   "\n"),
             Contains("line 5: /Record: expected one line of the tenant"));
  CHECK_THAT(third(R"({"Record":"tenant","LastMsgId":7})"
                   "\n"),
             Contains("body.member-type: /LastMsgId: expected a string"));
  CHECK_THAT(
      error_of(line({{"SendMessageTime", 9}}) + line({{"SendMessageTime", 8}}), strict_profile()),
      Contains("line 2: import.oldest-first: /SendMessageTime: expected at least 9"));
}

TEST_CASE("what is stored must have its place") {
  CHECK(error_of("") == "accepted");
  CHECK_THAT(error_of(line({{"Stored", {{"MsgSeq", 1}}}})),
             Contains("/Stored/MsgSeq: expected an ImportedUserId"));
  CHECK_THAT(error_of(place("alice", {{"MsgSeq", 2}})),
             Contains("line 1: /Stored/MsgSeq: expected 1, the next of the list of \"alice\" with "
                      "\"bob\", got 2"));
  CHECK_THAT(error_of(place("alice", {{"MsgSeq", 0}})), Contains("expected 1 or more, got 0"));
  CHECK_THAT(error_of(line() + place("bob", {{"Deleted", true}})),
             Contains("line 2: /Stored/Deleted: expected only deleted messages before it"));
  CHECK_THAT(error_of(place("bob", {{"MsgId", "7"}}) + place("alice", {{"MsgId", "7"}})),
             Contains("line 2: /Stored/MsgId:") && Contains("7, as in line 1"));
  CHECK_THAT(error_of(place("bob", {{"MsgId", 7}})), Contains("/Stored/MsgId: expected a string"));
  for (const char* id : {"0", "-1", "07", "x", "9100000000000000001", "99999999999999999999"}) {
    CHECK_THAT(error_of(place("bob", {{"MsgId", id}})),
               Contains("/Stored/MsgId: expected a MsgId"));
  }
  CHECK_THAT(error_of(place("bob", {{"MsgId", "9100000000000000000"}}) + line()),
             Contains("line 2: /Stored/MsgId: expected one, because there is no room"));
  CHECK_THAT(error_of(place("bob", {{"Recaled", true}})), Contains("did you mean Recalled?"));
  CHECK_THAT(error_of(place("bob", {{"Recalled", 1}})), Contains("expected true or false"));

  StateWorld world;
  const std::string one = place("bob", {{"MsgId", "7"}, {"MsgSeq", 1}});
  REQUIRE(world.add(one));
  const std::string before = world.document();
  CHECK_THAT(world.add(one).error().message,
             Contains("expected 2, the next of the list of \"bob\""));
  CHECK_THAT(world.add(line() + place("alice", {{"MsgId", "7"}})).error().message,
             Contains("line 2: /Stored/MsgId:") &&
                 Contains("7, which is in the list of \"bob\" with \"alice\" already"));
  CHECK(world.document() == before);
  CHECK(world.replace(one));
}

TEST_CASE(
    "a snapshot keeps its times whatever they are, and a profile that changed may refuse it") {
  StateWorld world;
  const std::string document =
      place("bob", {{"MsgSeq", 1}, {"MsgId", "9"}}, {{"SendMessageTime", 0}}) +
      place("bob", {{"MsgSeq", 2}, {"MsgId", "5"}}, {{"SendMessageTime", -4}});
  REQUIRE(world.replace(document));
  const json list = world.page("bob", "alice").at("List");
  CHECK(list[0].at("MsgTime") == 0);
  CHECK(list[1].at("MsgTime") == -4);
  StateWorld strict(strict_profile());
  CHECK(strict.replace(document));  // out of order, but that is how it was
}

TEST_CASE("a document may come in parts, cut anywhere") {
  const std::string document =
      "\xEF\xBB\xBF" + line() + "\r\n" + R"({"Record":"user","UserId":"carol"})" + "\n\n" + line();
  StateWorld whole;
  REQUIRE(whole.add(document));
  for (std::size_t cut = 0; cut <= document.size(); ++cut) {
    CAPTURE(cut);
    StateWorld world;
    mock::StateImport import(world.tenant(), mock::StateMode::kAdd);
    import.add(document.substr(0, cut));
    import.add(document.substr(cut));
    const auto counts = import.finish();
    REQUIRE(counts);
    CHECK(counts->users == 3);
    CHECK(counts->messages == 4);
    CHECK(world.document() == whole.document());
  }
}

TEST_CASE("a line of a document has a limit, and what follows a bad line is ignored") {
  const std::string padding(1 << 20, ' ');
  StateWorld world;
  CHECK(world.add(line() + padding + "\n" + line()));
  CHECK(error_of(line() + padding + " \n" + line()) ==
        "line 2: expected at most 1048576 bytes, got more");
  CHECK_THAT(error_of("nonsense\n" + padding + " \n"), Contains("line 1: "));
}
