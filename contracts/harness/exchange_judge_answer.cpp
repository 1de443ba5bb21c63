#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "contracts/api/clock.h"
#include "contracts/api/codes.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"
#include "contracts/harness/answer_check.h"
#include "contracts/harness/exchange_judge.h"
#include "contracts/harness/zero_values.h"

namespace zimmock::inline contract {
namespace {

using json = nlohmann::json;

// Our clock is not the service's: near the edge of the window nothing is said of its decision.
constexpr std::int64_t kTimestampSlackS = 60;

// The rules that only a memory of earlier calls, or a secret, shows a request to break.
constexpr RuleId kRulesOfState[] = {
    RuleId::kTimestampFresh,     RuleId::kSignatureMatches, RuleId::kAppKnown,
    RuleId::kBodyReadable,       RuleId::kRevokeFound,      RuleId::kRevokeOnce,
    RuleId::kRevokeWindow,       RuleId::kRevokeOwn,        RuleId::kRate,
    RuleId::kRateRegister,       RuleId::kSenderRegistered, RuleId::kRegisterNew,
    RuleId::kReceiverRegistered, RuleId::kImportTimeFuture};

std::string code_text(std::int64_t code) {
  return fmt::format("Code {} ({})", code, code_meaning(code));
}

std::int64_t shortest_retention_ms() {
  const auto by_days = [](const ServicePlan& a, const ServicePlan& b) {
    return a.retention_days < b.retention_days;
  };
  return std::min_element(std::begin(kServicePlans), std::end(kServicePlans), by_days)
             ->retention_days *
         kMillisPerDay;
}

// Whether we can tell that the request keeps the rule, so that a refusal by it is a mistake.
bool known_to_keep(RuleId id, const RecordedExchange& exchange, const ReadCall& call) {
  if (call.kept.contains(id)) return true;
  const RuleSet& checked = call.judgement.client_checked;
  if (id == RuleId::kTimestampFresh && exchange.at_ms) {
    constexpr std::int64_t kWindowS = 600;
    const std::int64_t off_s = call.common.timestamp - *exchange.at_ms / kMillisPerSecond;
    return std::abs(off_s) < kWindowS - kTimestampSlackS;
  }
  if (id == RuleId::kImportTimeFuture && exchange.at_ms && call.said.import) {
    return call.said.import->message.send_time_ms <
           *exchange.at_ms - kTimestampSlackS * kMillisPerSecond;
  }
  return id == RuleId::kSignatureMatches && checked.contains(id);
}

// The rule that only the service can have found broken, or nothing.
std::optional<RuleId> rule_of_state(std::int64_t code, const RecordedExchange& exchange,
                                    const ReadCall& call, const Profile& profile) {
  for (const RuleId id : kRulesOfState) {
    const bool query = call.said.query && id == RuleId::kSenderRegistered;
    const RuleId meant = query ? RuleId::kQueryUserRegistered : id;
    if (profile.code(meant) == code && !known_to_keep(id, exchange, call)) return meant;
  }
  if (call.said.query && call.said.query->next != 0 && code == profile.code(RuleId::kQueryNext) &&
      !call.kept.contains(RuleId::kQueryNext)) {
    return RuleId::kQueryNext;
  }
  if (call.said.query && code == profile.code(RuleId::kQueryHyphen) &&
      (call.said.query->list.owner + call.said.query->list.peer).find('-') != std::string::npos) {
    return RuleId::kQueryHyphen;
  }
  if (!call.said.import || call.said.import->message.send_time_ms == 0) return std::nullopt;
  if (code != profile.code(RuleId::kImportTimeTooOld)) return std::nullopt;
  const bool may_be_too_old = !exchange.at_ms || call.said.import->message.send_time_ms <
                                                     *exchange.at_ms - shortest_retention_ms();
  return may_be_too_old ? std::optional(RuleId::kImportTimeTooOld) : std::nullopt;
}

// Of codes that say nothing of the request (busy, internal error, block list) nothing is concluded.
bool is_a_rules_code(std::int64_t code, const Profile& profile) {
  const auto rules = all_rules();
  return std::any_of(rules.begin(), rules.end(), [&](const Rule& row) {
    const bool refuses = row.code != 0 || profile.codes.contains(row.rule_id);
    return refuses && profile.code(row.rule_id) == code;
  });
}

// The rule whose code it is among those that the request was held against, the last in the order of
// the checks; answer.code for the code that is many rules'.
RuleId rule_of_code(std::int64_t code, const ReadCall& call, const Profile& profile) {
  RuleId found = RuleId::kAnswerCode;
  if (code == kCodeInvalid) return found;
  for (const Rule& row : all_rules()) {
    if (row.code != 0 && profile.code(row.rule_id) == code &&
        call.judgement.client_checked.contains(row.rule_id)) {
      found = row.rule_id;
    }
  }
  return found;
}

class AnswerJudge {
 public:
  AnswerJudge(const RecordedExchange& exchange, const JudgeOptions& options, ReadCall& call)
      : exchange_(exchange),
        options_(options),
        call_(call),
        code_(*call.judgement.code),
        batch_(batch_of(call)) {}

  void run() {
    if (code_ == 0) {
      check_acceptance();
    } else {
      check_refusal();
    }
    if (batch_ != nullptr) check_entries();
    if (call_.said.query && code_ == 0) check_page();
  }

 private:
  static const Batch* batch_of(const ReadCall& call) {
    const Operation* operation = call.common.operation;
    const bool read = operation != nullptr && call.body && operation->batch;
    return read ? &*operation->batch : nullptr;
  }

  void server(RuleId id, std::string pointer, std::string expected, std::string got) {
    call_.judgement.add(Side::kServer,
                        {id, std::move(pointer), std::move(expected), std::move(got)});
  }
  std::int64_t code_of(RuleId id) const { return options_.profile.code(id); }

  // A rule binds the service to refuse where its page says with which code.
  static bool refusal_documented(RuleId id) {
    const Rule& row = rule(id);
    return row.mark == Mark::kDocumented && row.code != 0 && row.binds != Binds::kClient;
  }

  void accepted_wrongly(const Finding& broken) {
    Finding finding{broken.rule_id, broken.pointer,
                    fmt::format("refusal with {}", code_text(code_of(broken.rule_id))),
                    fmt::format("Code 0 for {}", broken.got)};
    // The vendor raises this limit on request (docs/zim-api.md section 5), and no recording shows
    // for which App.
    const bool may_be_raised = broken.rule_id == RuleId::kMessageLength;
    if (may_be_raised) finding.got += "; was the limit raised for this App?";
    call_.judgement.add(Side::kServer, std::move(finding), may_be_raised);
  }

  bool beyond_doubt(const Finding& broken) const {
    if (broken.rule_id != RuleId::kTimestampFresh || !exchange_.at_ms) return true;
    const std::int64_t off_s = call_.common.timestamp - *exchange_.at_ms / kMillisPerSecond;
    return std::abs(off_s) > options_.profile.timestamp_window_s + kTimestampSlackS;
  }

  void check_acceptance() {
    for (const Finding& broken : call_.refusals) {
      if (refusal_documented(broken.rule_id) && beyond_doubt(broken)) accepted_wrongly(broken);
    }
  }

  void check_refusal() {
    bool explained = false;
    for (const Finding& broken : call_.refusals) {
      if (code_of(broken.rule_id) != code_) continue;
      explained = true;
      call_.judgement.server_checked.add(broken.rule_id);
    }
    if (explained || (batch_ != nullptr && !error_list().empty())) return;
    if (const auto id = rule_of_state(code_, exchange_, call_, options_.profile)) {
      if (found_already(*id)) return;
      call_.judgement.add(Side::kClient, {*id, "", "a call that is accepted", code_text(code_)});
      return;
    }
    if (reports_explain() || order_explains()) return;
    if (!call_.refusals.empty()) {
      refused_with_another_code();
    } else if (is_a_rules_code(code_, options_.profile)) {
      refused_wrongly();
    }
  }

  void refused_with_another_code() {
    const ReturnCode* row = find_code(options_.profile.registry_code(code_));
    if (row != nullptr && row->code_class == CodeClass::kWait) return;
    const Finding& broken = call_.refusals.front();
    // A general failure may have another reason.
    call_.judgement.add(
        Side::kServer,
        {broken.rule_id, "/Code", fmt::format("{} for {}", code_of(broken.rule_id), broken.got),
         code_text(code_)},
        !is_a_rules_code(code_, options_.profile));
  }

  bool found_already(RuleId id) const {
    return std::any_of(call_.reports.begin(), call_.reports.end(),
                       [id](const Finding& broken) { return broken.rule_id == id; });
  }

  // What is only reported by default is refused by some profiles.
  bool reports_explain() const {
    return std::any_of(call_.reports.begin(), call_.reports.end(),
                       [this](const Finding& broken) { return code_of(broken.rule_id) == code_; });
  }

  // Of several wrong parameters only the first is known here, and of one given twice the first
  // value (both assumed): the service may have looked at another.
  bool order_explains() const {
    constexpr std::int64_t kFirst = 100000001, kLast = 100000014;
    if (code_ < kFirst || code_ > kLast) return false;
    const bool parameter =
        !call_.refusals.empty() && call_.refusals.front().pointer.starts_with('?');
    return parameter || found_already(RuleId::kParameterOnce);
  }

  void refused_wrongly() {
    if (code_ == code_of(RuleId::kQueryNext) && call_.kept.contains(RuleId::kQueryNext)) {
      server(RuleId::kQueryNext, "/Next", "a page, as this list returned that value",
             code_text(code_));
      return;
    }
    server(rule_of_code(code_, call_, options_.profile), "/Code",
           "0, as the request breaks nothing that a recording shows", code_text(code_));
  }

  // --- A batch: what became of each user ---

  json error_list() const {
    const auto found = call_.answer->find(batch_->errors);
    return found != call_.answer->end() && found->is_array() ? *found : json::array();
  }

  // The SubCode of that user in ErrorList, or nothing.
  std::optional<std::int64_t> sub_code(const json& errors, const std::string& user_id) const {
    for (const json& error : errors) {
      if (!error.is_object() || error.value("UserId", json()) != user_id) continue;
      const json code = error.value("SubCode", json());
      if (code.is_number_integer()) return code.get<std::int64_t>();
    }
    return std::nullopt;
  }

  void check_entry(const json& errors, const CheckedEntry& user, const std::string& where) {
    const auto code = sub_code(errors, user.user_id);
    if (!user.findings.ok()) {
      const Finding& broken = user.findings.refusals.front();
      if (code) {
        call_.judgement.server_checked.add(broken.rule_id);
      } else if (code_ == 0 && refusal_documented(broken.rule_id)) {
        accepted_wrongly(broken);
      }
      return;
    }
    call_.judgement.client_checked.add(batch_->state);
    if (!code) return;
    if (*code == code_of(batch_->state)) {
      call_.judgement.add(Side::kClient,
                          {batch_->state, where, std::string(batch_->state_expected),
                           fmt::format("{}, with SubCode {}", quote(user.user_id), *code)});
    } else if (is_a_rules_code(*code, options_.profile)) {
      server(rule_of_code(*code, call_, options_.profile), where,
             "no error, as this user keeps the rule",
             fmt::format("SubCode {} for {}", *code, quote(user.user_id)));
    }
  }

  void check_entries() {
    const json list = error_list();
    const std::size_t users = call_.said.entries.size();
    if (code_ != 0 && list.empty()) return;  // refused as a whole
    for (std::size_t i = 0; i < users; ++i) {
      check_entry(list, call_.said.entries[i], pointer_to(pointer_to("", batch_->member), i));
    }
    if (code_ == 0 && users > 0 && list.size() >= users) {
      server(batch_->all_fail, "/Code", "another code than 0, as every user failed",
             fmt::format("0 with {} of {} users in {}", list.size(), users, batch_->errors));
    }
    if (code_ != 0 && list.size() < users) {
      server(
          batch_->partial, "/Code", "0, as not every user failed",
          fmt::format("{} with {} of {} users in {}", code_, list.size(), users, batch_->errors));
    }
  }

  // --- QueryPeerMsg: whether the page is the one asked for ---

  void check_page() {
    const auto found = call_.answer->find("List");
    if (found == call_.answer->end() || !found->is_array()) return;
    const QueryPeerMsg& asked = *call_.said.query;
    RuleSet& checked = call_.judgement.server_checked;
    checked.add(RuleId::kQueryLimit);
    if (found->size() > static_cast<std::size_t>(asked.limit)) {
      server(RuleId::kQueryLimit, "/List", fmt::format("at most {} items", asked.limit),
             fmt::format("{} items", found->size()));
    }
    bool stranger = false, emptied = false;  // one finding of a page is enough
    for (std::size_t i = 0; i < found->size(); ++i) {
      const json& item = (*found)[i];
      if (!item.is_object()) continue;
      const json sender = item.value("Sender", json()), empty = item.value("IsEmpty", json());
      const std::string where = pointer_to("/List", i);
      checked.add(RuleId::kQueryViewer);
      if (sender.is_string() && sender != asked.list.owner && sender != asked.list.peer &&
          !std::exchange(stranger, true)) {
        server(RuleId::kQueryViewer, where + "/Sender", "one of the two users of the query",
               json_type_and_value(sender));
      }
      if (asked.with_empty) continue;
      checked.add(RuleId::kQueryHidesEmpty);
      if (empty.is_number_integer() && empty != 0 && !std::exchange(emptied, true)) {
        server(RuleId::kQueryHidesEmpty, where + "/IsEmpty", "0, as WithEmptyMsg is not 1",
               json_type_and_value(empty));
      }
    }
  }

  const RecordedExchange& exchange_;
  const JudgeOptions& options_;
  ReadCall& call_;
  const std::int64_t code_;
  const Batch* const batch_;
};

// An answer whose body is compressed cannot be read here.
bool is_encoded(const HttpResponse& response) {
  const std::string_view encoding = header(response.headers, "Content-Encoding");
  return !encoding.empty() && !equal_ignoring_case(encoding, "identity");
}

}  // namespace

void judge_answer(const RecordedExchange& exchange, const JudgeOptions& options, ReadCall& call) {
  if (!exchange.response) return;
  const HttpResponse& response = *exchange.response;
  if (is_encoded(response)) {
    call.judgement.notes.push_back(
        fmt::format("an answer was not judged: its Content-Encoding is {}",
                    quote(header(response.headers, "Content-Encoding"))));
    return;
  }
  AnswerCheck check = check_answer(call.common.action_name, response, options.profile);
  call.judgement.server_checked |= check.checked;
  for (Finding& finding : check.findings) call.judgement.add(Side::kServer, std::move(finding));
  if (!check.usable) return;
  call.answer = json_or_discarded(response.body);
  put_back_zeros(call.common.action_name, *call.answer, options.profile.zeros);
  call.judgement.code = call.answer->at("Code").get<std::int64_t>();
  // Of an operation that this contract does not describe, a refusal cannot be judged.
  const Operation* operation = call.common.operation;
  if (operation != nullptr && !operation->emulated()) return;
  AnswerJudge(exchange, options, call).run();
}

}  // namespace zimmock::inline contract
