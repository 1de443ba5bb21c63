#include "contracts/harness/zero_values.h"

#include <iterator>
#include <span>

#include <nlohmann/json.hpp>

#include "contracts/api/operations/operation.h"

namespace zimmock::inline contract {
namespace {

using json = nlohmann::json;

void put_back_numbers(json& object, std::span<const char* const> names) {
  for (const char* name : names) {
    if (!object.contains(name)) object[name] = 0;
  }
}

}  // namespace

void leave_out_zeros(json& members, ZeroValues zeros) {
  if (zeros == ZeroValues::kSent) return;
  for (auto at = members.begin(); at != members.end();) {
    json& value = *at;
    if (value.is_array()) {
      for (json& entry : value) {
        if (entry.is_object()) leave_out_zeros(entry, zeros);
      }
    }
    const bool empty = value.is_array() && value.empty();
    if (empty && zeros == ZeroValues::kNull) value = nullptr;
    const bool out = zeros == ZeroValues::kAbsent && (empty || value == 0);
    at = out ? members.erase(at) : std::next(at);
  }
}

void put_back_zeros(std::string_view action, json& answer, ZeroValues zeros) {
  if (zeros == ZeroValues::kSent || !answer.is_object()) return;
  const Operation* operation = find_operation(action);
  if (operation == nullptr || operation->empty.lists.empty()) return;
  if (answer.value("Code", json()) != 0) return;
  const EmptyMembers& empty = operation->empty;
  if (zeros == ZeroValues::kAbsent) put_back_numbers(answer, empty.numbers);
  for (const char* name : empty.lists) {
    json& list = answer[name];  // null if it is not there
    if (list.is_null()) list = json::array();
    if (zeros != ZeroValues::kAbsent || !list.is_array()) continue;
    for (json& entry : list) {
      if (entry.is_object()) put_back_numbers(entry, empty.entry_numbers);
    }
  }
}

}  // namespace zimmock::inline contract
