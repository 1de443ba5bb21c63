#include "contracts/api/zero_values.h"

#include <iterator>
#include <span>

#include <nlohmann/json.hpp>

namespace zimmock {
namespace {

using json = nlohmann::json;

constexpr const char* kQueryNumbers[] = {"Next"};
constexpr const char* kItemNumbers[] = {"SubMsgType", "IsEmpty"};

// What an answer may lack.
struct Row {
  std::string_view action;
  const char* list;
  std::span<const char* const> numbers;        // of the answer
  std::span<const char* const> entry_numbers;  // of each of the list's entries
};
constexpr Row kRows[] = {{"UserRegister", "ErrorList", {}, {}},
                         {"QueryPeerMsg", "List", kQueryNumbers, kItemNumbers}};

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
  for (const Row& row : kRows) {
    if (row.action != action || answer.value("Code", json()) != 0) continue;
    json& list = answer[row.list];  // null if it is not there
    if (list.is_null()) list = json::array();
    if (zeros == ZeroValues::kNull) continue;
    put_back_numbers(answer, row.numbers);
    if (!answer[row.list].is_array()) continue;
    for (json& entry : answer[row.list]) {
      if (entry.is_object()) put_back_numbers(entry, row.entry_numbers);
    }
  }
}

}  // namespace zimmock
