#include "cli/table.h"

#include <algorithm>
#include <cstdio>
#include <limits>

#include <fmt/format.h>

#include "cli/message_text.h"
#include "cli/output.h"
#include "contracts/api/json_text.h"

namespace zimmock::cli {
namespace {

using json = nlohmann::json;
using Line = std::vector<std::string>;

std::string text_of(const json& value) {
  if (value.is_null()) return {};
  if (value.is_string()) {
    return one_line(value.get_ref<const std::string&>(), std::numeric_limits<std::size_t>::max());
  }
  if (!value.is_array()) return json_line(value);
  std::string out;
  for (const json& item : value) out += (out.empty() ? "" : ", ") + text_of(item);
  return out;
}

void print_lines(const std::vector<Line>& lines) {
  std::vector<std::size_t> widths;
  for (const Line& line : lines) {
    widths.resize(std::max(widths.size(), line.size()));
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  }
  for (const Line& line : lines) {
    std::string out;
    for (std::size_t i = 0; i < line.size(); ++i)
      out += fmt::format("{:<{}}  ", line[i], widths[i]);
    out.erase(out.find_last_not_of(' ') + 1);
    print_text("{}\n", out);
  }
}

}  // namespace

std::string cell(const json& row, std::string_view column) {
  const auto found = row.find(column);
  return found == row.end() ? "" : text_of(*found);
}

void print_table(const json& rows, const std::vector<std::string_view>& columns, Heading heading) {
  std::vector<Line> lines;
  if (heading == Heading::kNames) lines.emplace_back(columns.begin(), columns.end());
  for (const json& row : rows) {
    Line& line = lines.emplace_back();
    for (const std::string_view column : columns) line.push_back(cell(row, column));
  }
  print_lines(lines);
}

void print_members(const json& object) {
  std::vector<Line> lines;
  for (const auto& [name, value] : object.items()) lines.push_back({name, text_of(value)});
  print_lines(lines);
}

}  // namespace zimmock::cli
