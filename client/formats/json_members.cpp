#include "client/formats/json_members.h"

#include <cmath>
#include <limits>

#include "contracts/api/text.h"

namespace zimmock::client {
namespace {

using json = nlohmann::json;

const json kNull;
const json kNoElements = json::array();
const std::string kNoText;

}  // namespace

const json& member_of(const json& object, std::string_view name) {
  if (!object.is_object()) return kNull;
  const auto found = object.find(name);
  return found == object.end() ? kNull : *found;
}

const std::string& string_of(const json& value) {
  return value.is_string() ? value.get_ref<const std::string&>() : kNoText;
}

const std::string& string_of(const json& object, std::string_view name) {
  return string_of(member_of(object, name));
}

std::optional<std::int64_t> integer_of(const json& value) {
  if (!value.is_number_integer()) return std::nullopt;
  const bool fits = !value.is_number_unsigned() ||
                    value.get<std::uint64_t>() <= std::numeric_limits<std::int64_t>::max();
  if (!fits) return std::nullopt;
  return value.get<std::int64_t>();
}

std::optional<std::int64_t> integer_of(const json& object, std::string_view name) {
  return integer_of(member_of(object, name));
}

std::optional<std::int64_t> loose_integer_of(const json& object, std::string_view name) {
  const json& value = member_of(object, name);
  if (value.is_string()) return parse_int64(value.get_ref<const std::string&>());
  const auto rounded = rounded_of(object, name);
  return rounded && value == *rounded ? rounded : std::nullopt;
}

std::optional<std::int64_t> rounded_of(const json& object, std::string_view name) {
  constexpr double kMaxExact = 9007199254740992.0;  // 2^53
  const json& value = member_of(object, name);
  if (!value.is_number_float()) return integer_of(value);
  const auto number = value.get<double>();
  if (!(std::abs(number) <= kMaxExact)) return std::nullopt;
  return std::llround(number);
}

std::string id_of(const json& value) {
  return value.is_number_integer() ? value.dump() : string_of(value);
}

std::string id_of(const json& object, std::string_view name) {
  return id_of(member_of(object, name));
}

bool is_true(const json& object, std::string_view name) { return member_of(object, name) == true; }

const json& array_of(const json& object, std::string_view name) {
  const json& value = member_of(object, name);
  return value.is_array() ? value : kNoElements;
}

}  // namespace zimmock::client
