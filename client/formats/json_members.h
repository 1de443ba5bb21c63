#pragma once

// Members of a source's objects, whose types nobody has checked: what is not of the type asked for
// is not there.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace zimmock::client {

// The member, or null; null for what is no object too.
const nlohmann::json& member_of(const nlohmann::json& object, std::string_view name);

// "" if it is no string.
const std::string& string_of(const nlohmann::json& value);
const std::string& string_of(const nlohmann::json& object, std::string_view name);

// Nothing if it is no integer, or none of 64 bits with a sign.
std::optional<std::int64_t> integer_of(const nlohmann::json& value);
std::optional<std::int64_t> integer_of(const nlohmann::json& object, std::string_view name);

// Integers, and numbers and decimal strings that say one.
std::optional<std::int64_t> loose_integer_of(const nlohmann::json& object, std::string_view name);

// The nearest integer to a number, as of seconds; nothing if it is none or too large to be exact.
std::optional<std::int64_t> rounded_of(const nlohmann::json& object, std::string_view name);

// An id, whether written as a string or as an integer; "" if it is neither.
std::string id_of(const nlohmann::json& value);
std::string id_of(const nlohmann::json& object, std::string_view name);

// False if it is not true.
bool is_true(const nlohmann::json& object, std::string_view name);

// What is no array has no elements.
const nlohmann::json& array_of(const nlohmann::json& object, std::string_view name);

}  // namespace zimmock::client
