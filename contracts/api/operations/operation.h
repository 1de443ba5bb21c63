#pragma once

// The vendor's operations, a row each: everything that depends on which operation a call is.
// A new one is a line of operations.inc, operations/<name>.cpp with its row, and
// mock_server/handlers/<name>.cpp.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "contracts/api/field_reader.h"
#include "contracts/api/import_window.h"
#include "contracts/api/operations/import_peer_msg.h"
#include "contracts/api/operations/query_peer_msg.h"
#include "contracts/api/profile.h"
#include "contracts/rules/rules.h"

namespace zimmock {

class AnswerNotes;

// The operations that this project knows in full.
enum class OperationId {
#define EMULATED(name, file) k##name,
#include "contracts/api/operations/operations.inc"
  kNotEmulated
};

inline constexpr std::size_t kEmulatedOperations =
    static_cast<std::size_t>(OperationId::kNotEmulated);

// How often the service lets an operation be called.
struct RateLimit {
  enum class Per { kApp, kGroup, kRoom };
  std::int64_t calls = 20;  // a second
  Per per = Per::kApp;
  std::int64_t code = 660300005;  // of a call beyond it
};

// Whom and what a call is about, as far as its body says so in the right types.
struct CallFacts {
  std::string from{};                // FromUserId
  std::string to{};                  // ToUserId
  std::string list{};                // the user whose list it is about
  std::vector<std::string> users{};  // of a batch
  std::optional<std::int64_t> send_time_ms{};
};

// One user of a batch. Its refusals are that user's SubCode, not the call's Code.
struct CheckedEntry {
  std::string user_id;
  Findings findings;
};

// What a call's body says and breaks.
struct CheckedCall {
  Findings findings{};                    // of the call as a whole
  std::vector<CheckedEntry> entries{};    // of a batch
  std::optional<ImportPeerMsg> import{};  // one that breaks nothing
  std::optional<QueryPeerMsg> query{};    // one that breaks nothing
};

// A request with a list of users, each of which can fail by itself. (zim-contract-more.md section
// 13)
struct Batch {
  const char* member = nullptr;  // of the request: "UserInfo"; nullptr: the operation is no batch
  const char* errors = "ErrorList";            // of the answer
  RuleId partial = RuleId::kRegisterPartial;   // Code is 0 if one user did not fail
  RuleId all_fail = RuleId::kRegisterAllFail;  // Code is not 0 if all failed
  RuleId state = RuleId::kRegisterNew;  // that only the service's memory shows a user to break
  std::string_view state_expected{};    // of a user that keeps it
};

// The members of an answer that some services leave out, or send as null, when they are empty or 0.
struct EmptyMembers {
  std::span<const char* const> lists{};
  std::span<const char* const> numbers{};        // of the answer
  std::span<const char* const> entry_numbers{};  // of each entry of the lists
};

struct Operation {
  std::string_view name;    // exact case, as in the query parameter Action
  std::string_view method;  // "GET", with all parameters in the query, or "POST"
  std::string_view area;
  std::string_view what;
  RateLimit rate{};
  std::string_view host{};  // where it is, if not at the seven hosts of the API

  // What follows is of the emulated ones. `body` is a JSON object.
  OperationId id = OperationId::kNotEmulated;
  bool reads_only = false;
  bool repeatable = false;  // done twice, it leaves what it leaves done once
  CheckedCall (*check)(const nlohmann::json& body, const Profile& profile,
                       const ImportWindow& window) = nullptr;
  CallFacts (*facts)(const nlohmann::json& body) = nullptr;
  // What its answer must be beyond Code, Message and RequestId; nullptr: nothing.
  void (*check_answer)(const nlohmann::json& answer, bool success, AnswerNotes& notes) = nullptr;
  Batch batch{};
  EmptyMembers empty{};

  bool emulated() const { return id != OperationId::kNotEmulated; }
};

// Every operation of the vendor's ZIM server API; the emulated ones first, in the order of their
// ids.
std::span<const Operation* const> all_operations();

// nullptr for a name that is not the vendor's, and for one of another host.
const Operation* find_operation(std::string_view name);
const Operation& operation(OperationId id);  // not for kNotEmulated

// The rule that bounds how often an emulated operation is called: the one with the row's code.
RuleId rate_rule(const Operation& operation);

// The other host that has the operation of that name, or "".
std::string_view host_elsewhere(std::string_view name);

// Of the API's own hosts.
std::vector<std::string_view> operation_names();

}  // namespace zimmock
