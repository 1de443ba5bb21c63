#include "contracts/harness/case_values.h"

#include <vector>

#include <fmt/format.h>

#include "contracts/api/clock.h"
#include "contracts/api/http.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"

namespace zimmock::inline contract {
namespace {

using json = nlohmann::json;

tl::unexpected<Error> bad(std::string message) {
  return fail(ErrorKind::kInput, std::move(message));
}

// ${name} in a text: a value by that name, or the id of the user called so.
Result<std::string> fill_in(std::string_view text, const CaseScope& scope) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto open = text.find("${", at);
    out += text.substr(at, open - at);
    if (open == std::string_view::npos) break;
    const auto close = text.find('}', open);
    if (close == std::string_view::npos) return bad("a ${ without its }: " + quote(text));
    const std::string name(text.substr(open + 2, close - open - 2));
    const auto value = scope.values.find(name);
    out += value == scope.values.end() ? scope.user_prefix + name : text_of(value->second);
    at = close + 1;
  }
  return out;
}

Result<json> lookup(const json& argument, const CaseScope& scope) {
  const auto found = scope.values.find(argument.get<std::string>());
  if (found == scope.values.end()) return bad("nothing is saved as " + json_line(argument));
  return found->second;
}

Result<std::string> expand_text(const json& value, const CaseScope& scope) {
  auto expanded = expand(value, scope);
  if (!expanded) return tl::unexpected(expanded.error());
  if (!expanded->is_string()) return bad("expected text, got " + json_type_and_value(*expanded));
  return expanded->get<std::string>();
}

// An integer, or a function that gives one.
Result<std::int64_t> expand_integer(const json& value, const CaseScope& scope) {
  auto expanded = expand(value, scope);
  if (!expanded) return tl::unexpected(expanded.error());
  if (!expanded->is_number_integer()) {
    return bad("expected an integer, got " + json_type_and_value(*expanded));
  }
  return expanded->get<std::int64_t>();
}

Result<json> now_plus(const json& argument, const CaseScope& scope) {
  return expand_integer(argument, scope).map([&](std::int64_t by) {
    return json(scope.now_ms + by);
  });
}
Result<json> oldest_plus(const json& argument, const CaseScope& scope) {
  return expand_integer(argument, scope).map([&](std::int64_t by) {
    return json(scope.oldest_ms + by);
  });
}
Result<json> seconds_plus(const json& argument, const CaseScope& scope) {
  return expand_integer(argument, scope).map([&](std::int64_t by) {
    return json(std::to_string(scope.now_ms / kMillisPerSecond + by));
  });
}

Result<json> repeat(const json& argument, const CaseScope& scope) {
  auto text = expand_text(argument[0], scope);
  if (!text) return tl::unexpected(text.error());
  const auto count = expand_integer(argument[1], scope);
  if (!count) return tl::unexpected(count.error());
  std::string out;
  for (std::int64_t i = 0; i < *count; ++i) out += *text;
  return json(std::move(out));
}

Result<json> pad(const json& argument, const CaseScope& scope) {
  auto text = expand_text(argument[0], scope);
  if (!text) return tl::unexpected(text.error());
  const auto wanted = expand_integer(argument[1], scope);
  if (!wanted) return tl::unexpected(wanted.error());
  const auto size = static_cast<std::size_t>(*wanted);
  if (text->size() > size) return bad(fmt::format("{} has more than {} bytes", quote(*text), size));
  text->resize(size, 'x');
  return json(*std::move(text));
}

Result<json> join(const json& argument, const CaseScope& scope) {
  std::string out;
  for (const json& part : argument) {
    auto text = expand_text(part, scope);
    if (!text) return tl::unexpected(text.error());
    out += *text;
  }
  return json(std::move(out));
}

Result<json> as_json_text(const json& argument, const CaseScope& scope) {
  auto value = expand(argument, scope);
  if (!value) return value;
  return json(json_line(*value));
}

Result<json> times(const json& argument, const CaseScope& scope) {
  json out = json::array();
  CaseScope inner = scope;
  const auto count = expand_integer(argument[0], scope);
  if (!count) return tl::unexpected(count.error());
  for (std::int64_t i = 0; i < *count; ++i) {
    inner.values["i"] = i;
    auto item = expand(argument[1], inner);
    if (!item) return item;
    out.push_back(*std::move(item));
  }
  return out;
}

// Pairs of hex digits, as url_decode() reads them after a percent sign.
Result<json> bytes(const json& argument, const CaseScope& scope) {
  const auto hex = expand_text(argument, scope);
  if (!hex) return tl::unexpected(hex.error());
  std::string encoded;
  for (const char c : *hex) {
    if (c == ' ') continue;
    if (encoded.size() % 3 == 0) encoded += '%';
    encoded += c;
  }
  return json(url_decode(encoded));
}

// A matcher whose argument is written out.
template <const char* kName>
Result<json> matcher(const json& argument, const CaseScope& scope) {
  auto value = expand(argument, scope);
  if (!value) return value;
  return json{{kName, *std::move(value)}};
}

constexpr char kIs[] = "$is", kAnyOf[] = "$any_of", kNot[] = "$not", kAtLeast[] = "$at_least",
               kAtMost[] = "$at_most", kLength[] = "$length", kUrlJson[] = "$url_json";

Result<json> digits_of(const json& argument, const CaseScope& scope) {
  auto value = lookup(argument, scope);
  if (!value) return value;
  return json{{"$digits_of", text_of(*value)}};
}

enum class Takes { kName, kInteger, kTextAndCount, kCountAndAny, kArray, kText, kAny };

struct Function {
  std::string_view name;
  Takes takes;
  Result<json> (*expand)(const json& argument, const CaseScope& scope);
};

constexpr Function kFunctions[] = {
    {"$each", Takes::kName, lookup},
    {"$saved", Takes::kName, lookup},
    {"$now", Takes::kInteger, now_plus},
    {"$oldest", Takes::kInteger, oldest_plus},
    {"$seconds", Takes::kInteger, seconds_plus},
    {"$repeat", Takes::kTextAndCount, repeat},
    {"$pad", Takes::kTextAndCount, pad},
    {"$join", Takes::kArray, join},
    {"$json", Takes::kAny, as_json_text},
    {"$times", Takes::kCountAndAny, times},
    {"$bytes", Takes::kText, bytes},
    {kIs, Takes::kText, matcher<kIs>},
    {kAnyOf, Takes::kArray, matcher<kAnyOf>},
    {kNot, Takes::kAny, matcher<kNot>},
    {kAtLeast, Takes::kAny, matcher<kAtLeast>},
    {kAtMost, Takes::kAny, matcher<kAtMost>},
    {kLength, Takes::kInteger, matcher<kLength>},
    {"$digits_of", Takes::kName, digits_of},
    {kUrlJson, Takes::kAny, matcher<kUrlJson>},
};

const Function* find_function(std::string_view name) {
  for (const Function& row : kFunctions) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

bool is_function(const json& value) {
  return value.is_object() && value.size() == 1 && value.begin().key().starts_with('$') &&
         !value.begin().key().starts_with("${");
}

// Here or, by a function, once it is expanded.
bool is_integer(const json& value) { return value.is_number_integer() || is_function(value); }

// What the argument must be, or "" if it is.
std::string_view wrong_argument(Takes takes, const json& argument) {
  const bool pair = argument.is_array() && argument.size() == 2;
  switch (takes) {
    case Takes::kName:
    case Takes::kText:
      return argument.is_string() ? "" : "text";
    case Takes::kInteger:
      return is_integer(argument) ? "" : "an integer";
    case Takes::kTextAndCount:
      return pair && is_integer(argument[1]) ? "" : "[text, count]";
    case Takes::kCountAndAny:
      return pair && is_integer(argument[0]) ? "" : "[count, value]";
    case Takes::kArray:
      return argument.is_array() ? "" : "an array";
    case Takes::kAny:
      break;
  }
  return "";
}

Result<void> check_function(const json& value, const std::string& pointer) {
  const std::string& name = value.begin().key();
  const Function* function = find_function(name);
  if (function == nullptr) {
    std::vector<std::string_view> names;
    for (const Function& row : kFunctions) names.push_back(row.name);
    return bad(fmt::format("{}: expected a value function, got {}{}", pointer, quote(name),
                           did_you_mean(name, names)));
  }
  const json& argument = value.begin().value();
  const std::string_view expected = wrong_argument(function->takes, argument);
  if (!expected.empty()) {
    return bad(fmt::format("{}: expected {}, got {}", pointer_to(pointer, name), expected,
                           json_type_and_value(argument)));
  }
  return check_value(argument, pointer_to(pointer, name));
}

}  // namespace

std::string text_of(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_number_integer() ? value.dump() : "";
}

Result<json> expand(const json& value, const CaseScope& scope) {
  if (value.is_string()) {
    auto text = fill_in(value.get_ref<const std::string&>(), scope);
    if (!text) return tl::unexpected(text.error());
    return json(*std::move(text));
  }
  if (is_function(value)) {
    return find_function(value.begin().key())->expand(value.begin().value(), scope);
  }
  if (!value.is_structured()) return value;
  json out = value.is_array() ? json::array() : json::object();
  for (const auto& [key, member] : value.items()) {
    auto expanded = expand(member, scope);
    if (!expanded) return expanded;
    if (value.is_array()) {
      out.push_back(*std::move(expanded));
      continue;
    }
    auto name = fill_in(key, scope);
    if (!name) return tl::unexpected(name.error());
    out[*name] = *std::move(expanded);
  }
  return out;
}

Result<void> check_value(const json& value, const std::string& pointer) {
  if (is_function(value)) return check_function(value, pointer);
  if (!value.is_structured()) return {};
  for (const auto& [key, member] : value.items()) {
    if (value.is_object() && key.starts_with('$') && !key.starts_with("${")) {
      return bad(fmt::format("{}: expected {} alone in its object", pointer, quote(key)));
    }
    auto checked = check_value(member, pointer_to(pointer, key));
    if (!checked) return checked;
  }
  return {};
}

}  // namespace zimmock::inline contract
