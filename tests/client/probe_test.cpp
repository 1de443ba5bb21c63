#include "client/probe/probe.h"

#include <map>

#include "contracts/api/text.h"
#include "mock_server/service/service.h"
#include "tests/client/support.h"

namespace zimmock::test {
namespace {

using json = nlohmann::json;
using Catch::Matchers::Contains;

// What a test does to an answer on its way back.
using Edit = std::function<void(const std::string& action, const json& body, HttpResponse&)>;

// The mock under a clock of its own, and a probe of it.
struct World {
  explicit World(const Profile& profile = default_profile(), std::int64_t ahead_ms = 0) {
    mock::TenantOptions options;
    options.profile = profile;
    options.retention_days = 7;
    if (ahead_ms != 0) options.clock = {ClockSetting::Mode::kOffset, 0, ahead_ms};
    REQUIRE(service.add_tenant(1, "secret", options));
  }

  struct Door : Transport {
    explicit Door(World& of) : world(of), inner(of.service) {}
    Result<HttpResponse> send(const HttpRequest& request) override {
      const std::string action = query_parameters(request.target).at(0).second;
      ++world.calls[action];
      const json body = json::parse(request.body);
      if (world.before) {
        if (auto instead = world.before(action, body)) return *instead;
      }
      auto response = inner.send(request);
      if (response && world.edit) world.edit(action, body, *response);
      return response;
    }
    World& world;
    mock::LoopbackTransport inner;
  };

  client::ProbeReport probe(const Profile& assumed = default_profile()) {
    Door door(*this);
    return client::run_probe(door, {1, "secret"}, time, time, {{"zm_a", "zm_b"}, assumed});
  }

  FakeTime time;
  mock::Service service{time};
  std::map<std::string, int> calls;
  std::function<std::optional<Result<HttpResponse>>(const std::string&, const json&)> before;
  Edit edit;
};

// The ids of the questions with that verdict.
std::vector<std::string> those(const client::ProbeReport& report, client::ProbeVerdict verdict) {
  std::vector<std::string> out;
  for (const client::ProbeAnswer& one : report.answers) {
    if (one.verdict == verdict) out.emplace_back(one.id);
  }
  return out;
}
std::vector<std::string> otherwise(const client::ProbeReport& report) {
  return those(report, client::ProbeVerdict::kOtherwise);
}

const client::ProbeAnswer& answer(const client::ProbeReport& report, std::string_view id) {
  for (const client::ProbeAnswer& one : report.answers) {
    if (one.id == id) return one;
  }
  FAIL("no answer " << id);
  throw std::logic_error("not reached");
}

using Ids = std::vector<std::string>;

// Changes every item of the lists that are answered.
Edit each_item(std::function<void(json&)> change) {
  return [change](const std::string& action, const json&, HttpResponse& response) {
    if (action != "QueryPeerMsg") return;
    json body = json::parse(response.body);
    if (!body.contains("List")) return;
    for (json& item : body["List"]) change(item);
    response.body = body.dump();
  };
}

}  // namespace

TEST_CASE("the mock as it is by default answers as assumed, and is left clean") {
  World world;
  const client::ProbeReport report = world.probe();
  REQUIRE(report.finished());
  CHECK(otherwise(report).empty());
  CHECK(those(report, client::ProbeVerdict::kUnknown).empty());
  CHECK(report.answers.size() == 13);
  CHECK(report.wrote);
  CHECK(report.not_cleared.empty());
  CHECK(profile_document(report.observed) ==
        json{{"base", "default"}, {"settings", json::object()}});
  CHECK(world.calls["ClearPeerMessage"] == 2);
  CHECK(world.calls["UserRegister"] == 1);
  CHECK(report.imports == static_cast<std::uint64_t>(world.calls["ImportPeerMsg"]));
  CHECK(report.queries == static_cast<std::uint64_t>(world.calls["QueryPeerMsg"]));
  CHECK(report.imports < 90);
  CHECK(report.queries < 100);
  for (const auto& [viewer, peer] : {std::pair{"zm_a", "zm_b"}, std::pair{"zm_b", "zm_a"}}) {
    const auto tenant = world.service.find_tenant(1);
    const mock::MessageList* list = tenant->find_list(ListId::of_user(viewer, peer));
    REQUIRE(list != nullptr);
    for (const mock::StoredMessage& message : list->messages()) CHECK(list->cleared(message));
  }
}

TEST_CASE("the probe finds exactly the setting that is otherwise") {
  struct Row {
    const char* setting;  // as a profile has it
    const char* found;
    const char* unknown;
  };
  const auto row = GENERATE(Row{R"("msg_time_is_arrival": true)", "msg-time", "ties"},
                            Row{R"("tie_later_import_first": false)", "ties", ""},
                            Row{R"("refuse_out_of_order_import": true)", "late-import", ""},
                            Row{R"("refuse_reused_nonce": true)", "nonce", ""},
                            Row{R"("refuse_hyphen_in_query": true)", "hyphen", ""},
                            Row{R"("short_pages": false)", "pages", ""},
                            Row{R"("timestamp_window_s": 3000)", "timestamp", ""},
                            Row{R"("timestamp_window_s": 45)", "timestamp", ""});
  CAPTURE(row.setting);
  const std::string text = fmt::format(R"({{"settings": {{{}}}}})", row.setting);
  const auto profile = parse_profile(text, "test");
  REQUIRE(profile);
  World world(*profile);
  const client::ProbeReport report = world.probe();
  REQUIRE(report.finished());
  CHECK(otherwise(report) == Ids{row.found});
  CHECK(those(report, client::ProbeVerdict::kUnknown) == (*row.unknown ? Ids{row.unknown} : Ids{}));
  CHECK_FALSE(answer(report, row.found).meaning.empty());
  // What it writes is that profile again, and with it nothing is otherwise.
  const json written = profile_document(report.observed);
  CHECK(written["settings"] == json::parse(text)["settings"]);
  CHECK_FALSE(written.contains("codes"));
  const auto again = parse_profile(written.dump(), "written");
  REQUIRE(again);
  World same(*again);
  CHECK(otherwise(same.probe(*again)).empty());
  World standard;
  CHECK(otherwise(standard.probe(*again)) == Ids{row.found});
}

TEST_CASE("all that strict differs in is found at once, and codes with it") {
  Profile profile = strict_profile();
  profile.codes[RuleId::kImportOrder] = 660000003;
  World world(profile);
  const client::ProbeReport report = world.probe();
  CHECK(otherwise(report) == Ids{"late-import", "nonce", "hyphen"});
  const json written = profile_document(report.observed);
  CHECK(written["codes"] == json{{"import.oldest-first", 660000003}});
  CHECK_THAT(answer(report, "late-import").observed, Contains("660000003"));
}

TEST_CASE("a signature that never expires is told") {
  Profile profile;
  profile.timestamp_window_s = 86'400;
  World world(profile);
  const client::ProbeReport report = world.probe();
  CHECK(otherwise(report) == Ids{"timestamp"});
  CHECK(report.observed.timestamp_window_s == 86'400);
}

TEST_CASE("an expired signature refused with another code") {
  Profile profile;
  profile.codes[RuleId::kTimestampFresh] = 100000005;
  World world(profile);
  const client::ProbeReport report = world.probe();
  CHECK(otherwise(report) == Ids{"timestamp"});
  CHECK(profile_document(report.observed)["codes"] == json{{"auth.timestamp-fresh", 100000005}});
}

TEST_CASE("times cut to seconds are told from times of arrival") {
  World world;
  world.edit = each_item(
      [](json& item) { item["MsgTime"] = item["MsgTime"].get<std::int64_t>() / 1000 * 1000; });
  const client::ProbeReport report = world.probe();
  CHECK(otherwise(report) == Ids{"msg-time"});
  CHECK_THAT(answer(report, "msg-time").observed, Contains("cut to seconds"));
  CHECK_FALSE(report.observed.msg_time_is_arrival);
}

TEST_CASE("a Payload that is not ExtendedData asks for --tag off") {
  World world;
  SECTION("gone") {
    world.edit = each_item([](json& item) { item["Payload"] = ""; });
  }
  SECTION("written anew as JSON") {
    world.edit = each_item([](json& item) {
      const json parsed = json::parse(item["Payload"].get<std::string>(), nullptr, false);
      if (!parsed.is_discarded()) item["Payload"] = parsed.dump();
    });
  }
  SECTION("trimmed") {
    world.edit = each_item([](json& item) {
      item["Payload"] = std::string(zimmock::trim(item["Payload"].get<std::string>()));
    });
  }
  const client::ProbeReport report = world.probe();
  CHECK(otherwise(report) == Ids{"extended-data"});
  CHECK_THAT(std::string(answer(report, "extended-data").meaning), Contains("--tag off"));
}

TEST_CASE("a service that drops what is equal") {
  World world;
  json kept;
  SECTION("and answers as before") {
    world.before = [&](const std::string& action,
                       const json& body) -> std::optional<Result<HttpResponse>> {
      if (action != "ImportPeerMsg" || body != kept) {
        if (action == "ImportPeerMsg") kept = body;
        return std::nullopt;
      }
      return HttpResponse{200, {}, R"({"Code":0,"Message":"success","MsgId":"7","MsgSeq":6})"};
    };
    const client::ProbeReport report = world.probe();
    CHECK_THAT(answer(report, "equal").observed, Contains("1 in the list"));
    CHECK(answer(report, "equal").verdict == client::ProbeVerdict::kOtherwise);
  }
  SECTION("and refuses it") {
    world.before = [&](const std::string& action,
                       const json& body) -> std::optional<Result<HttpResponse>> {
      if (action != "ImportPeerMsg" || body != kept) {
        if (action == "ImportPeerMsg") kept = body;
        return std::nullopt;
      }
      return HttpResponse{200, {}, R"({"Code":660000003,"Message":"m"})"};
    };
    const client::ProbeReport report = world.probe();
    CHECK(otherwise(report) == Ids{"equal"});
    CHECK_THAT(answer(report, "equal").observed, Contains("660000003"));
  }
}

TEST_CASE("how long reads lag behind is measured") {
  struct Row {
    std::int64_t lag_ms;
    bool as_assumed;
    const char* observed;
  };
  const auto row = GENERATE(Row{700, true, "not always in the first look"}, Row{8000, false, "8."},
                            Row{400'000, false, "not within a minute"});
  CAPTURE(row.lag_ms);
  World world;
  std::map<std::string, std::int64_t> since;  // when a message came, by its MsgId
  world.edit = [&](const std::string& action, const json&, HttpResponse& response) {
    json answered = json::parse(response.body);
    if (action == "ImportPeerMsg") since.emplace(answered["MsgId"], world.time.monotonic_ns());
    if (action != "QueryPeerMsg") return;
    if (!answered.contains("List")) return;
    json visible = json::array();
    for (json& item : answered["List"]) {
      const auto at = since.find(item["MsgId"].dump());
      const std::int64_t waited_ns = world.time.monotonic_ns() - at->second;
      if (waited_ns >= row.lag_ms * kNanosPerMilli) visible.push_back(item);
    }
    answered["List"] = visible;
    response.body = answered.dump();
  };
  const client::ProbeReport report = world.probe();
  REQUIRE(report.finished());
  CHECK((answer(report, "read-lag").verdict == client::ProbeVerdict::kAsAssumed) == row.as_assumed);
  CHECK_THAT(answer(report, "read-lag").observed, Contains(row.observed));
}

TEST_CASE("what becomes of an image is told") {
  World world;
  const auto with = [&](const std::function<void(std::string&)>& change) {
    world.edit = each_item([change](json& item) {
      std::string body = item["MsgBody"];
      if (item["MsgType"] == 11) change(body);
      item["MsgBody"] = body;
    });
    return world.probe();
  };
  const auto replace = [](std::string& body, std::string_view old, std::string_view now) {
    REQUIRE(body.find(old) != body.npos);
    body.replace(body.find(old), old.size(), now);
  };
  client::ProbeReport report = with([&](std::string& body) {
    replace(body, "%22md5%22%3A%22%22", "%22md5%22%3A%220cc1%22");
    replace(body, "width%22%3A4", "width%22%3A5");
  });
  CHECK(answer(report, "image").verdict == client::ProbeVerdict::kAsAssumed);
  CHECK(answer(report, "image").observed ==
        "what was sent; came back with md5 filled in, came back with corrected widths or heights");
  report = with([&](std::string& body) { replace(body, "example.com", "cdn.example"); });
  CHECK(otherwise(report) == Ids{"image"});
  CHECK_THAT(answer(report, "image").observed,
             Contains("MsgBody/download_url \"https://cdn.example/zimmock/"));
  report = with([&](std::string& body) { replace(body, ".png", ".webp"); });
  CHECK(otherwise(report) == Ids{"image"});
  report = with([&](std::string& body) { body.clear(); });
  CHECK(otherwise(report) == Ids{"image"});
}

TEST_CASE("MsgSeq that steps otherwise") {
  World world;
  world.edit = [](const std::string& action, const json&, HttpResponse& response) {
    json body = json::parse(response.body);
    if (action != "ImportPeerMsg" || body["Code"] != 0) return;
    body["MsgSeq"] = 3 * body["MsgSeq"].get<std::int64_t>();
    response.body = body.dump();
  };
  const client::ProbeReport report = world.probe();
  CHECK(otherwise(report) == Ids{"msg-seq"});
  CHECK(answer(report, "msg-seq").observed == "3 more");
}

TEST_CASE("how far the clocks are apart is read from a message, or from Date") {
  SECTION("a message") {
    World world(default_profile(), 7300);
    const client::ProbeReport report = world.probe();
    CHECK(otherwise(report) == Ids{"clock"});
    CHECK_THAT(answer(report, "clock").observed, Contains("7.300 s ahead"));
  }
  SECTION("a message, behind") {
    World world(default_profile(), -90'000);
    const client::ProbeReport report = world.probe();
    CHECK(otherwise(report) == Ids{"clock"});
    CHECK_THAT(answer(report, "clock").observed, Contains("90.000 s behind"));
  }
  SECTION("Date") {
    World world;
    world.edit = [&](const std::string&, const json&, HttpResponse& response) {
      // 2026-09-21T14:13:20Z is kNow.
      const std::int64_t s = world.time.wall_ms() / 1000 - kNow / 1000 + 20;
      response.headers.emplace_back(
          "date", fmt::format("Mon, 21 Sep 2026 14:{:02}:{:02} GMT", 13 + s / 60, s % 60));
    };
    const client::ProbeReport report = world.probe();
    CHECK(iso_time(kNow) == "2026-09-21T14:13:20.000Z");
    CHECK(otherwise(report).empty());
    CHECK_THAT(answer(report, "clock").observed, Contains("Date"));
    CHECK_THAT(answer(report, "clock").observed, Contains("the service's is 0.0"));
  }
}

TEST_CASE("calls stay below 20 in any second, of all operations together") {
  World world;
  std::vector<std::int64_t> at_ns;
  world.edit = [&](const std::string& action, const json&, HttpResponse&) {
    if (action != "ClearPeerMessage") at_ns.push_back(world.time.monotonic_ns());
  };
  world.probe();
  REQUIRE(at_ns.size() > 100);
  for (std::size_t i = 19; i < at_ns.size(); ++i)
    CHECK(at_ns[i] - at_ns[i - 19] >= kNanosPerSecond);
}

TEST_CASE("however a probe ends, it clears what it wrote") {
  World world;
  const auto after_imports = [&](int imports, auto&& instead) {
    world.before = [&world, imports, instead](const std::string& action,
                                              const json&) -> std::optional<Result<HttpResponse>> {
      if (action == "ClearPeerMessage" || world.calls["ImportPeerMsg"] < imports)
        return std::nullopt;
      return instead(action);
    };
  };
  SECTION("interrupted") {
    after_imports(3, [&](const std::string&) {
      world.time.interrupt();
      return std::optional<Result<HttpResponse>>();
    });
    const client::ProbeReport report = world.probe();
    CHECK(report.interrupted);
    CHECK(report.answers.empty());
    CHECK(report.not_cleared.empty());
  }
  SECTION("without an answer") {
    after_imports(5, [&](const std::string&) {
      return std::optional<Result<HttpResponse>>(fail(ErrorKind::kInDoubt, "gone"));
    });
    const client::ProbeReport report = world.probe();
    REQUIRE(report.error);
    CHECK(report.error->message == "gone");
  }
  SECTION("refused") {
    after_imports(2, [&](const std::string&) {
      return std::optional<Result<HttpResponse>>(
          HttpResponse{200, {}, R"({"Code":100000005,"Message":"m"})"});
    });
    const client::ProbeReport report = world.probe();
    REQUIRE(report.refused);
    CHECK(report.refused->code == 100000005);
  }
  CHECK(world.calls["ClearPeerMessage"] == 2);
}

TEST_CASE("credentials that are refused are told, and nothing is written") {
  World world;
  World::Door door(world);
  const client::ProbeReport report =
      client::run_probe(door, {1, "wrong"}, world.time, world.time, {{"zm_a", "zm_b"}, {}});
  REQUIRE(report.refused);
  CHECK(report.refused->code_class() == CodeClass::kCredentials);
  CHECK_FALSE(report.wrote);
  CHECK(world.calls["ClearPeerMessage"] == 0);
}

}  // namespace zimmock::test
