#pragma once

#include "contracts/harness/target.h"
#include "mock_server/service/service.h"

namespace zimmock::mock {

// The mock as a target of the contract's cases: each case gets an App of its own, whose clock
// stands still. Used by one thread.
class MockTarget : public Target {
 public:
  // `transport` must lead to `service`, by a socket or without one; both must outlive the target
  // and its worlds.
  MockTarget(Service& service, Transport& transport) : service_(service), transport_(transport) {}

  std::string name() const override { return "mock"; }
  Needs can() const override { return {true, true, true, true}; }
  Result<std::unique_ptr<World>> open(const WorldSettings& settings) override;

 private:
  Service& service_;
  Transport& transport_;
};

}  // namespace zimmock::mock
