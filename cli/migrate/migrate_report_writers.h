#pragma once

#include <span>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "cli/migrate/migrate_report_data.h"

namespace zimmock::cli {

nlohmann::json status_json(const JournalReport& report);
std::string status_text(const JournalReport& report);

// docs/schema/migration-report.schema.json describes it. Of two migrations of one input that ended
// alike all is equal, however often each was interrupted, but for the members `runs`, `timing`,
// `recovered` and `imported`.
nlohmann::json report_json(const JournalReport& report);
// The same without `conversations`.
nlohmann::json report_head_json(const JournalReport& report);

std::string report_text(const JournalReport& report);

// One file, which loads nothing.
std::string report_page(const JournalReport& report);

}  // namespace zimmock::cli
