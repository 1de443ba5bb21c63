#pragma once

// Records of a source as outputs name them, so that each can be found and repaired.

#include <span>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "client/formats/format.h"

namespace zimmock::cli {

// {"line", "record_pointer", "id", "from", "to", "time_ms"}: RecordName's; time_ms is null if it is
// not known.
nlohmann::json place_json(std::uint32_t line, const client::RecordName& name);

// An array of these.
nlohmann::json places_json(std::span<const client::NamedRecord> records);

// The records of an object that has places_json() as `places`, or of before only `lines`.
std::vector<client::NamedRecord> places_in(const nlohmann::json& group);

// Their lines, each once.
std::vector<std::uint32_t> lines_of(std::span<const client::NamedRecord> records);

// "line 3", "lines 3, 4, ..."; with place_text() where lines alone do not tell them apart. ", ..."
// if there are `more`.
std::string places_text(std::span<const client::NamedRecord> records, bool more);

}  // namespace zimmock::cli
