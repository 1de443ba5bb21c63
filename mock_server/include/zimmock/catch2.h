#pragma once

// Matchers for Catch2 2 and 3:
//
//   CHECK_THAT(app, zimmock::Received({.filter = {.action = "ImportPeerMsg"}, .count = 3}));
//   CHECK_THAT(app, zimmock::Conforms());
//
// A failure prints what was expected, what came, and what nearly matched.

#if __has_include(<catch2/matchers/catch_matchers.hpp>)
#include <catch2/catch_tostring.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#else
#include <catch2/catch.hpp>
#endif

#include <string>
#include <utility>

#include "zimmock/mock_server.h"

namespace zimmock {
inline namespace catch2_matchers {

#if __has_include(<catch2/matchers/catch_matchers.hpp>)
using TenantMatcherBase = Catch::Matchers::MatcherBase<MockTenant>;
#else
using TenantMatcherBase = Catch::MatcherBase<MockTenant>;
#endif

class RequestsMatcher : public TenantMatcherBase {
 public:
  explicit RequestsMatcher(Expectation expected) : expected_(std::move(expected)) {}
  bool match(const MockTenant& app) const override {
    const Verification verification = app.verify(expected_);
    report_ = verification.report;
    return verification.ok;
  }
  std::string describe() const override { return "requests:\n" + report_; }

 private:
  Expectation expected_;
  mutable std::string report_;
};

// The App has received what is expected.
inline RequestsMatcher Received(Expectation expected) {
  return RequestsMatcher(std::move(expected));
}

// No request of the App broke a rule of the contract.
inline RequestsMatcher Conforms() {
  Expectation expected;
  expected.no_findings = true;
  return RequestsMatcher(std::move(expected));
}

}  // namespace catch2_matchers
}  // namespace zimmock

namespace Catch {
template <>
struct StringMaker<zimmock::MockTenant> {
  static std::string convert(const zimmock::MockTenant& app) {
    return "App " + std::to_string(app.app_id());
  }
};
}  // namespace Catch
