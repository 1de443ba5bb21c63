#pragma once

// Faults: what can go wrong on purpose. A kind is a row of the table in fault_kinds.cpp; a Fault is
// one rule as it was written; FaultRules (fault_rules.h) decides which request it hits.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "contracts/api/result.h"
#include "mock_server/http/wire_answer.h"

namespace zimmock::mock {

enum class FaultWhen : unsigned {
  kBeforeRead = 1,    // the head has arrived, the body is not read
  kBeforeEffect = 2,  // genuine, within the rate, its body a JSON object; nothing is stored yet
  kAfterEffect = 4,   // answered with Code 0; the effect stays, the answer is what suffers
  kMidBody = 8,       // as after-effect, once half of the answer's body is sent
};

struct Fault;

// What a hit does, for the service to carry out in this order.
struct FaultEffect {
  std::int64_t clock_skew_ms = 0;
  std::int64_t delay_ms = 0;
  std::optional<std::int64_t> late_ms;   // the effect comes that much later; no answer now
  std::optional<HttpResponse> response;  // instead of the answer
  std::optional<std::int64_t> code;      // an API code instead of the answer
  bool rate_code = false;                // the operation's code for too many calls
  std::string content_type;              // of the answer, if not ""
  WireFault wire;

  // It puts something in the answer's place, so nothing further is done for the request.
  bool answers() const { return late_ms || response || code || rate_code || !wire.intact(); }
};

struct FaultKind {
  std::string_view name;
  std::string_view value;  // how its value is written; "" if it takes none
  unsigned whens;          // of FaultWhen, those it can have
  FaultWhen default_when;
  std::string_view what;
  // Reads the value ("" if none was given); false if it cannot have that one.
  bool (*read)(std::string_view value, Fault& fault);
  // `draw` is this hit's random number.
  FaultEffect (*effect)(const Fault& fault, std::uint64_t draw);
};

std::span<const FaultKind> fault_kinds();
const FaultKind* find_fault_kind(std::string_view name);  // or nullptr
std::vector<std::string_view> fault_names();
std::string_view to_string(FaultWhen when);

struct Fault {
  const FaultKind* kind = nullptr;
  std::string value;         // as written
  std::int64_t number = 0;   // what the value means: ms, bytes, a status or a code
  std::int64_t number2 = 0;  // the end of a range
  std::string body;          // of status
  FaultWhen when = FaultWhen::kBeforeEffect;

  // Which requests count; empty means any.
  std::string action;
  std::string user;
  std::optional<std::pair<std::string, std::string>> conversation;

  // Which of those that count it hits; all of these hold, 0 means any.
  std::uint64_t nth = 0;
  std::uint64_t every = 0;
  std::uint64_t first = 0;
  double probability = 1;
  std::int64_t for_ms = 0;  // of the tenant's time since the rule was added; 0: until it is cleared
};

// "KIND[=VALUE][,key=value]...", such as "drop-reply,action=ImportPeerMsg,nth=2". `body` takes the
// rest of the text, commas and all. An Error (kUsage) names what is known.
Result<Fault> parse_fault(std::string_view spec);

// The same words as members: {"fault": KIND, "value": ..., "when": ..., "nth": 2}; or {"spec":
// TEXT}.
Result<Fault> fault_from_json(const nlohmann::json& document);

// The spec that parse_fault() reads back as the same.
std::string to_spec(const Fault& fault);

// "A/B": two user ids ('/' is in none).
Result<std::pair<std::string, std::string>> parse_conversation(std::string_view text);

}  // namespace zimmock::mock
