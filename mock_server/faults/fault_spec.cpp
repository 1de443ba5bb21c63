#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "contracts/api/clock.h"
#include "contracts/api/json_text.h"
#include "contracts/api/operations/operation.h"
#include "contracts/api/text.h"
#include "mock_server/faults/fault.h"

namespace zimmock::mock {
namespace {

using json = nlohmann::json;

tl::unexpected<Error> expected(std::string_view word, std::string_view what, std::string_view got) {
  return fail(ErrorKind::kUsage,
              fmt::format("fault: {}: expected {}, got {}", word, what, quote(got)));
}

constexpr FaultWhen kWhens[] = {FaultWhen::kBeforeRead, FaultWhen::kBeforeEffect,
                                FaultWhen::kAfterEffect, FaultWhen::kMidBody};

Result<void> set_when(Fault& fault, std::string_view value) {
  std::vector<std::string_view> possible;
  for (const FaultWhen when : kWhens) {
    if ((fault.kind->whens & static_cast<unsigned>(when)) == 0) continue;
    possible.push_back(to_string(when));
    if (value != to_string(when)) continue;
    fault.when = when;
    return {};
  }
  return expected("when", fmt::format("{} for {}", fmt::join(possible, ", "), fault.kind->name),
                  value);
}

Result<void> set_action(Fault& fault, std::string_view value) {
  if (find_operation(value) == nullptr) {
    return fail(ErrorKind::kUsage,
                fmt::format("fault: action: expected an action of the API, got {}{}", quote(value),
                            did_you_mean(value, operation_names())));
  }
  fault.action = value;
  return {};
}

Result<void> set_user(Fault& fault, std::string_view value) {
  fault.user = value;
  return {};
}

Result<void> set_conversation(Fault& fault, std::string_view value) {
  auto pair = parse_conversation(value);
  if (!pair) return tl::unexpected(pair.error());
  fault.conversation = std::move(*pair);
  return {};
}

Result<void> set_count(std::string_view key, std::uint64_t& count, std::string_view value) {
  const auto number = parse_int64(value);
  if (!number || *number < 1) return expected(key, "a number from 1", value);
  count = static_cast<std::uint64_t>(*number);
  return {};
}

Result<void> set_nth(Fault& fault, std::string_view value) {
  return set_count("nth", fault.nth, value);
}

Result<void> set_every(Fault& fault, std::string_view value) {
  return set_count("every", fault.every, value);
}

Result<void> set_first(Fault& fault, std::string_view value) {
  return set_count("first", fault.first, value);
}

Result<void> set_probability(Fault& fault, std::string_view value) {
  double p = -1;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), p);
  if (error != std::errc{} || end != value.data() + value.size() || !(p >= 0 && p <= 1)) {
    return expected("p", "a probability from 0 to 1", value);
  }
  fault.probability = p;
  return {};
}

Result<void> set_for(Fault& fault, std::string_view value) {
  const auto ms = parse_duration_ms(value);
  constexpr std::int64_t kMaxForMs = 3650 * kMillisPerDay;
  if (!ms || *ms <= 0 || *ms > kMaxForMs) {
    return expected("for", "a duration such as 10s, up to 3650d", value);
  }
  fault.for_ms = *ms;
  return {};
}

Result<void> set_body(Fault& fault, std::string_view value) {
  if (fault.kind->name != "status") return expected("body", "nothing: only status has one", value);
  fault.body = value;
  return {};
}

struct SpecKey {
  std::string_view name;
  Result<void> (*set)(Fault& fault, std::string_view value);
};

constexpr SpecKey kKeys[] = {
    {"when", set_when},   {"action", set_action},
    {"user", set_user},   {"conversation", set_conversation},
    {"nth", set_nth},     {"every", set_every},
    {"first", set_first}, {"p", set_probability},
    {"for", set_for},     {"body", set_body},
};

std::vector<std::string_view> key_names() {
  std::vector<std::string_view> out;
  for (const SpecKey& key : kKeys) out.push_back(key.name);
  return out;
}

Result<void> set_key(Fault& fault, std::string_view name, std::string_view value) {
  for (const SpecKey& key : kKeys) {
    if (key.name == name) return key.set(fault, value);
  }
  return fail(ErrorKind::kUsage,
              fmt::format("fault: expected the keys {}, got {}{}", fmt::join(key_names(), ", "),
                          quote(name), did_you_mean(name, key_names())));
}

Result<Fault> start(std::string_view name, std::string_view value) {
  Fault fault;
  fault.kind = find_fault_kind(name);
  if (fault.kind == nullptr) {
    return fail(ErrorKind::kUsage,
                fmt::format("fault: expected {}, got {}{}", fmt::join(fault_names(), ", "),
                            quote(name), did_you_mean(name, fault_names())));
  }
  if (!fault.kind->read(value, fault)) {
    const std::string_view wanted = fault.kind->value.empty() ? "no value" : fault.kind->value;
    return expected(name, wanted, value);
  }
  fault.value = value;
  fault.when = fault.kind->default_when;
  return fault;
}

// What only the whole can show.
Result<Fault> checked(Fault fault) {
  if (fault.when == FaultWhen::kBeforeRead && (!fault.user.empty() || fault.conversation)) {
    return fail(ErrorKind::kUsage,
                fmt::format("fault: {} acts before the body is read, so it cannot go by user or "
                            "conversation; only by action",
                            fault.kind->name));
  }
  return fault;
}

std::string_view next_part(std::string_view& rest) {
  constexpr std::string_view kBody = "body=";
  const auto comma = rest.starts_with(kBody) ? std::string_view::npos : rest.find(',');
  const std::string_view part = rest.substr(0, comma);
  rest = comma == std::string_view::npos ? "" : rest.substr(comma + 1);
  return part;
}

std::pair<std::string_view, std::string_view> split_at_equals(std::string_view part) {
  const auto equals = part.find('=');
  if (equals == std::string_view::npos) return {part, ""};
  return {part.substr(0, equals), part.substr(equals + 1)};
}

std::string text_of(const json& value) {
  return value.is_string() ? value.get<std::string>() : json_line(value);
}

}  // namespace

std::string_view to_string(FaultWhen when) {
  switch (when) {
    case FaultWhen::kBeforeRead:
      return "before-read";
    case FaultWhen::kBeforeEffect:
      return "before-effect";
    case FaultWhen::kAfterEffect:
      return "after-effect";
    case FaultWhen::kMidBody:
      break;
  }
  return "mid-body";
}

Result<Fault> parse_fault(std::string_view spec) {
  std::string_view rest = spec;
  const auto [name, value] = split_at_equals(next_part(rest));
  auto fault = start(name, value);
  if (!fault) return fault;
  while (!rest.empty()) {
    const auto [key, text] = split_at_equals(next_part(rest));
    if (auto set = set_key(*fault, key, text); !set) return tl::unexpected(set.error());
  }
  return checked(std::move(*fault));
}

Result<Fault> fault_from_json(const json& document) {
  if (!document.is_object()) return expected("", "a JSON object", json_type_and_value(document));
  if (const auto spec = document.find("spec"); spec != document.end()) {
    if (!spec->is_string() || document.size() != 1) {
      return expected("spec", "a text, and no other member", json_line(document));
    }
    return parse_fault(spec->get_ref<const std::string&>());
  }
  auto fault = start(text_of(document.value("fault", json(""))),
                     document.contains("value") ? text_of(document.at("value")) : "");
  if (!fault) return fault;
  for (const auto& [key, value] : document.items()) {
    if (key == "fault" || key == "value") continue;
    if (auto set = set_key(*fault, key, text_of(value)); !set) return tl::unexpected(set.error());
  }
  return checked(std::move(*fault));
}

std::string to_spec(const Fault& fault) {
  std::string out(fault.kind->name);
  const auto add = [&out](std::string_view key, const std::string& value) {
    out += fmt::format(",{}={}", key, value);
  };
  const auto add_count = [&add](std::string_view key, std::uint64_t count) {
    if (count > 0) add(key, std::to_string(count));
  };
  if (!fault.value.empty()) out += "=" + fault.value;
  if (fault.when != fault.kind->default_when) add("when", std::string(to_string(fault.when)));
  if (!fault.action.empty()) add("action", fault.action);
  if (!fault.user.empty()) add("user", fault.user);
  if (fault.conversation) {
    add("conversation", fault.conversation->first + "/" + fault.conversation->second);
  }
  add_count("nth", fault.nth);
  add_count("every", fault.every);
  add_count("first", fault.first);
  if (fault.probability < 1) add("p", fmt::format("{}", fault.probability));
  if (fault.for_ms > 0) add("for", fmt::format("{}ms", fault.for_ms));
  if (!fault.body.empty()) add("body", fault.body);
  return out;
}

Result<std::pair<std::string, std::string>> parse_conversation(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == text.size() ||
      text.find('/', slash + 1) != std::string_view::npos) {
    return fail(ErrorKind::kUsage,
                fmt::format("conversation: expected A/B, two user ids, got {}", quote(text)));
  }
  return std::pair(std::string(text.substr(0, slash)), std::string(text.substr(slash + 1)));
}

}  // namespace zimmock::mock
