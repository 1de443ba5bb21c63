#include "cli/migrate/migrate_report_page.h"

#include <unordered_map>

#include "cli/migrate/migrate_report_plan.h"
#include "cli/migrate/migrate_report_writers.h"
#include "contracts/api/html_page.h"
#include "contracts/api/text.h"

namespace zimmock::cli {
namespace {

using json = nlohmann::json;

// Each user's id once, and a list as [viewer, peer, planned, done, quarantined, open, bad]: there
// may be hundreds of thousands.
void add_lists(json& page, const JournalReport& report) {
  std::unordered_map<std::string, std::size_t> places;
  json& users = page["users"] = json::array();
  const auto place_of = [&](const std::string& user) {
    const auto [found, is_new] = places.try_emplace(user, places.size());
    if (is_new) users.push_back(user);
    return found->second;
  };
  const NotedBad bad(report.plan);
  json& rows = page["rows"] = json::array();
  for (const auto& list : report.lists) {
    rows.push_back({place_of(list.id.owner), place_of(list.id.peer), list.planned, list.done,
                    list.quarantined, list.open, bad.between(list.id.owner, list.id.peer)});
  }
}

json wait_words() {
  json out = json::array();
  for (const WaitWords& words : kWaitWords)
    out.push_back({{"name", words.name}, {"title", words.title}, {"sentence", words.sentence}});
  return out;
}

}  // namespace

std::string report_page(const JournalReport& report) {
  json page = report_head_json(report);
  add_lists(page, report);
  page["wait_words"] = wait_words();
  page["quarantine_file"] = report.quarantine_file;
  return fill_html_page(migration_page().front().text, kReportMarker, page);
}

}  // namespace zimmock::cli
