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
#include "contracts/api/list_id.h"
#include "contracts/api/operations/import_peer_msg.h"
#include "contracts/api/operations/query_peer_msg.h"
#include "contracts/api/profile.h"
#include "contracts/rules/rules.h"

namespace zimmock::inline contract {

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
  std::int64_t code = 660300005;  // of a call beyond it; 0: the vendor does not say
};

// Whom and what a call is about, as far as its body says so in the right types.
struct CallFacts {
  std::string from{};                // FromUserId
  std::string to{};                  // ToUserId
  std::optional<ListId> list{};      // that it is about
  std::vector<std::string> users{};  // of a batch
  std::optional<std::int64_t> send_time_ms{};
};

// One user of a batch. Its refusals are that user's SubCode, not the call's Code.
struct CheckedEntry {
  std::string user_id;
  Findings findings;
};

// A call's body as it was read, and what it breaks.
struct CheckedCall {
  Findings findings{};                    // of the call as a whole
  std::vector<CheckedEntry> entries{};    // of a batch
  std::optional<ImportPeerMsg> import{};  // one that breaks nothing
  std::optional<QueryPeerMsg> query{};    // one that breaks nothing
};

// How a list of users in the request is answered, each of whom can fail alone.
// (docs/zim-api.md section 13)
struct Batch {
  const char* member;               // of the request, such as "UserInfo"
  const char* errors;               // of the answer, such as "ErrorList"
  bool sub_message = false;         // an entry there has one beside UserId and SubCode
  RuleId partial;                   // Code is 0 if one user did not fail
  RuleId all_fail;                  // Code is not 0 if all failed
  RuleId state;                     // only the service's memory shows a user to break it
  std::string_view state_expected;  // of a user who keeps it
};

// The list of an answer that has what was found for the users of a batch.
struct FoundUsers {
  const char* list;                    // such as "Result"
  std::span<const char* const> texts;  // members of each entry, all strings
  RuleId members;                      // each entry has them
  RuleId order;                        // the request's; an id given twice stands there once
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

  // The rest is for the emulated ones. `body` is a JSON object.
  OperationId id = OperationId::kNotEmulated;
  bool reads_only = false;
  bool repeatable = false;  // a call that is sent twice leaves the state that one leaves
  CheckedCall (*check)(const nlohmann::json& body, const Profile& profile,
                       const ImportWindow& window) = nullptr;
  CallFacts (*facts)(const nlohmann::json& body) = nullptr;
  // Holds an answer against the operation's own rules; nullptr: it has only Code, Message,
  // RequestId.
  void (*check_answer)(const nlohmann::json& answer, bool success, AnswerNotes& notes) = nullptr;
  std::optional<Batch> batch{};  // nothing: the call is done as a whole or not at all
  std::optional<FoundUsers> found{};
  EmptyMembers empty{};

  bool emulated() const { return id != OperationId::kNotEmulated; }
};

// Every operation of the vendor's ZIM server API; the emulated ones first, in the order of their
// ids.
std::span<const Operation* const> all_operations();

// nullptr for a name that is not the vendor's, and for one of another host.
const Operation* find_operation(std::string_view name);
const Operation& operation(OperationId id);  // not for kNotEmulated

// Holds an answer against all that the row says of it: check_answer, batch and found.
void check_answer_members(const Operation& operation, const nlohmann::json& answer, bool success,
                          AnswerNotes& notes);

// The rule that bounds how often an operation is called: the rate.* one with the row's code, or
// kRate where no rule has that code.
RuleId rate_rule(const Operation& operation);

// The other host that has the operation of that name, or "".
std::string_view host_elsewhere(std::string_view name);

// The names of the operations that the API's own hosts have.
std::vector<std::string_view> operation_names();

}  // namespace zimmock::inline contract
