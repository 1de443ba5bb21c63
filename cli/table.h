#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace zimmock::cli {

// A member of an object for a terminal: a text in one line, a list with commas, "" for what is
// missing or null, anything else as JSON.
std::string cell(const nlohmann::json& row, std::string_view column);

enum class Heading { kNone, kNames };

// One line a row, columns aligned; with kNames the columns' names come first.
void print_table(const nlohmann::json& rows, const std::vector<std::string_view>& columns,
                 Heading heading = Heading::kNone);

// An object's members, one a line.
void print_members(const nlohmann::json& object);

}  // namespace zimmock::cli
