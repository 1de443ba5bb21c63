// Any bytes as a request: the first line is the operation and then the query that follows the
// genuine common parameters, the rest the body. The service must answer, in JSON, with a code, and
// a rule that it finds broken must be one that it says it checked.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "contracts/api/operations/operation.h"
#include "contracts/api/signature.h"
#include "mock_server/service/service.h"
#include "tests/support/manual_clock.h"
#include "tests/support/unchecked_rule.h"

namespace {

using namespace zimmock;

mock::Service& service() {
  static test::ManualClock clock;
  static mock::Service* instance = [] {
    auto* made = new mock::Service(clock, [](const mock::RequestRecord& record) {
      if (!test::unchecked_rule(record).empty()) std::abort();
    });
    mock::TenantOptions options;
    options.calls_per_second.reset();
    if (!made->add_tenant(mock::kDefaultAppId, std::string(mock::kDefaultServerSecret), options))
      std::abort();
    return made;
  }();
  return *instance;
}

HttpRequest request(std::string_view action, std::string_view more, std::string body) {
  const std::string timestamp = "1790000000", nonce = "0123456789abcdef", app = "12345";
  HttpRequest out{"POST", "/?Action=", {{"Content-Type", "application/json"}}, std::move(body), {}};
  out.target += action;
  out.target +=
      "&AppId=" + app + "&SignatureNonce=" + nonce + "&Timestamp=" + timestamp +
      "&SignatureVersion=2.0&Signature=" + sign(app, nonce, mock::kDefaultServerSecret, timestamp);
  out.target += more;
  return out;
}

void check_answer(const HttpResponse& response) {
  const auto answer = nlohmann::json::parse(response.body, nullptr, false);
  const bool good = answer.is_object() && answer.contains("Code") &&
                    answer["Code"].is_number_integer() && answer.contains("RequestId");
  if (!good) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view head = input.substr(0, input.find('\n'));
  const std::string body(input.substr(std::min(head.size() + 1, input.size())));
  const std::string_view action = head.substr(0, head.find('&'));
  check_answer(service().dispatch(request(action, head.substr(action.size()), body)));
  check_answer(service().dispatch({"POST", "/?" + std::string(head), {}, body, {}}));
  return 0;
}
