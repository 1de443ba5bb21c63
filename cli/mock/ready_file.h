#pragma once

// The file of --ready-file, by which whoever has started a command sees that it answers.

#include <filesystem>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "contracts/api/result.h"

namespace zimmock::cli {

// It is there for as long as the command answers: an earlier run's is removed while the command
// line is read, before anything can go wrong, and this run's when the object goes.
class ReadyFile {
 public:
  // Declares --ready-file, and removes the file as soon as it is named.
  static std::shared_ptr<ReadyFile> declare(CLI::App& app);

  ReadyFile() = default;
  ReadyFile(const ReadyFile&) = delete;
  ReadyFile& operator=(const ReadyFile&) = delete;
  ~ReadyFile() { remove(); }

  // An Error (kUsage) if an earlier run's file is still there: it would be taken for this run's.
  Result<void> check() const;

  // All of it at once. Does nothing if no file was named. The Error says why it could not be
  // written.
  Result<void> write(const std::string& text);

  // Removes what write() has written, unless another run has put its own there since.
  void remove();

 private:
  void name(const std::string& path);

  std::filesystem::path path_;
  std::string not_removed_;  // why the earlier run's is still there
  std::string written_;
};

}  // namespace zimmock::cli
