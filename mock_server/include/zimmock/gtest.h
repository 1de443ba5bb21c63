#pragma once

// Matchers for GoogleTest (with GoogleMock's EXPECT_THAT, 1.11 or newer):
//
//   EXPECT_THAT(app, zimmock::Received({.filter = {.action = "ImportPeerMsg"}, .count = 3}));
//   EXPECT_THAT(app, zimmock::Conforms());
//
// A failure prints what was expected, what came, and what nearly matched.

#include <gmock/gmock.h>

#include <ostream>
#include <utility>

#include "zimmock/mock_server.h"

namespace zimmock {

inline void PrintTo(const MockTenant& app, std::ostream* out) { *out << "App " << app.app_id(); }

inline namespace gtest_matchers {

class RequestsMatcher {
 public:
  using is_gtest_matcher = void;
  explicit RequestsMatcher(Expectation expected) : expected_(std::move(expected)) {}
  bool MatchAndExplain(const MockTenant& app, std::ostream* out) const {
    const Verification verification = app.verify(expected_);
    if (out != nullptr) *out << "\n" << verification.report;
    return verification.ok;
  }
  void DescribeTo(std::ostream* out) const { *out << "received requests as expected"; }
  void DescribeNegationTo(std::ostream* out) const {
    *out << "received requests other than expected";
  }

 private:
  Expectation expected_;
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

}  // namespace gtest_matchers
}  // namespace zimmock
