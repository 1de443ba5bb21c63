#include "contracts/api/json_text.h"

#include <cmath>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "contracts/api/redaction.h"
#include "contracts/api/text.h"

namespace zimmock::inline contract {
namespace {

using json = nlohmann::json;

// Watches the parser go and notes the first breach of the limits. nlohmann's own tree cannot be
// asked afterwards: it has already dropped duplicate members.
class LimitWatch {
 public:
  explicit LimitWatch(const JsonLimits& limits) : limits_(limits) {}

  // Returns false to have the parser discard what is too deep.
  bool operator()(int depth, json::parse_event_t event, const json& parsed) {
    switch (event) {
      case json::parse_event_t::object_start:
      case json::parse_event_t::array_start:
        if (depth >= limits_.max_depth && !finding_) {
          finding_ = Finding{RuleId::kBodyDepth, "",
                             fmt::format("at most {} levels of nesting", limits_.max_depth),
                             fmt::format("{} or more", depth + 1)};
        }
        if (event == json::parse_event_t::object_start) members_.emplace_back();
        return !finding_;
      case json::parse_event_t::object_end:
        if (!members_.empty()) members_.pop_back();
        return true;
      case json::parse_event_t::key:
        note_member(parsed.get_ref<const std::string&>());
        return true;
      default:
        return true;
    }
  }

  const std::optional<Finding>& finding() const { return finding_; }

 private:
  void note_member(const std::string& name) {
    if (members_.empty() || members_.back().insert(name).second) return;
    if (!limits_.refuse_duplicate_members || finding_) return;
    finding_ = Finding{RuleId::kMemberOnce, "/" + printable_line(name), "the member once",
                       quote(name) + " twice"};
  }

  JsonLimits limits_;
  std::vector<std::set<std::string>> members_;
  std::optional<Finding> finding_;
};

std::string position(std::string_view text, std::size_t byte) {
  std::size_t line = 1, column = 1;
  for (std::size_t i = 0; i + 1 < byte && i < text.size(); ++i) {
    ++column;
    if (text[i] == '\n') {
      ++line;
      column = 1;
    }
  }
  return fmt::format("line {}, column {}", line, column);
}

Finding syntax_finding(std::string_view text, std::size_t byte) {
  std::string got = fmt::format("an error at {}", position(text, byte));
  if (trim(text).empty()) {
    got = "nothing";
  } else if (!is_utf8(text)) {
    got = "bytes that are not UTF-8, " + got;
  } else if (byte > text.size()) {
    got = fmt::format("a document cut off at {}", position(text, byte));
  } else {
    const std::size_t start = byte > 0 ? byte - 1 : 0;
    constexpr std::size_t kLooked = 200;  // a secret is recognised by its name, before it is cut
    got += ", at " + quote(redact_named(text.substr(start, kLooked)), 20);
  }
  return {RuleId::kBodyIsJson, "", "a JSON document in UTF-8", got};
}

Finding nul_finding(std::string_view text, std::size_t at) {
  return {RuleId::kBodyIsJson, "", "a JSON document in UTF-8",
          fmt::format("a NUL byte at {}", position(text, at + 1))};
}

template <typename Json>
Json or_discarded(std::string_view text) {
  if (text.find('\0') != text.npos) return Json(Json::value_t::discarded);
  return Json::parse(text, nullptr, false);
}

}  // namespace

tl::expected<json, Finding> parse_json(std::string_view text, const JsonLimits& limits,
                                       RuleSet* checked) {
  LimitWatch watch(limits);
  if (checked != nullptr) checked->add(RuleId::kBodyIsJson);
  if (const auto nul = text.find('\0'); nul != text.npos)
    return tl::unexpected(nul_finding(text, nul));
  try {
    json document = json::parse(text, [&watch](int depth, json::parse_event_t event, json& parsed) {
      return watch(depth, event, parsed);
    });
    if (checked != nullptr) {
      checked->add(RuleId::kBodyDepth);
      if (limits.refuse_duplicate_members) checked->add(RuleId::kMemberOnce);
    }
    if (watch.finding()) return tl::unexpected(*watch.finding());
    return document;
  } catch (const json::parse_error& error) {
    return tl::unexpected(syntax_finding(text, error.byte));
  } catch (const json::exception&) {  // a number no double can hold
    return tl::unexpected(syntax_finding(text, 0));
  }
}

void make_numbers_whole(json& value) {
  constexpr double kExact = 9'007'199'254'740'992;  // 2^53
  if (value.is_number_float()) {
    const auto number = value.get<double>();
    if (std::abs(number) <= kExact && std::trunc(number) == number)
      value = static_cast<std::int64_t>(number);
    return;
  }
  if (!value.is_structured()) return;
  for (json& inner : value) make_numbers_whole(inner);
}

json json_or_discarded(std::string_view text) { return or_discarded<json>(text); }

nlohmann::ordered_json ordered_json_or_discarded(std::string_view text) {
  return or_discarded<nlohmann::ordered_json>(text);
}

std::string json_type_and_value(const json& value) {
  switch (value.type()) {
    case json::value_t::string:
      return "string " + quote(value.get_ref<const std::string&>());
    case json::value_t::array:
      return fmt::format("an array of {}", value.size());
    case json::value_t::object:
      return "an object";
    case json::value_t::null:
      return "null";
    case json::value_t::boolean:
      return value.get<bool>() ? "true" : "false";
    default:
      return "number " + value.dump();
  }
}

std::string json_line(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string printable_json(std::string_view document) {
  std::string out;
  out.reserve(document.size());
  for (std::size_t at = 0; at < document.size();) {
    const CodePoint point = code_point_at(document, at);
    const std::string_view bytes = document.substr(at, point.bytes);
    at += point.bytes;
    // Below DEL nothing but line breaks between members can be raw in JSON.
    if (point.value < 0x7F || is_printable(point.value)) {
      out += bytes;
    } else if (point.value <= 0xFFFF) {
      out += fmt::format("\\u{:04x}", point.value);
    } else {
      const std::int32_t above = point.value - 0x10000;
      out += fmt::format("\\u{:04x}\\u{:04x}", 0xD800 + (above >> 10), 0xDC00 + (above & 0x3FF));
    }
  }
  return out;
}

std::string pointer_to(std::string_view base, std::string_view member) {
  std::string out(base);
  out += '/';
  for (const char c : member) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

std::string pointer_to(std::string_view base, std::size_t index) {
  return fmt::format("{}/{}", base, index);
}

}  // namespace zimmock::inline contract
