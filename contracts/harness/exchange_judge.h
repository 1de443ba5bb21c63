#pragma once

// Recorded traffic, held against the contract in both directions: what the client sent, what the
// service answered, and whether the one fits the other. It knows only what was recorded, so it says
// nothing of what no recording shows: who was registered before, what other clients did.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "contracts/api/http.h"
#include "contracts/api/operations/common_parameters.h"
#include "contracts/api/operations/operation.h"
#include "contracts/api/profile.h"
#include "contracts/harness/verdict_policy.h"
#include "contracts/rules/rules.h"

namespace zimmock::inline contract {

struct RecordedExchange {
  HttpRequest request;
  std::optional<HttpResponse> response;  // nothing: no answer came, or it was not recorded
  std::optional<std::int64_t> at_ms;     // when the request was sent, Unix milliseconds; if known
};

struct JudgeOptions {
  std::optional<std::string> server_secret;  // given, signatures are checked
  std::optional<std::uint32_t> app_id;       // the App of that secret; nothing: of every App
  std::optional<std::int64_t> calls_per_second = 20;  // of each operation; nothing: no limit
  Profile profile;
  // The longest that can be bought: which plan an App has, no recording shows.
  std::int64_t retention_days = 360;
};

struct SidedFinding {
  Side side = Side::kClient;
  Finding finding;
  Severity severity = Severity::kBreach;
};

// What one exchange shows.
struct Judgement {
  std::string action;                // as sent; "" if there is none
  std::string app_id;                // as sent
  std::optional<std::int64_t> code;  // of the answer
  std::vector<SidedFinding> findings;
  RuleSet client_checked;  // rules that the request was held against, kept or broken
  RuleSet server_checked;
  std::vector<std::string> notes;  // worth knowing, and no breach; one line each, ASCII

  // `may_differ`: a service may do it otherwise for this App.
  void add(Side side, Finding finding, bool may_differ = false);
};

// What a call says, as far as it could be read: for what is judged over several of them.
struct ReadCall {
  CommonParameters common;
  std::vector<Finding> refusals;  // what the request breaks, in the order of the checks
  std::vector<Finding> reports;   // what it breaks and is only reported by default
  std::optional<nlohmann::json> body;
  CheckedCall said;                      // what the body says; its findings are above
  std::optional<nlohmann::json> answer;  // an object with an integer Code
  RuleSet kept;                          // rules that earlier calls show to be kept
  Judgement judgement;

  // Adds the client's finding, and takes it into account when the answer is judged.
  void refuse(Finding finding);
  void report(Finding finding);
};

// True for a request that is meant for this API: a vendor's host, or the path / and a common
// parameter in the query, or AppId in the body. `host` may be "".
bool is_api_request(std::string_view host, const HttpRequest& request);

// True for what stands in place of a secret that was taken out of a recording: "***" and whatever
// contains "redacted". Such a Signature is not checked.
bool is_redacted(std::string_view value);

// The client's side of one exchange.
ReadCall read_call(const RecordedExchange& exchange, const JudgeOptions& options);

// The service's side, and whether the answer fits the request. What the answer says of the request
// (a refusal that only a memory of earlier calls could foresee) is added as the client's finding.
void judge_answer(const RecordedExchange& exchange, const JudgeOptions& options, ReadCall& call);

// Both of one exchange by itself.
Judgement judge_exchange(const RecordedExchange& exchange, const JudgeOptions& options = {});

}  // namespace zimmock::inline contract
