#include <fmt/format.h>

#include "contracts/api/json_text.h"
#include "contracts/api/redaction.h"
#include "contracts/api/text.h"
#include "mock_server/control/control_call.h"
#include "mock_server/control/record_json.h"
#include "mock_server/requests/verification.h"
#include "mock_server/service/secrets.h"

namespace zimmock::mock {
namespace {

using json = nlohmann::json;

constexpr std::int64_t kDefaultWaitMs = 10'000;
constexpr std::uint64_t kMaxWaitMs = 24 * 60 * 60 * 1000;

struct Wanted {
  RequestFilter filter;
  std::size_t limit = SIZE_MAX;
};

tl::expected<Wanted, ControlError> from_query(const ControlCall& call) {
  Wanted wanted;
  for (const auto& [name, value] : call.query) {
    if (name == "limit") {
      const auto limit = parse_int64(value);
      if (!limit || *limit < 1) {
        return control_error(400,
                             fmt::format("limit: expected a number from 1, got {}", quote(value)));
      }
      wanted.limit = static_cast<std::size_t>(*limit);
    } else if (auto set = wanted.filter.set(name, value); !set) {
      return bad_request(set.error());
    }
  }
  return wanted;
}

json entries_json(const std::vector<JournalEntry>& entries,
                  const std::vector<std::string>& secrets) {
  json out = json::array();
  for (const JournalEntry& entry : entries) out.push_back(to_json(*entry, secrets));
  return out;
}

tl::expected<void, ControlError> known_word(const std::string& name,
                                            std::vector<std::string_view> words) {
  for (const RequestFilterWord& word : request_filter_words()) words.push_back(word.name);
  return only_members({{name, nullptr}}, words);
}

// Reads a body of filter words and of the words of `take`, which says whether it took one.
// `own_words`: those.
using Take =
    std::function<tl::expected<bool, ControlError>(const std::string& name, const json& value)>;
tl::expected<RequestFilter, ControlError> read_filter(
    const ControlCall& call, const std::vector<std::string_view>& own_words, const Take& take) {
  const auto body = call.json_body();
  if (!body) return tl::unexpected(body.error());
  RequestFilter filter;
  for (const auto& [name, value] : body->items()) {
    const auto taken = take(name, value);
    if (!taken) return tl::unexpected(taken.error());
    if (*taken) continue;
    if (auto known = known_word(name, own_words); !known) return tl::unexpected(known.error());
    auto set = filter.set(name, value.is_string() ? value.get<std::string>() : json_line(value));
    if (!set) return bad_request(set.error());
  }
  return filter;
}

tl::unexpected<ControlError> wrong(const std::string& name, std::string_view expected,
                                   const json& got) {
  return control_error(
      400, fmt::format("/{}: expected {}, got {}", name, expected, value_unless_secret(got)));
}

tl::expected<bool, ControlError> take_expectation(const std::string& name, const json& value,
                                                  Expectation& expected) {
  std::optional<std::uint64_t>* number = name == "count"      ? &expected.count
                                         : name == "at_least" ? &expected.at_least
                                         : name == "at_most"  ? &expected.at_most
                                                              : nullptr;
  if (number != nullptr) {
    if (!value.is_number_unsigned()) return wrong(name, "a number from 0", value);
    *number = value.get<std::uint64_t>();
    return true;
  }
  bool* flag = name == "chronological" ? &expected.chronological
               : name == "no_findings" ? &expected.no_findings
                                       : nullptr;
  if (flag == nullptr) return false;
  if (!value.is_boolean()) return wrong(name, "true or false", value);
  *flag = value.get<bool>();
  return true;
}

}  // namespace

ControlResult list_requests(ControlCall& call) {
  const auto wanted = from_query(call);
  if (!wanted) return tl::unexpected(wanted.error());
  const RequestJournal& journal = call.tenant->journal();
  ControlReply reply;
  reply.body["requests"] =
      entries_json(journal.find(wanted->filter, wanted->limit), secrets_of(call.service));
  reply.body["matched"] = journal.count(wanted->filter);
  reply.body["dropped"] = journal.dropped();
  return reply;
}

ControlResult count_requests(ControlCall& call) {
  const auto wanted = from_query(call);
  if (!wanted) return tl::unexpected(wanted.error());
  ControlReply reply;
  reply.body["count"] = call.tenant->journal().count(wanted->filter);
  reply.body["dropped"] = call.tenant->journal().dropped();
  return reply;
}

ControlResult clear_requests(ControlCall& call) {
  call.tenant->journal().clear();
  return ControlReply{};
}

ControlResult list_unmatched(ControlCall& call) {
  const auto wanted = from_query(call);
  if (!wanted) return tl::unexpected(wanted.error());
  ControlReply reply;
  reply.body["requests"] = entries_json(
      call.service.unmatched().find(wanted->filter, wanted->limit), secrets_of(call.service));
  reply.body["dropped"] = call.service.unmatched().dropped();
  return reply;
}

ControlResult verify_requests(ControlCall& call) {
  Expectation expected;
  auto filter = read_filter(call, {"count", "at_least", "at_most", "chronological", "no_findings"},
                            [&](const std::string& name, const json& value) {
                              return take_expectation(name, value, expected);
                            });
  if (!filter) return tl::unexpected(filter.error());
  expected.filter = *std::move(filter);
  if (!expected.count && !expected.at_least && !expected.at_most && !expected.chronological &&
      !expected.no_findings) {
    return control_error(400,
                         "verify: expected count, at_least, at_most, chronological or "
                         "no_findings, got none of them");
  }
  const Verification verification = verify(call.tenant->journal(), expected);
  ControlReply reply;
  reply.body = {{"ok", verification.ok}, {"report", verification.report}};
  return reply;
}

tl::expected<bool, ControlError> take_timeout(const json& value, std::int64_t& timeout_ms) {
  const auto duration =
      value.is_string() ? parse_duration_ms(value.get_ref<const std::string&>()) : std::nullopt;
  if (!duration || *duration < 0 || *duration > static_cast<std::int64_t>(kMaxWaitMs)) {
    return wrong("timeout",
                 fmt::format("a duration such as \"10s\", at most {}s", kMaxWaitMs / 1000), value);
  }
  timeout_ms = *duration;
  return true;
}

ControlResult wait_for_requests(ControlCall& call) {
  std::uint64_t count = 1;
  std::int64_t timeout_ms = kDefaultWaitMs;
  bool old_form = false, new_form = false;
  auto filter = read_filter(
      call, {"count", "timeout"},
      [&](const std::string& name, const json& value) -> tl::expected<bool, ControlError> {
        if (name == "timeout") {
          new_form = true;
          return take_timeout(value, timeout_ms);
        }
        if (name != "count" && name != "timeout_ms") return false;
        if (!value.is_number_unsigned()) return wrong(name, "a number from 0", value);
        if (name == "count") {
          count = value.get<std::uint64_t>();
        } else if (value.get<std::uint64_t>() > kMaxWaitMs) {
          return wrong(name, fmt::format("at most {}", kMaxWaitMs), value);
        } else {
          timeout_ms = value.get<std::int64_t>();
          old_form = true;
        }
        return true;
      });
  if (!filter) return tl::unexpected(filter.error());
  if (old_form && new_form)
    return control_error(400, "/timeout_ms: expected timeout alone, got both");
  const RequestJournal& journal = call.tenant->journal();
  const bool enough = journal.wait(*filter, count, timeout_ms);
  Expectation expected;
  expected.filter = *std::move(filter);
  expected.at_least = count;
  ControlReply reply;
  reply.body = {{"ok", enough},
                {"count", journal.count(expected.filter)},
                {"report", verify(journal, expected).report}};
  if (old_form) reply.old_form = "/timeout_ms: say /timeout with a duration, such as \"10s\"";
  return reply;
}

}  // namespace zimmock::mock
