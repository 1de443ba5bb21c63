#include "contracts/harness/calibration.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "contracts/api/json_text.h"
#include "contracts/api/profile.h"
#include "contracts/api/text.h"
#include "contracts/harness/report_text.h"

namespace zimmock::inline contract {
namespace {

using json = nlohmann::json;

// What an answer that is not as expected was instead.
enum class Instead {
  kAccepted,  // taken where a refusal was due
  kRefused,   // refused where it was to be taken
  kEither,
  kContent,  // Code 0 as expected; `where` ends otherwise
};

// One row an observation that determines a setting. query.short-pages has none: that no short page
// was seen does not mean that none is ever sent.
struct Determines {
  RuleId rule_id;
  Instead instead;
  std::string_view where;  // part of the place that differs; of kContent
  std::string_view setting;
  bool value;
};

constexpr Determines kDetermines[] = {
    {RuleId::kMemberOnce, Instead::kAccepted, "", "refuse_duplicate_members", false},
    {RuleId::kMemberKnown, Instead::kRefused, "", "refuse_unknown_members", true},
    {RuleId::kNonceForm, Instead::kRefused, "", "nonce_must_be_hex16", true},
    {RuleId::kNonceFresh, Instead::kRefused, "", "refuse_reused_nonce", true},
    {RuleId::kQueryHyphen, Instead::kRefused, "", "refuse_hyphen_in_query", true},
    {RuleId::kImportUnsupportedField, Instead::kRefused, "", "refuse_unsupported_fields", true},
    {RuleId::kImportOrder, Instead::kRefused, "", "refuse_out_of_order_import", true},
    {RuleId::kRateBuckets, Instead::kRefused, "", "rate_shared_by_operations", true},
    {RuleId::kRateSliding, Instead::kEither, "", "rate_fixed_second", true},
    {RuleId::kQueryMsgTime, Instead::kContent, "MsgTime", "msg_time_is_arrival", true},
    {RuleId::kQueryTies, Instead::kContent, "/List", "tie_later_import_first", false},
    {RuleId::kRevokeReceiver, Instead::kContent, "/List", "recall_reaches_receiver", false},
};

// Refusals that say something of the moment, not of the call.
bool is_of_the_moment(std::int64_t code) {
  constexpr std::int64_t kBusy = 1, kTooMany = 7, kDatabase = 105001, kGateway = 100000015;
  return code == kBusy || code == kTooMany || code == kDatabase || code == kGateway;
}

bool is_rate(std::int64_t code) {
  return code == rule(RuleId::kRate).code || code == rule(RuleId::kRateRegister).code;
}

// Taken as far as the rule goes: answered with success, or with what only a call that got past the
// rule is refused with. Cases that write nothing ask for users that are not registered.
bool is_accepted(std::int64_t code, const Rule& row) {
  if (code == 0) return true;
  const bool unregistered = code == rule(RuleId::kSenderRegistered).code ||
                            code == rule(RuleId::kReceiverRegistered).code;
  return unregistered && family_of(row) != "user" && row.code != code;
}

bool is_about_rate(const Rule& row) { return family_of(row) == "rate"; }

std::optional<std::int64_t> code_of(const HttpResponse& response) {
  const auto body = parse_json(response.body, {});
  if (!body || !body->is_object()) return std::nullopt;
  const auto code = body->find("Code");
  if (code == body->end() || !code->is_number_integer()) return std::nullopt;
  return code->get<std::int64_t>();
}

bool was_broken(const CaseResult& one) {
  return one.verdict == CaseVerdict::kFail || one.verdict == CaseVerdict::kObserved ||
         one.verdict == CaseVerdict::kKnownFailure;
}

// The first thing that was not as expected, and the Code of that answer.
struct Observation {
  const CaseResult& one;
  const CaseMismatch* mismatch = nullptr;
  std::optional<std::int64_t> code;

  bool about_code() const { return mismatch != nullptr && mismatch->where == "/Code"; }
};

Observation observe(const CaseResult& one) {
  Observation out{one, nullptr, std::nullopt};
  if (one.mismatches.empty()) return out;
  out.mismatch = &one.mismatches.front();
  if (out.mismatch->call >= one.calls.size()) return out;
  const CallRecord& call = one.calls[out.mismatch->call];
  if (call.response) out.code = code_of(*call.response);
  return out;
}

// Why the observation says nothing about its rule, or "".
std::string_view inconclusive(const Observation& seen) {
  if (seen.mismatch == nullptr) return "it is not said what differed";
  if (!seen.code) return "there was no answer with a Code";
  const Rule& row = rule(seen.one.rule_id);
  if (is_of_the_moment(*seen.code)) return "the service was busy";
  if (is_rate(*seen.code) && !is_about_rate(row)) return "the calls came too fast";
  const std::string& action = seen.one.calls[seen.mismatch->call].action;
  const std::string_view family = family_of(row);
  if (seen.about_code() && action == "UserRegister" && family != "register" &&
      family != "user-id" && seen.one.calls.size() > 1) {
    return "the users of the case could not be registered";
  }
  return "";
}

bool fits(const Determines& row, const Observation& seen) {
  const bool taken = is_accepted(*seen.code, rule(seen.one.rule_id));
  const bool refused = seen.about_code() && !taken, accepted = seen.about_code() && taken;
  switch (row.instead) {
    case Instead::kAccepted:
      return accepted;
    case Instead::kRefused:
      return refused;
    case Instead::kEither:
      return accepted || refused;
    case Instead::kContent:
      return *seen.code == 0 && seen.mismatch->where.find(row.where) != std::string::npos;
  }
  return false;
}

class Calibrator {
 public:
  explicit Calibrator(const RunResult& real) : real_(real) {}

  Calibration run() {
    for (const CaseResult& one : real_.cases) {
      if (was_broken(one) && one.rule_id != RuleId::kAnswerStatus) take(observe(one));
    }
    take_codes();
    take_http_status();
    for (const RuleResult& found : real_.rules) leave_answers(found);
    out_.profile = {{"base", "default"}, {"settings", settings_}, {"codes", codes_}};
    return std::move(out_);
  }

 private:
  void take(const Observation& seen) {
    if (const std::string_view why = inconclusive(seen); !why.empty()) return leave(seen, why);
    const Rule& row = rule(seen.one.rule_id);
    for (const Determines& candidate : kDetermines) {
      if (candidate.rule_id != row.rule_id || !fits(candidate, seen)) continue;
      settings_[std::string(candidate.setting)] = candidate.value;
      out_.taken.push_back(
          fmt::format("{}: {}: {}: setting {} is {}", row.id, printable_line(seen.one.name),
                      printable_line(seen.mismatch->line()), candidate.setting, candidate.value));
      if (!is_accepted(*seen.code, row) && !is_rate(*seen.code))
        refused_with_[row.rule_id].insert(*seen.code);
      return;
    }
    // A refusal that was due and came, by another Code.
    if (seen.one.kind == CaseKind::kRefuses && seen.about_code() && !is_accepted(*seen.code, row)) {
      refused_with_[row.rule_id].insert(*seen.code);
    } else {
      leave(seen, "no setting says so");
    }
  }

  void leave(const Observation& seen, std::string_view why) {
    const std::string what = seen.mismatch == nullptr ? seen.one.why : seen.mismatch->line();
    out_.left_out.push_back(fmt::format("{}: {}: {}: {}", rule(seen.one.rule_id).id,
                                        printable_line(seen.one.name), printable_line(what), why));
  }

  bool refused_as_documented(RuleId id) const {
    return std::any_of(real_.cases.begin(), real_.cases.end(), [id](const CaseResult& one) {
      return one.rule_id == id && one.kind == CaseKind::kRefuses &&
             one.verdict == CaseVerdict::kPass;
    });
  }

  // A rule has one code in a profile.
  void take_codes() {
    for (const auto& [id, codes] : refused_with_) {
      const Rule& row = rule(id);
      const std::int64_t first = *codes.begin();
      if (codes.size() > 1 || refused_as_documented(id)) {
        out_.left_out.push_back(
            fmt::format("{}: refused with {}{}: a rule has one code in a profile", row.id,
                        fmt::join(codes, " and "), codes.size() > 1 ? "" : " and as documented"));
      } else if (first != default_profile().code(id)) {
        codes_[std::string(row.id)] = first;
        out_.taken.push_back(fmt::format("{}: refused with {}, not {}: its code is {}", row.id,
                                         first, default_profile().code(id), first));
      }
    }
  }

  // error_http_status, if every refusal of the App's had the same and nothing else was unusual.
  // What is refused before the App is known has no profile, and other paths are not this API's.
  void take_http_status() {
    const RuleResult& found = real_.rules[static_cast<std::size_t>(RuleId::kAnswerStatus)];
    if (found.answers_broken == 0 && found.failed + found.known + found.observed == 0) return;
    constexpr std::int64_t kFirstBusinessCode = 660000000;
    std::set<int> refused, others;
    for (const CaseResult& one : real_.cases) {
      for (const CallRecord& call : one.calls) {
        const auto code = call.response ? code_of(*call.response) : std::nullopt;
        if (!code || !call.request.target.starts_with("/?")) continue;
        (*code >= kFirstBusinessCode ? refused : others).insert(call.response->status);
      }
    }
    const std::string_view id = rule(RuleId::kAnswerStatus).id;
    const int status = refused.size() == 1 ? *refused.begin() : 0;
    others.erase(200);
    others.erase(status);
    if (status >= 200 && status <= 599) {
      settings_["error_http_status"] = status;
      out_.taken.push_back(
          fmt::format("{}: every refusal by the App had HTTP {}: setting error_http_status is {}",
                      id, status, status));
    } else {
      others.insert(refused.begin(), refused.end());
    }
    if (!others.empty()) {
      out_.left_out.push_back(fmt::format("{}: answers had HTTP {} too: no setting says so", id,
                                          fmt::join(others, " and ")));
    }
  }

  void leave_answers(const RuleResult& found) {
    if (found.rule_id == RuleId::kAnswerStatus || found.answer_findings.empty()) return;
    out_.left_out.push_back(
        fmt::format("{}: {} of {} answers: {}: no setting says so", rule(found.rule_id).id,
                    found.answers_broken, found.answers_checked,
                    printable_line(finding_line(found.answer_findings.front()))));
  }

  const RunResult& real_;
  std::map<RuleId, std::set<std::int64_t>> refused_with_;
  json settings_ = json::object(), codes_ = json::object();
  Calibration out_;
};

}  // namespace

Calibration calibrate(const RunResult& real) { return Calibrator(real).run(); }

}  // namespace zimmock::inline contract
