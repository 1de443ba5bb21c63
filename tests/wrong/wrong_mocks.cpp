#include <algorithm>

#include "contracts/api/json_text.h"
#include "tests/wrong/edits.h"

namespace zimmock {
namespace {

// Refusals that wrong_requests.cpp lets pass in earnest: it repairs the request.
constexpr RuleId kRepaired[] = {
    RuleId::kCommonInQuery,    RuleId::kTimestampPresent, RuleId::kTimestampFormat,
    RuleId::kTimestampFresh,   RuleId::kNoncePresent,     RuleId::kVersionPresent,
    RuleId::kVersionSupported, RuleId::kSignaturePresent, RuleId::kSignatureForm,
    RuleId::kSignatureMatches,
};

void add_ignored(wrong::Mocks& mocks, RuleId rule_id) {
  if (std::find(std::begin(kRepaired), std::end(kRepaired), rule_id) != std::end(kRepaired)) return;
  wrong::add_overlooks(mocks, {rule_id, "ignored", "A breach of the rule is not noticed."},
                       [](const Finding&) { return true; });
}

// What the registry itself says how to break.
void add_registry(wrong::Mocks& mocks) {
  for (const Rule& rule : all_rules()) {
    if (rule.binds != Binds::kClient && rule.code != 0) {
      add_ignored(mocks, rule.rule_id);
      if (rule.rule_id == RuleId::kCommonInQuery) continue;  // answered as action.present
      wrong::add_wrong_code(mocks, {rule.rule_id, "wrong-code",
                                    "A breach of the rule is refused with another Code."});
    }
    if (rule.binds == Binds::kClient) {
      wrong::add_refuses_warning(
          mocks, {rule.rule_id, "refused", "A breach of the rule is refused, not reported."});
    }
  }
}

wrong::Mocks make_wrong_mocks() {
  wrong::Mocks mocks;
  add_registry(mocks);
  wrong::add_requests(mocks);
  wrong::add_limits(mocks);
  wrong::add_batches(mocks);
  wrong::add_imports(mocks);
  wrong::add_lists(mocks);
  wrong::add_pages(mocks);
  wrong::add_answers(mocks);
  wrong::add_delivery(mocks);
  std::stable_sort(mocks.begin(), mocks.end(),
                   [](const WrongMock& a, const WrongMock& b) { return a.rule_id < b.rule_id; });
  return mocks;
}

}  // namespace

void WrongMock::make_tenant(mock::TenantOptions& tenant) const {
  if (options) options(tenant);
  if (delivery) tenant.delivery = delivery;
}

void WrongMock::receive(HttpRequest& received, const std::function<void()>& read_body,
                        const mock::Service& service) const {
  if (!request) return;
  read_body();
  request(received, service);
}

mock::Reply WrongMock::apply(const mock::ServiceCall& call, const nlohmann::json& body) const {
  if (!handle) return mock::Behaviour::apply(call, body);
  return handle({call.request, call.tenant, call.operation, body, call.now_ms});
}

void WrongMock::answer(mock::Reply& answered, const mock::ServiceCall& call) const {
  if (!reply) return;
  const nlohmann::json parsed = json_or_discarded(call.request.body);
  const nlohmann::json body = parsed.is_discarded() ? nlohmann::json() : parsed;
  reply(answered, {call.request, call.tenant, call.operation, body, call.now_ms});
}

void WrongMock::send(HttpResponse& response) const {
  if (http) http(response);
}

const std::vector<WrongMock>& wrong_mocks() {
  static const std::vector<WrongMock> mocks = make_wrong_mocks();
  return mocks;
}

const WrongMock* find_wrong_mock(std::string_view name) {
  for (const WrongMock& mock : wrong_mocks()) {
    if (mock.name == name) return &mock;
  }
  return nullptr;
}

}  // namespace zimmock
