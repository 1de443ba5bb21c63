#pragma once

// Everybody and every file that chat histories name, before --users and --media-map are made.

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "cli/migrate/source_options.h"

namespace zimmock::cli {

struct MessagesOf {
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
};

struct SourcePeople {
  std::map<std::string, MessagesOf> people;  // by the source's id; of broken records, too
  std::set<std::string, std::less<>> media;  // as --media-map takes them
  std::map<std::string, std::uint64_t, std::less<>> skipped;  // SourceFacts'
  client::UserMap users;  // propose_user_ids(), by --users where it has one
};

// Reads the inputs to their end; they can be opened again. The Error is the reader's.
Result<SourcePeople> people_of(const SourceJob& job);

}  // namespace zimmock::cli
