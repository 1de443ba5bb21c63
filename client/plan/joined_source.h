#pragma once

// Several sources as one: the records of the first, then those of the second, and so on.

#include <memory>
#include <string>
#include <vector>

#include "client/formats/format.h"

namespace zimmock::client {

struct JoinedInput {
  std::string name;  // begins the pointer of its records
  std::unique_ptr<SourceReader> reader;
};

// One at least, and no more than 2^20, each of at most 2^44 bytes. Their facts are added up.
std::unique_ptr<SourceReader> join_sources(std::vector<JoinedInput> inputs);

}  // namespace zimmock::client
