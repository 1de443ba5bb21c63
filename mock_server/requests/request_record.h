#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contracts/api/list_id.h"
#include "contracts/rules/rules.h"

namespace zimmock::mock {

// A rule that a request broke.
struct BrokenRule {
  RuleId rule_id;
  std::string line;      // as X-Zimmock-Explain or X-Zimmock-Warn says it
  bool refused = false;  // or only reported
};

// What a request did to the tenant's state.
enum class Effect {
  kNone,     // nothing: it was refused, or a fault came before
  kApplied,  // what it asked for, whatever became of the answer
  kPending,  // nothing yet: a fault has it applied later
  kLate,     // applied after its answer had been lost
};

std::string_view to_string(Effect effect);

inline constexpr std::int64_t kNoCode = -1;  // no return code of the API is negative

// One request, for the log and the journal. Holds no secret and no signature.
struct RequestRecord {
  std::uint64_t seq = 0;     // in its journal, from 1; 0 in the log
  std::int64_t wall_ms = 0;  // the tenant's time, or the machine's if there is no tenant
  std::int64_t duration_ns = 0;
  std::string request_id;
  std::string action;  // as sent
  std::string app_id;  // as sent
  std::string nonce;
  std::string timestamp;  // as sent

  // From the body, where it has them.
  std::string from;                // FromUserId
  std::string to;                  // ToUserId
  std::optional<ListId> list;      // that the call is about
  std::vector<std::string> users;  // of UserRegister
  std::optional<std::int64_t> send_time_ms;

  // What was decided; kNoCode where a fault came before the service had anything to say.
  std::int64_t code = 0;
  std::string message;
  int status = 200;                      // of the answer
  bool answered = true;                  // false if a fault kept the whole answer
  RuleSet rules_checked;                 // those that were looked at, the broken ones among them
  std::vector<BrokenRule> rules_broken;  // the refusal first
  std::vector<std::string> faults;       // "drop-reply#1": those that hit it, in order
  Effect effect = Effect::kNone;

  std::size_t request_bytes = 0;   // of the body
  std::size_t response_bytes = 0;  // of the body, before a fault cut it
  std::string request_body;        // as received, unredacted: for no log
  std::string response_body;       // as made

  // Requests with the same action and body are attempts of one group.
  std::uint64_t group = 0;    // the first one's seq
  std::uint64_t attempt = 1;  // its number in the group
  bool resent = false;        // the same nonce too: sent again below the application

  // What X-Zimmock-Explain says, or "".
  std::string_view explain() const {
    return !rules_broken.empty() && rules_broken.front().refused ? rules_broken.front().line
                                                                 : std::string_view{};
  }
};

}  // namespace zimmock::mock
