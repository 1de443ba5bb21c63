#pragma once

#include <cstdio>
#include <memory>

namespace zimmock::client {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
// A file that is closed with its owner.
using OwnedFile = std::unique_ptr<std::FILE, CloseFile>;

}  // namespace zimmock::client
