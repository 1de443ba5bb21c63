#pragma once

// The deliberately wrong mocks: the honest service with a decision or two substituted, so that it
// breaks one rule. They prove the contract suite, which has to catch every one of them by a case of
// that rule.
//
// To add one: add a row to the file of its kind (wrong_requests.cpp: the query and its signature;
// wrong_limits.cpp: sizes, numbers, times and rates; wrong_imports.cpp, wrong_lists.cpp: what is
// stored and listed; wrong_answers.cpp: the form of an answer; wrong_delivery.cpp: what a client
// gets), made with the helpers of edits.h. Its name is RULE-ID "/" VARIANT. That it is caught is
// shown by the kill table; if it isn't, the suite lacks a case. A rule of the registry that refuses
// has its "ignored" and "wrong-code" without a row.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "contracts/api/http.h"
#include "contracts/api/sdk_delivery.h"
#include "mock_server/service/service.h"

namespace zimmock {

// One request, as the seams see it.
struct WrongCall {
  const HttpRequest& request;
  mock::Tenant* tenant;  // nullptr for a request that belongs to none; never in handle
  OperationId action = OperationId::kNotEmulated;
  const nlohmann::json& body;  // null where the request's is no JSON
  std::int64_t now_ms = 0;

  // What the honest service does with the request, and what it would do with another body. Locks
  // the tenant. In handle only.
  mock::Reply honest() const { return honest(body); }
  mock::Reply honest(const nlohmann::json& other) const {
    return mock::honest_behaviour().apply({request, tenant, action, now_ms}, other);
  }
};

// Each seam may be empty; the honest service is behind it then.
struct WrongMock : mock::Behaviour {
  std::string name;  // "query.newest-first/ascending"
  RuleId rule_id{};  // that it breaks
  std::string what;  // what it does wrong, one sentence

  // Before a tenant is made.
  std::function<void(mock::TenantOptions&)> options;
  // Before anything is read of a request, whose body has arrived.
  std::function<void(HttpRequest&, const mock::Service&)> request;
  // In the place of the operation's handler, without the tenant's lock.
  std::function<mock::Reply(const WrongCall&)> handle;
  // What is answered, refusals too, before it becomes HTTP.
  std::function<void(mock::Reply&, const WrongCall&)> reply;
  // The answer as it is sent.
  std::function<void(HttpResponse&)> http;
  // In the place of delivery_of().
  mock::DeliverySource delivery;

  bool has_seam() const { return options || request || handle || reply || http || delivery; }

  void make_tenant(mock::TenantOptions& tenant) const override;
  void receive(HttpRequest& received, const std::function<void()>& read_body,
               const mock::Service& service) const override;
  mock::Reply apply(const mock::ServiceCall& call, const nlohmann::json& body) const override;
  void answer(mock::Reply& answered, const mock::ServiceCall& call) const override;
  void send(HttpResponse& response) const override;
};

// All of them, built once; those of one rule follow each other in the order of the registry.
const std::vector<WrongMock>& wrong_mocks();

// The one of that name, or nullptr.
const WrongMock* find_wrong_mock(std::string_view name);

}  // namespace zimmock
