#include <cstdio>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/table.h"
#include "client/formats/format.h"
#include "contracts/api/app_settings.h"
#include "contracts/api/codes.h"
#include "contracts/api/json_text.h"
#include "contracts/api/operations/operation.h"
#include "contracts/api/profile.h"
#include "contracts/api/sdk_delivery.h"
#include "contracts/api/text.h"
#include "contracts/rules/rules.h"
#include "mock_server/control/control_api.h"
#include "mock_server/faults/fault.h"

namespace zimmock::cli {
namespace {

using json = nlohmann::json;

std::string rate_text(const RateLimit& rate) {
  switch (rate.per) {
    case RateLimit::Per::kGroup:
      return fmt::format("{}/s of a group", rate.calls);
    case RateLimit::Per::kRoom:
      return fmt::format("{}/s of a room", rate.calls);
    case RateLimit::Per::kApp:
      break;
  }
  return fmt::format("{}/s", rate.calls);
}

json list_actions() {
  json rows = json::array();
  for (const Operation* row : all_operations()) {
    rows.push_back({{"name", row->name},
                    {"emulated", row->emulated() ? "yes" : "no"},
                    {"method", row->method},
                    {"area", row->area},
                    {"rate", rate_text(row->rate)},
                    {"rate_code", row->rate.code == 0 ? json() : json(row->rate.code)},
                    {"repeatable", !row->emulated()  ? ""
                                   : row->repeatable ? "yes"
                                                     : "no"},
                    {"what", row->host.empty() ? std::string(row->what)
                                               : fmt::format("{} (at {})", row->what, row->host)}});
  }
  return rows;
}

json list_rules() {
  json rows = json::array();
  for (const Rule& row : all_rules()) {
    rows.push_back({{"name", row.id},
                    {"mark", to_string(row.mark)},
                    {"binds", to_string(row.binds)},
                    {"code", row.code},
                    {"section", row.section},
                    {"what", row.statement}});
  }
  return rows;
}

json list_codes() {
  json rows = json::array();
  for (const ReturnCode& row : return_codes()) {
    rows.push_back({{"name", std::to_string(row.code)},
                    {"class", to_string(row.code_class)},
                    {"what", row.meaning}});
  }
  return rows;
}

json list_app_settings() {
  json rows = json::array();
  for (const AppSetting& row : app_settings())
    rows.push_back({{"name", row.name}, {"default", row.standard}, {"what", row.what}});
  return rows;
}

json list_settings() {
  json rows = json::array();
  const Profile standard = default_profile(), strict = strict_profile();
  for (const Setting& row : settings()) {
    rows.push_back({{"name", row.name},
                    {"mark", to_string(row.mark)},
                    {"default", row.value(standard)},
                    {"strict", row.value(strict)},
                    {"what", row.statement}});
  }
  return rows;
}

json list_delivery() {
  json rows = json::array();
  for (const DeliveryRule& row : delivery_rules()) {
    rows.push_back({{"name", row.rule().id},
                    {"mark", to_string(row.rule().mark)},
                    {"delivery", to_string(row.delivery)},
                    {"what", row.rule().statement}});
  }
  return rows;
}

json list_formats() {
  json rows = json::array();
  for (const client::Format& row : client::formats()) {
    rows.push_back({{"name", row.name}, {"what", row.description}});
  }
  return rows;
}

std::string whens(const mock::FaultKind& kind) {
  std::vector<std::string_view> out{to_string(kind.default_when)};
  for (const mock::FaultWhen when : {mock::FaultWhen::kBeforeRead, mock::FaultWhen::kBeforeEffect,
                                     mock::FaultWhen::kAfterEffect, mock::FaultWhen::kMidBody}) {
    const bool can = (kind.whens & static_cast<unsigned>(when)) != 0;
    if (can && when != kind.default_when) out.push_back(to_string(when));
  }
  return fmt::format("{}", fmt::join(out, " "));
}

json list_faults() {
  json rows = json::array();
  for (const mock::FaultKind& row : mock::fault_kinds()) {
    rows.push_back(
        {{"name", row.name}, {"value", row.value}, {"when", whens(row)}, {"what", row.what}});
  }
  return rows;
}

json list_control() {
  json rows = json::array();
  for (const mock::ControlRoute& row : mock::control_routes()) {
    rows.push_back({{"name", fmt::format("{} {}{}", row.method, mock::kControlPath, row.path)},
                    {"what", row.what}});
  }
  return rows;
}

struct Kind {
  std::string_view name;
  json (*rows)();
  std::vector<std::string_view> columns;
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> rows{
      {"actions", list_actions, {"name", "emulated", "area", "rate", "rate_code", "what"}},
      {"rules", list_rules, {"name", "mark", "code", "what"}},
      {"codes", list_codes, {"name", "class", "what"}},
      {"settings", list_settings, {"name", "mark", "default", "strict", "what"}},
      {"app-settings", list_app_settings, {"name", "default", "what"}},
      {"delivery", list_delivery, {"name", "mark", "delivery", "what"}},
      {"faults", list_faults, {"name", "value", "when", "what"}},
      {"formats", list_formats, {"name", "what"}},
      {"control", list_control, {"name", "what"}},
  };
  return rows;
}

}  // namespace

Run setup_list(CLI::App& app) {
  struct Options {
    std::string kind;
    bool as_json = false;
  };
  auto options = std::make_shared<Options>();
  app.add_option(
         "KIND", options->kind,
         "actions, rules, codes, settings, app-settings, delivery, faults, formats or control")
      ->required();
  app.add_flag("--json", options->as_json, "One JSON array instead of a table");
  return [options] {
    std::vector<std::string_view> names;
    for (const Kind& kind : kinds()) {
      names.push_back(kind.name);
      if (kind.name != options->kind) continue;
      const json rows = kind.rows();
      if (options->as_json) {
        print_json(rows.dump(2));
      } else {
        print_table(rows, kind.columns);
      }
      return static_cast<int>(kOk);
    }
    return complain(kUsage, fmt::format("list: expected {}, got {}{}", fmt::join(names, ", "),
                                        quote(options->kind), did_you_mean(options->kind, names)));
  };
}

}  // namespace zimmock::cli
