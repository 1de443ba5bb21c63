#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/control/control_client.h"
#include "cli/output.h"
#include "cli/table.h"
#include "contracts/api/json_text.h"
#include "mock_server/faults/fault.h"

namespace zimmock::cli {
namespace {

using json = nlohmann::json;

struct FaultOptions {
  ControlOptions control;
  std::vector<std::string> specs;
  std::optional<std::int64_t> id;
  bool as_json = false;
};

// In the order given. Of several all must be readable before the first is added; one alone is the
// mock's to judge.
Result<int> add(const ControlClient& client, const FaultOptions& options) {
  for (const std::string& spec : options.specs) {
    const auto read = mock::parse_fault(spec);
    if (!read && options.specs.size() > 1) return tl::unexpected(read.error());
  }
  for (const std::string& spec : options.specs) {
    const auto added = client.post(client.tenant_path("/faults"), {{"spec", spec}});
    if (!added) return tl::unexpected(added.error());
    if (options.as_json) {
      print_json(json_line(*added));
    } else {
      print_text("{}  {}\n", cell(*added, "id"), cell(*added, "spec"));
    }
  }
  return kOk;
}

Result<int> print_faults(const ControlClient& client, const FaultOptions& options) {
  const auto answer = client.get(client.tenant_path("/faults"));
  if (!answer) return tl::unexpected(answer.error());
  const auto rows = client.list(*answer, "faults");
  if (!rows) return tl::unexpected(rows.error());
  if (options.as_json) {
    print_json(json_line(*rows));
  } else {
    print_table(*rows, {"id", "matched", "hits", "spec"}, Heading::kNames);
  }
  return kOk;
}

Result<int> clear(const ControlClient& client, const FaultOptions& options) {
  const std::string which = options.id ? fmt::format("/faults/{}", *options.id) : "/faults";
  const auto done = client.del(client.tenant_path(which));
  if (!done) return tl::unexpected(done.error());
  return kOk;
}

Run declare_fault_add(CLI::App& app) {
  auto options = std::make_shared<FaultOptions>();
  app.add_option("SPEC", options->specs,
                 "KIND[=VALUE][,key=value]..., such as drop-reply,action=ImportPeerMsg,nth=2")
      ->required();
  app.add_flag("--json", options->as_json, "Each fault as one JSON object");
  add_tenant_control_options(app, options->control);
  return control_run(options, add);
}

Run declare_fault_list(CLI::App& app) {
  auto options = std::make_shared<FaultOptions>();
  app.add_flag("--json", options->as_json, "One JSON array instead of a table");
  add_tenant_control_options(app, options->control);
  return control_run(options, print_faults);
}

Run declare_fault_clear(CLI::App& app) {
  auto options = std::make_shared<FaultOptions>();
  app.add_option("ID", options->id, "Only this one")->check(CLI::NonNegativeNumber);
  add_tenant_control_options(app, options->control);
  return control_run(options, clear);
}

constexpr Command kFaultCommands[] = {
    {"add", "Add faults, and print their ids", declare_fault_add},
    {"list", "Print the faults, how many requests they matched and how many they hit",
     declare_fault_list},
    {"clear", "Remove one fault, or all", declare_fault_clear},
};

}  // namespace

Run setup_fault(CLI::App& app) { return setup_subcommands(app, kFaultCommands); }

}  // namespace zimmock::cli
