// One suite, three doors: what a case finds out does not depend on how the mock is reached.

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "client/api/curl_transport.h"
#include "contracts/harness/suite_runner.h"
#include "mock_server/contract_target.h"
#include "mock_server/http/certificate_authority.h"
#include "mock_server/service_listeners.h"
#include "tests/support/catch.h"
#include "zimmock/system_clock.h"

using namespace zimmock;

namespace {

const SystemClock& machine() {
  static const SystemClock clock;
  return clock;
}

// Each case's verdict, and what was wrong with it, a line each.
std::vector<std::string> run_through(mock::Service& service, Transport& transport) {
  static const auto cases = read_cases(embedded_case_files());
  REQUIRE(cases);
  mock::MockTarget target(service, transport);
  RunOptions options;
  options.run_id = "zc000000";
  const RunResult run = run_suite(*cases, target, options, machine());
  CHECK(run.outcome == RunOutcome::kConforms);
  std::vector<std::string> lines;
  for (const CaseResult& one : run.cases) {
    lines.push_back(one.name + ": " + std::string(to_string(one.verdict)));
    for (const CaseMismatch& found : one.mismatches) lines.push_back("  " + found.line());
  }
  for (const RuleResult& rule_result : run.rules) {
    lines.push_back(std::string(rule(rule_result.rule_id).id) + ": " +
                    std::string(to_string(rule_result.verdict)) + " " +
                    std::to_string(rule_result.answers_checked));
  }
  return lines;
}

struct Doors {
  Doors() {
    const auto ca = mock::make_ca(machine().wall_ms());
    REQUIRE(ca);
    auto leaf = mock::make_leaf(*ca, machine().wall_ms());
    REQUIRE(leaf);
    std::string folder = (std::filesystem::temp_directory_path() / "zimmock-doors.XXXXXX").string();
    REQUIRE(::mkdtemp(folder.data()) != nullptr);
    ca_folder = folder;
    std::ofstream(ca_folder / "ca.pem") << ca->certificate_pem;
    mock::ListenerOptions options;
    options.https = mock::ListenAddress{};
    options.tls = *std::move(leaf);
    auto started = mock::ServiceListeners::start(service, options);
    REQUIRE(started);
    listeners = *std::move(started);
  }
  ~Doors() { std::filesystem::remove_all(ca_folder); }

  std::unique_ptr<Transport> open(const std::string& url) const {
    client::CurlOptions options;
    options.endpoint = *client::parse_endpoint(url);
    options.ca_file = (ca_folder / "ca.pem").string();
    options.use_proxy = false;
    auto opened = client::CurlTransport::open(options);
    REQUIRE(opened);
    return *std::move(opened);
  }

  mock::Service service{machine()};
  std::filesystem::path ca_folder;
  std::unique_ptr<mock::ServiceListeners> listeners;
};

// What the one has and the other has not.
std::vector<std::string> differences(const std::vector<std::string>& one,
                                     const std::vector<std::string>& other) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < std::max(one.size(), other.size()); ++i) {
    const std::string a = i < one.size() ? one[i] : "nothing";
    const std::string b = i < other.size() ? other[i] : "nothing";
    if (a != b) out.push_back(a + " instead of " + b);
  }
  return out;
}

}  // namespace

TEST_CASE("the suite has equal results through loopback, HTTP and TLS") {
  mock::Service own(machine());
  mock::LoopbackTransport loopback(own);
  const auto expected = run_through(own, loopback);
  CHECK(expected.size() > 900);
  for (const bool over_tls : {false, true}) {
    CAPTURE(over_tls);
    Doors doors;  // of its own: page lengths follow from the AppId, which begins anew
    const auto door = doors.open(over_tls ? doors.listeners->tls_url() : doors.listeners->url());
    CHECK(differences(run_through(doors.service, *door), expected) == std::vector<std::string>{});
  }
}
