#pragma once

// What a mock is seeded with: our own document, or a chat history of any format that migrate reads.

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/migrate/source_options.h"
#include "contracts/api/result.h"
#include "contracts/record/entities.h"

namespace zimmock::cli {

struct SeedOptions : SourceOptions {
  std::string file;  // "": none; "-": our document on stdin
  std::string bad = "stop";

  // True if one is given that a document of ours has no use for.
  bool converts() const;
};

// All but the file.
void add_seed_options(CLI::App& app, SeedOptions& options);

struct Seed {
  std::string document;            // JSON Lines, as state_document.h says
  std::vector<std::string> notes;  // sentences: what was left out of it, with the counts
};

// "2 groups, 5 members of groups: the mock does not have these yet, so they were left out".
std::string mock_lacks(const EntityCounts& left_out);

// Reads the whole file.
// - Our own document, as migrated or as exported, stays as it is, to the byte. So does what comes
// by
//   a pipe, and what nobody can tell from a broken one. Messages without tenant, users, devices and
//   MsgSeqs are a history: if they are out of order, they are sorted; if options are given, they
//   are read as migrate reads them.
// - Any other format is converted as migrate reads it: in both users' lists as the source says,
//   oldest first, with the source's times.
// Errors: kUsage for a file or an option that is wrong; kInput if there is no message to import, or
// one that cannot be (unless --bad skip).
Result<Seed> read_seed(const SeedOptions& options);

}  // namespace zimmock::cli
