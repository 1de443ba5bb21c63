#include <cstdio>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/control/control_client.h"
#include "cli/files.h"
#include "cli/migrate/seed_document.h"
#include "cli/output.h"
#include "cli/table.h"
#include "contracts/api/json_text.h"

namespace zimmock::cli {
namespace {

struct StateOptions {
  ControlOptions control;
  std::string file;  // to export to
  SeedOptions seed;  // to import
  bool replace = false;
};

Result<int> export_state(const ControlClient& client, const StateOptions& options) {
  const auto document = client.get_document(client.tenant_path("/state"));
  if (!document) return tl::unexpected(document.error());
  if (options.file.empty()) {
    print_exact(printable_json(*document));
    return kOk;
  }
  if (const auto written = write_file_atomically(options.file, printable_json(*document));
      !written) {
    return tl::unexpected(written.error());
  }
  return kOk;
}

Result<int> import_state(const ControlClient& client, const StateOptions& options) {
  auto seed = read_seed(options.seed);
  if (!seed) return tl::unexpected(seed.error());
  const auto counts = client.send_document(options.replace ? "PUT" : "POST",
                                           client.tenant_path("/state"), std::move(seed->document));
  if (!counts) return tl::unexpected(counts.error());
  print_text("{} users, {} devices, {} messages\n", cell(*counts, "users"),
             cell(*counts, "devices"), cell(*counts, "messages"));
  if (const auto left_out = counts->find("left_out"); left_out != counts->end())
    seed->notes.push_back(mock_lacks(left_out->get<EntityCounts>()));
  for (const std::string& note : seed->notes) tell_line("zimmock: note: {}", in_line(note));
  return kOk;
}

Result<int> reset(const ControlClient& client, const StateOptions&) {
  const auto done = client.del(client.tenant_path("/state"));
  if (!done) return tl::unexpected(done.error());
  return kOk;
}

Run declare_export(CLI::App& app) {
  auto options = std::make_shared<StateOptions>();
  app.add_option("-o,--output", options->file, "Write to this file, as a whole or not at all");
  add_tenant_control_options(app, options->control);
  return control_run(options, export_state, kStateTimeoutMs);
}

Run declare_import(CLI::App& app) {
  auto options = std::make_shared<StateOptions>();
  app.add_option("FILE", options->seed.file,
                 "The document, JSON Lines (- is stdin), or a chat history of any format that "
                 "migrate reads")
      ->required();
  add_seed_options(app, options->seed);
  app.add_flag("--replace", options->replace, "Replace the App's state instead of adding to it");
  add_tenant_control_options(app, options->control);
  return control_run(options, import_state, kStateTimeoutMs);
}

Run declare_reset(CLI::App& app) {
  auto options = std::make_shared<StateOptions>();
  add_tenant_control_options(app, options->control);
  return control_run(options, reset, kStateTimeoutMs);
}

constexpr Command kStateCommands[] = {
    {"export", "Print an App's users, devices and messages as JSON Lines", declare_export},
    {"import", "Add such a document, or a chat history, to an App, and print the counts",
     declare_import},
    {"reset", "Forget an App's users, devices, messages, faults and requests; the clock stays",
     declare_reset},
};

}  // namespace

Run setup_state(CLI::App& app) { return setup_subcommands(app, kStateCommands); }

}  // namespace zimmock::cli
