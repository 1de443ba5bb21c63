#include "contracts/harness/traffic_judge.h"

#include <algorithm>

#include <fmt/format.h>

#include "contracts/api/clock.h"
#include "contracts/api/json_text.h"
#include "contracts/api/redaction.h"
#include "contracts/api/signature.h"
#include "contracts/api/text.h"

namespace zimmock::inline contract {
namespace {

using json = nlohmann::json;

std::optional<std::int64_t> integer(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number_integer()) return std::nullopt;
  return found->get<std::int64_t>();
}

// A service may answer any call with the general code.
bool is_rate_code(const Operation& operation, const Judgement& judgement, const Profile& profile) {
  return judgement.code == profile.code(RuleId::kRate) ||
         judgement.code == profile.code(rate_rule(operation));
}

// What came, to be remembered: a stranger chooses how long it is, and so how much is kept.
std::string short_key(std::string key) {
  constexpr std::size_t kKept = 64;
  return key.size() <= kKept ? key : sha256_hex(key);
}

// A secret that was sent in a wrong place.
void redact(Judgement& judgement, const std::vector<std::string>& secrets) {
  redact_secrets(judgement.action, secrets);
  for (SidedFinding& found : judgement.findings) redact_secrets(found.finding, secrets);
  for (std::string& note : judgement.notes) redact_secrets(note, secrets);
}

// Of a MsgId that is not the one stored.
std::string got_id(const json& got, const std::string& stored) {
  std::string out = got.dump();
  const auto number = parse_int64(stored);
  if (number && got.is_number_integer() &&
      got.get<std::int64_t>() == static_cast<std::int64_t>(static_cast<double>(*number))) {
    out += ", which is that number after it went through a double";
  }
  return out;
}

}  // namespace

bool TrafficJudge::Recent::seen(const std::string& key) {
  if (recent_.size() >= kMaxRemembered) {
    older_ = std::move(recent_);
    recent_.clear();
  }
  return !recent_.insert(key).second || older_.contains(key);
}

Judgement TrafficJudge::judge(const RecordedExchange& exchange) {
  forget_if_full();
  ReadCall call = read_call(exchange, options_);
  before(exchange, call);
  judge_answer(exchange, options_, call);
  after(exchange, call);
  if (options_.server_secret) redact(call.judgement, {*options_.server_secret});
  return std::move(call.judgement);
}

TrafficJudge::List& TrafficJudge::list_of(const ReadCall& call, const ListId& list) {
  ++remembered_;
  return lists_[short_key(call.common.app_id_text + '\n' + list.key())];
}

std::deque<std::int64_t>& TrafficJudge::calls_of(const ReadCall& call) {
  return calls_ms_[short_key(call.common.app_id_text + '\n' + call.common.action_name)];
}

void TrafficJudge::forget_if_full() {
  if (remembered_ < kMaxRemembered) return;
  lists_.clear();
  imports_.clear();
  calls_ms_.clear();
  remembered_ = 0;
}

void TrafficJudge::before(const RecordedExchange& exchange, ReadCall& call) {
  const CommonParameters& common = call.common;
  if (!common.nonce.empty()) {
    call.judgement.client_checked.add(RuleId::kNonceFresh);
    if (nonces_.seen(short_key(common.app_id_text + '\n' + common.nonce))) {
      call.report({RuleId::kNonceFresh, "?SignatureNonce", "a new nonce for each request",
                   quote(redact_named(common.nonce)) + " again"});
    }
  }
  if (common.operation == nullptr || !common.operation->emulated()) return;
  if (exchange.at_ms && options_.calls_per_second) check_rate(*exchange.at_ms, call);
  if (call.said.import) check_import(exchange, call);
  if (!call.said.query || call.said.query->next == 0) return;
  const List& list = list_of(call, call.said.query->list);
  if (list.places.contains(call.said.query->next)) {
    call.judgement.client_checked.add(RuleId::kQueryNext);
    call.kept.add(RuleId::kQueryNext);
  } else if (list.begun) {
    std::string got = std::to_string(call.said.query->next);
    for (const auto& [next, place] : list.places) {
      if (static_cast<double>(next) != static_cast<double>(call.said.query->next)) continue;
      got += fmt::format(", which is {} rounded: Next went through a double", next);
      break;
    }
    call.refuse(
        {RuleId::kQueryNext, "/Next", "0 or a Next that this list returned", std::move(got)});
  }
}

// Answers may come, and so be judged, in another order than their requests.
void TrafficJudge::check_rate(std::int64_t at_ms, ReadCall& call) {
  const RuleId id = rate_rule(*call.common.operation);
  call.judgement.client_checked.add(id);
  auto& calls = calls_of(call);
  constexpr std::int64_t kKeptMs = 60'000;
  while (!calls.empty() && calls.front() < calls.back() - kKeptMs) calls.pop_front();
  const auto end = std::upper_bound(calls.begin(), calls.end(), at_ms);
  const auto begin = std::upper_bound(calls.begin(), end, at_ms - kMillisPerSecond);
  if (end - begin < *options_.calls_per_second) return;
  // Not for the service to refuse: a higher rate may have been bought.
  call.report(
      {id, "", fmt::format("at most {} calls a second", *options_.calls_per_second), "one more"});
}

void TrafficJudge::check_import(const RecordedExchange& exchange, ReadCall& call) {
  const ImportPeerMsg& import = *call.said.import;
  const List& list = list_of(call, import.list());
  const auto time_ms = import.message.send_time_ms != 0 ? std::optional(import.message.send_time_ms)
                                                        : exchange.at_ms;
  if (!time_ms || !list.newest_ms) return;
  call.judgement.client_checked.add(RuleId::kImportOrder);
  if (*time_ms >= *list.newest_ms) return;
  call.report({RuleId::kImportOrder, "/SendMessageTime",
               "no earlier time than of the import before",
               fmt::format("{} ms earlier", *list.newest_ms - *time_ms)});
}

void TrafficJudge::after(const RecordedExchange& exchange, ReadCall& call) {
  const Judgement& judgement = call.judgement;
  const Operation* operation = call.common.operation;
  if (operation == nullptr || !operation->emulated()) return;
  ++remembered_;
  if (exchange.at_ms && options_.calls_per_second &&
      !is_rate_code(*operation, judgement, options_.profile)) {
    auto& calls = calls_of(call);
    calls.insert(std::upper_bound(calls.begin(), calls.end(), *exchange.at_ms), *exchange.at_ms);
  }
  if (call.said.import) note_import(call, exchange);
  if (call.said.query && judgement.code == 0) follow_page(call);
}

void TrafficJudge::note_import(ReadCall& call, const RecordedExchange& exchange) {
  Judgement& judgement = call.judgement;
  if (exchange.response && judgement.code != 0) return;  // refused, or nobody knows
  const ImportPeerMsg& import = *call.said.import;
  const Message& message = import.message;
  std::string msg_id;
  ++remembered_;
  if (judgement.code == 0) {
    List& list = list_of(call, import.list());
    const auto time_ms =
        message.send_time_ms != 0 ? std::optional(message.send_time_ms) : exchange.at_ms;
    if (time_ms) list.newest_ms = std::max(list.newest_ms.value_or(*time_ms), *time_ms);
    const json id = call.answer->value("MsgId", json());
    if (id.is_string()) msg_id = id.get<std::string>();
    const auto seq = integer(*call.answer, "MsgSeq");
    if (seq && !msg_id.empty()) list.msg_ids[*seq] = msg_id;
  }
  const auto before =
      imports_.add(call.common.app_id_text, *call.body, {judgement.code == 0, msg_id});
  if (!before) return;
  judgement.notes.push_back(fmt::format(
      "ImportPeerMsg: the same message was sent again after {}",
      before->answered ? "it had been accepted: two messages" : "no answer had come: perhaps two"));
  if (!before->answered || judgement.code != 0) return;
  judgement.server_checked.add(RuleId::kImportNoDedup);
  if (!msg_id.empty() && msg_id == before->msg_id) {
    judgement.add(Side::kServer, {RuleId::kImportNoDedup, "/MsgId", "the id of a new message",
                                  "that of the same import before"});
  }
}

void TrafficJudge::follow_page(ReadCall& call) {
  const auto items = call.answer->find("List");
  if (items == call.answer->end() || !items->is_array()) return;
  const QueryPeerMsg& asked = *call.said.query;
  List& list = list_of(call, asked.list);
  Place place;
  if (asked.next == 0) {
    list.begun = true;
    place.walk = std::make_shared<Walk>();
  } else if (const auto found = list.places.find(asked.next); found != list.places.end()) {
    place = found->second;
    call.judgement.server_checked.add(RuleId::kQueryPages);
  } else {
    place.walk = std::make_shared<Walk>();  // its beginning was not recorded
  }
  auto last_time_ms = place.last_time_ms;
  follow_items(*items, place, list, call, last_time_ms);
  const auto next = integer(*call.answer, "Next");
  if (next && *next != 0) list.places[*next] = {place.walk, place.page + 1, last_time_ms};
  ++remembered_;
}

void TrafficJudge::follow_items(const json& items, const Place& place, List& list, ReadCall& call,
                                std::optional<std::int64_t>& last_time_ms) {
  Judgement& judgement = call.judgement;
  const auto broken = [&](RuleId id, std::string where, std::string expected, std::string got) {
    judgement.add(Side::kServer, {id, std::move(where), std::move(expected), std::move(got)});
  };
  bool repeated = false, newer = false, other_id = false;  // one finding of a page is enough
  for (std::size_t i = 0; i < items.size(); ++i) {
    const json& item = items[i];
    if (!item.is_object()) continue;
    const std::string where = pointer_to("/List", i);
    const auto time_ms = integer(item, "MsgTime");
    // Within the page the order is check_answer's.
    if (i == 0 && place.last_time_ms && time_ms) {
      judgement.server_checked.add(RuleId::kQueryNewestFirst);
      newer = *time_ms > *place.last_time_ms;
      if (newer) {
        broken(RuleId::kQueryNewestFirst, where + "/MsgTime", "none later than on the page before",
               fmt::format("{} ms later", *time_ms - *place.last_time_ms));
      }
    }
    if (time_ms) last_time_ms = time_ms;
    const auto seq = integer(item, "MsgSeq");
    if (!seq) continue;
    const auto [known, is_new] = place.walk->page_of.try_emplace(*seq, place.page);
    if (is_new) ++remembered_;
    if (!is_new && known->second != place.page && !std::exchange(repeated, true)) {
      broken(RuleId::kQueryPages, where + "/MsgSeq", "a message that no page before had",
             fmt::format("{} again", *seq));
    }
    const auto stored = list.msg_ids.find(*seq);
    const auto id = item.find("MsgId");
    if (stored == list.msg_ids.end() || id == item.end()) continue;
    judgement.server_checked.add(RuleId::kQueryMsgId);
    if (id->is_number_integer() && id->dump() == stored->second) continue;
    if (!std::exchange(other_id, true)) {
      broken(RuleId::kQueryMsgId, where + "/MsgId", stored->second + ", as the import answered",
             got_id(*id, stored->second));
    }
  }
}

}  // namespace zimmock::inline contract
