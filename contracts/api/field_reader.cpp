#include "contracts/api/field_reader.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "contracts/api/json_text.h"
#include "contracts/api/text.h"

namespace zimmock::inline contract {
namespace {

using json = nlohmann::json;

bool fits_int64(const json& value) {
  if (value.is_number_unsigned()) {
    return value.get<std::uint64_t>() <=
           static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  }
  return value.is_number_integer();
}

// What to do about the commonest wrong type of all: a document or a number inside a string.
std::string got_instead(const json& value, bool wanted_string) {
  std::string got = json_type_and_value(value);
  if (wanted_string || !value.is_string()) return got;
  const auto& text = value.get_ref<const std::string&>();
  if (!text.empty() && (text.front() == '{' || text.front() == '[')) {
    got += " (a JSON document as a string: send the document itself)";
  } else if (parse_int64(text)) {
    got += " (a number as a string: send the number)";
  }
  return got;
}

}  // namespace

void check_max_bytes(const std::optional<std::string>& text, std::size_t max, RuleId rule_id,
                     std::string pointer, Findings& findings) {
  if (!text) return;
  findings.check(rule_id);
  if (text->size() <= max) return;
  findings.refuse(rule_id, std::move(pointer), fmt::format("at most {} bytes", max),
                  fmt::format("{} bytes", text->size()));
}

void Findings::refuse(Finding finding) {
  check(finding.rule_id);
  refusals.push_back(std::move(finding));
}

void Findings::warn(Finding finding) {
  check(finding.rule_id);
  warnings.push_back(std::move(finding));
}

void Findings::refuse(RuleId id, std::string pointer, std::string expected, std::string got) {
  refuse({id, std::move(pointer), std::move(expected), std::move(got)});
}

void Findings::warn(RuleId id, std::string pointer, std::string expected, std::string got) {
  warn({id, std::move(pointer), std::move(expected), std::move(got)});
}

FieldReader::FieldReader(const json& object, std::string pointer, Findings& findings, Kind kind)
    : object_(object), pointer_(std::move(pointer)), findings_(findings), kind_(kind) {}

std::string FieldReader::pointer(std::string_view name) const {
  return pointer_to(pointer_, printable_line(name));
}

const json* FieldReader::find(std::string_view name, Type type, bool required) {
  asked_.push_back(name);
  static constexpr std::string_view kWanted[] = {"a string", "an integer", "an object", "an array",
                                                 "true or false"};
  const auto expected = [type] { return std::string(kWanted[static_cast<int>(type)]); };
  const bool media = kind_ == Kind::kMedia;
  const RuleId presence = media ? RuleId::kMediaMember : RuleId::kMemberPresent;
  const RuleId type_rule = media ? RuleId::kMediaMember : RuleId::kMemberType;
  const auto found = object_.find(name);
  if (required) findings_.check(presence);
  if (found == object_.end()) {
    if (required) findings_.refuse(presence, pointer(name), expected(), "nothing");
    return nullptr;
  }
  findings_.check(type_rule);
  const bool fits = (type == Type::kString && found->is_string()) ||
                    (type == Type::kInteger && fits_int64(*found)) ||
                    (type == Type::kObject && found->is_object()) ||
                    (type == Type::kArray && found->is_array()) ||
                    (type == Type::kBoolean && found->is_boolean());
  if (!fits) {
    findings_.refuse(type_rule, pointer(name), expected(),
                     got_instead(*found, type == Type::kString));
    return nullptr;
  }
  return &*found;
}

std::optional<std::string> FieldReader::required_string(std::string_view name) {
  const json* found = find(name, Type::kString, true);
  return found == nullptr ? std::nullopt : std::optional(found->get<std::string>());
}

std::optional<std::int64_t> FieldReader::required_int(std::string_view name) {
  const json* found = find(name, Type::kInteger, true);
  return found == nullptr ? std::nullopt : std::optional(found->get<std::int64_t>());
}

const json* FieldReader::required_object(std::string_view name) {
  return find(name, Type::kObject, true);
}

const json* FieldReader::required_array(std::string_view name) {
  return find(name, Type::kArray, true);
}

std::optional<std::string> FieldReader::optional_string(std::string_view name) {
  const json* found = find(name, Type::kString, false);
  return found == nullptr ? std::nullopt : std::optional(found->get<std::string>());
}

std::optional<std::int64_t> FieldReader::optional_int(std::string_view name) {
  const json* found = find(name, Type::kInteger, false);
  return found == nullptr ? std::nullopt : std::optional(found->get<std::int64_t>());
}

std::optional<bool> FieldReader::optional_bool(std::string_view name) {
  const json* found = find(name, Type::kBoolean, false);
  return found == nullptr ? std::nullopt : std::optional(found->get<bool>());
}

const json* FieldReader::optional_object(std::string_view name) {
  return find(name, Type::kObject, false);
}

bool FieldReader::has(std::string_view name) {
  asked_.push_back(name);
  return object_.contains(name);
}

void FieldReader::report_unknown(bool refuse) {
  findings_.check(RuleId::kMemberKnown);
  for (const auto& [name, value] : object_.items()) {
    if (std::find(asked_.begin(), asked_.end(), name) != asked_.end()) continue;
    Finding finding{RuleId::kMemberKnown, pointer(name), "a member of this operation",
                    quote(name) + did_you_mean(name, asked_)};
    refuse ? findings_.refuse(std::move(finding)) : findings_.warn(std::move(finding));
  }
}

}  // namespace zimmock::inline contract
