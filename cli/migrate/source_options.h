#pragma once

// The options that chat histories are read with, of every command that reads them.

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "client/formats/format.h"
#include "client/formats/long_messages.h"
#include "client/plan/inputs.h"
#include "client/plan/plan.h"

namespace zimmock::cli {

struct SourceOptions {
  std::vector<std::string> files;
  std::string folder;  // that they are in; "": the current one
  std::string format = "auto";
  std::string users_file;
  bool merge_users = false;
  std::string media_map_file;
  std::string time_zone;
  std::string date_order;
  std::string language;
  bool null_is_text = false;
  std::string long_messages = "stop";
  std::string missing_media = "stop";
  std::string profile = "default";
  bool merge = false;
  std::vector<std::string> exported_by;  // "INPUT=USER"
};

// The same, read and found to make sense.
struct SourceJob {
  const client::Format* format = nullptr;  // if it is not auto
  client::Inputs inputs;
  client::FormatOptions source;
  client::LongMessages long_messages;
  std::vector<std::string> media_without_url;  // of --media-map
};

void add_source_options(CLI::App& app, SourceOptions& options);

// Reads all but the inputs. An Error (kUsage) names the option and what it takes.
Result<SourceJob> read_source_job(const SourceOptions& options);

// Looks for the inputs, and unpacks archives. The Error is find_inputs().
Result<void> find_source(const SourceOptions& options, SourceJob& job);

// Sets what the plan takes of the options.
Result<void> set_plan_options(const SourceOptions& options, const SourceJob& job,
                              client::PlanOptions& plan);

// All inputs as one source; what was unpacked is removed again.
Result<std::unique_ptr<client::SourceReader>> open_source(SourceJob& job);

// "2 files of the inputs are no chat history: ...", with `max_examples` names (0: all); "" if all
// are.
std::string no_chats_text(const SourceJob& job, std::size_t max_examples);

// Adds to the plan's notes what is to say of its inputs, with `max_examples` names (0: all).
void add_input_notes(const SourceJob& job, std::size_t max_examples, client::MigrationPlan& plan);

// An Error (kUsage) if two people would become one user, or if inputs share a conversation that
// nobody has asked to merge.
Result<void> check_apart(const SourceOptions& options, const client::MigrationPlan& plan);

// "whatsapp", "whatsapp, telegram".
std::string format_names(const client::Inputs& inputs);

}  // namespace zimmock::cli
