#include "cli/migrate/record_places.h"

#include <algorithm>

#include "client/formats/json_members.h"

namespace zimmock::cli {
namespace {

using json = nlohmann::json;

}  // namespace

json place_json(std::uint32_t line, const client::RecordName& name) {
  return {{"line", line},  {"record_pointer", name.pointer},
          {"id", name.id}, {"from", name.from},
          {"to", name.to}, {"time_ms", name.time_ms > 0 ? json(name.time_ms) : json()}};
}

json places_json(std::span<const client::NamedRecord> records) {
  json out = json::array();
  for (const client::NamedRecord& one : records) out.push_back(place_json(one.line, one.name));
  return out;
}

std::vector<client::NamedRecord> places_in(const json& group) {
  std::vector<client::NamedRecord> out;
  for (const json& one : client::array_of(group, "places")) {
    out.push_back({static_cast<std::uint32_t>(client::integer_of(one, "line").value_or(0)),
                   {client::string_of(one, "record_pointer"), client::string_of(one, "id"),
                    client::string_of(one, "from"), client::string_of(one, "to"),
                    client::integer_of(one, "time_ms").value_or(0)}});
  }
  if (!out.empty()) return out;
  for (const json& line : client::array_of(group, "lines"))
    out.push_back({static_cast<std::uint32_t>(client::integer_of(line).value_or(0)), {}});
  return out;
}

std::vector<std::uint32_t> lines_of(std::span<const client::NamedRecord> records) {
  std::vector<std::uint32_t> out;
  for (const client::NamedRecord& one : records) {
    if (std::find(out.rbegin(), out.rend(), one.line) == out.rend()) out.push_back(one.line);
  }
  return out;
}

std::string places_text(std::span<const client::NamedRecord> records, bool more) {
  if (records.empty()) return "";
  const bool named = std::any_of(records.begin(), records.end(),
                                 [](const auto& one) { return !one.name.pointer.empty(); });
  std::string out = named ? "" : records.size() == 1 ? "line " : "lines ";
  for (const client::NamedRecord& one : records) {
    if (&one != &records.front()) out += ", ";
    out += named ? client::place_text(one.line, one.name) : std::to_string(one.line);
  }
  return out + (more ? ", ..." : "");
}

}  // namespace zimmock::cli
