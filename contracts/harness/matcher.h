#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace zimmock::inline contract {

struct Difference {
  std::string where;  // JSON Pointer
  std::string expected;
  std::string got;
};

// Holds `got` (nullptr: not there) against what is expected: a matcher, or a value to be equal to.
// Of an object the members named are looked at, of an array every element. What differs is added to
// `differences`.
void match(const nlohmann::json& expected, const nlohmann::json* got, const std::string& where,
           std::vector<Difference>& differences);

}  // namespace zimmock::inline contract
