#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "contracts/harness/run_result.h"

namespace zimmock::inline contract {

// What one run against the real service says about the mock's profile.
struct Calibration {
  nlohmann::json profile;          // as parse_profile() reads it
  std::vector<std::string> taken;  // "rule-id: what was observed: setting x is true", a line each
  std::vector<std::string> left_out;  // what was observed otherwise and no setting can express
};

// The profile in which the mock does as the service did: codes that differ, settings that the
// answers determine. What is documented and was kept needs none. Answers of a busy service and
// calls that only prepared a case determine nothing.
Calibration calibrate(const RunResult& real);

}  // namespace zimmock::inline contract
