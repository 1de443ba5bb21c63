#include "mock_server/requests/request_filter.h"

#include <algorithm>

#include <fmt/format.h>

#include "contracts/api/operations/operation.h"
#include "contracts/api/text.h"
#include "mock_server/faults/fault.h"

namespace zimmock::mock {
namespace {

Result<void> set_action(RequestFilter& filter, const std::string& value) {
  filter.action = value;
  if (find_operation(value) != nullptr) return {};
  return fail(ErrorKind::kUsage, fmt::format("action: expected an action of the API, got {}{}",
                                             quote(value), did_you_mean(value, operation_names())));
}

Result<void> set_code(RequestFilter& filter, const std::string& value) {
  filter.code = value;
  if (value == "ok" || value == "refused" || parse_int64(value)) return {};
  return fail(ErrorKind::kUsage,
              fmt::format("code: expected a number, ok or refused, got {}", quote(value)));
}

Result<void> set_rule(RequestFilter& filter, const std::string& value) {
  filter.rule = value;
  if (find_rule(value) != nullptr) return {};
  std::vector<std::string_view> ids;
  for (const Rule& known : all_rules()) ids.push_back(known.id);
  return fail(ErrorKind::kUsage, fmt::format("rule: expected a rule's id, got {}{}", quote(value),
                                             did_you_mean(value, ids)));
}

Result<void> set_fault(RequestFilter& filter, const std::string& value) {
  filter.fault = value;
  const std::string_view kind = std::string_view(value).substr(0, value.find('#'));
  if (find_fault_kind(kind) != nullptr) return {};
  return fail(ErrorKind::kUsage, fmt::format("fault: expected a kind of fault, got {}{}",
                                             quote(value), did_you_mean(kind, fault_names())));
}

Result<void> set_between(RequestFilter& filter, const std::string& value) {
  auto pair = parse_conversation(value);
  if (!pair) return tl::unexpected(pair.error());
  filter.between = std::move(*pair);
  return {};
}

Result<void> set_since(RequestFilter& filter, const std::string& value) {
  const auto seq = parse_int64(value);
  if (!seq || *seq < 0) {
    return fail(ErrorKind::kUsage,
                fmt::format("since: expected a sequence number, got {}", quote(value)));
  }
  filter.since = static_cast<std::uint64_t>(*seq);
  return {};
}

template <std::string RequestFilter::*Member>
Result<void> set_text(RequestFilter& filter, const std::string& value) {
  filter.*Member = value;
  return {};
}

struct Word {
  RequestFilterWord word;
  Result<void> (*set)(RequestFilter& filter, const std::string& value);
};

constexpr Word kWords[] = {
    {{"action", "NAME", "Its operation, such as ImportPeerMsg"}, set_action},
    {{"user", "ID", "With this user in any part"}, set_text<&RequestFilter::user>},
    {{"conversation", "A/B", "Between these two users, in either direction"}, set_between},
    {{"from", "ID", "With this FromUserId"}, set_text<&RequestFilter::from>},
    {{"to", "ID", "With this ToUserId"}, set_text<&RequestFilter::to>},
    {{"list", "ID", "Into or of this user's list"}, set_text<&RequestFilter::list>},
    {{"code", "N|ok|refused", "Answered with this code"}, set_code},
    {{"rule", "RULE-ID", "That broke this rule, refused or only reported"}, set_rule},
    {{"fault", "KIND", "Hit by a fault of this kind"}, set_fault},
    {{"since", "SEQ", "After the request with this number"}, set_since},
};

std::vector<std::string_view> word_names() {
  std::vector<std::string_view> out;
  for (const Word& row : kWords) out.push_back(row.word.name);
  return out;
}

// "" for a call about no list.
std::string owner_of(const RequestRecord& record) { return record.list ? record.list->owner : ""; }

bool has_user(const RequestRecord& record, const std::string& user) {
  return record.from == user || record.to == user || owner_of(record) == user ||
         std::find(record.users.begin(), record.users.end(), user) != record.users.end();
}

bool has_code(const RequestRecord& record, const std::string& code) {
  if (code == "ok") return record.code == 0;
  if (code == "refused") return record.code > 0;
  return parse_int64(code) == record.code;
}

bool has_fault(const RequestRecord& record, const std::string& fault) {
  return std::any_of(record.faults.begin(), record.faults.end(), [&](const std::string& hit) {
    return hit == fault || (hit.starts_with(fault) && hit[fault.size()] == '#');
  });
}

bool breaks(const RequestRecord& record, const std::string& id) {
  return std::any_of(record.rules_broken.begin(), record.rules_broken.end(),
                     [&](const BrokenRule& broken) { return rule(broken.rule_id).id == id; });
}

std::string rules_of(const RequestRecord& record) {
  std::vector<std::string_view> ids;
  for (const BrokenRule& broken : record.rules_broken) ids.push_back(rule(broken.rule_id).id);
  return ids.empty() ? "none" : fmt::format("{}", fmt::join(ids, " "));
}

std::string code_text(const RequestRecord& record) {
  return record.code == kNoCode ? "none" : std::to_string(record.code);
}

std::string or_none(const std::string& text) { return text.empty() ? "none" : quote(text); }

std::string conversation_text(const std::string& a, const std::string& b) {
  return printable_line(a) + "/" + printable_line(b);
}

}  // namespace

Result<void> RequestFilter::set(std::string_view word, const std::string& value) {
  for (const Word& known : kWords) {
    if (known.word.name == word) return known.set(*this, value);
  }
  return fail(ErrorKind::kUsage,
              fmt::format("filter: expected {}, got {}{}", fmt::join(word_names(), ", "),
                          quote(word), did_you_mean(word, word_names())));
}

bool RequestFilter::matches(const RequestRecord& record) const {
  return record.seq > since && misses(record).empty();
}

std::vector<std::string> RequestFilter::misses(const RequestRecord& record) const {
  std::vector<std::string> out;
  const auto miss = [&out](std::string_view word, std::string_view expected, std::string_view got) {
    out.push_back(fmt::format("{}: expected {}, got {}", word, expected, got));
  };
  if (!action.empty() && record.action != action) miss("action", action, or_none(record.action));
  if (!user.empty() && !has_user(record, user)) {
    miss("user", quote(user), conversation_text(record.from, record.to));
  }
  if (between) {
    const auto& [a, b] = *between;
    const bool same = (record.from == a && record.to == b) || (record.from == b && record.to == a);
    if (!same) {
      miss("conversation", conversation_text(a, b), conversation_text(record.from, record.to));
    }
  }
  if (!from.empty() && record.from != from) miss("from", quote(from), or_none(record.from));
  if (!to.empty() && record.to != to) miss("to", quote(to), or_none(record.to));
  if (!list.empty() && owner_of(record) != list)
    miss("list", quote(list), or_none(owner_of(record)));
  if (!code.empty() && !has_code(record, code)) miss("code", code, code_text(record));
  if (!rule.empty() && !breaks(record, rule)) miss("rule", rule, rules_of(record));
  if (!fault.empty() && !has_fault(record, fault)) {
    miss("fault", fault,
         record.faults.empty() ? "none" : fmt::format("{}", fmt::join(record.faults, " ")));
  }
  return out;
}

std::string RequestFilter::describe() const {
  std::vector<std::string> parts;
  const auto add = [&parts](std::string_view word, const std::string& value) {
    if (!value.empty()) parts.push_back(fmt::format("{} {}", word, printable_line(value)));
  };
  if (!action.empty()) parts.push_back(action);
  add("user", user);
  if (between) add("conversation", conversation_text(between->first, between->second));
  add("from", from);
  add("to", to);
  add("list of", list);
  add("code", code);
  add("rule", rule);
  add("fault", fault);
  if (since > 0) add("since", fmt::format("#{}", since));
  return parts.empty() ? "any request" : fmt::format("{}", fmt::join(parts, ", "));
}

std::vector<RequestFilterWord> request_filter_words() {
  std::vector<RequestFilterWord> out;
  for (const Word& row : kWords) out.push_back(row.word);
  return out;
}

}  // namespace zimmock::mock
