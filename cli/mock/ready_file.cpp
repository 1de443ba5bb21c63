#include "cli/mock/ready_file.h"

#include <system_error>

#include <fmt/format.h>

#include "cli/files.h"

namespace zimmock::cli {

namespace fs = std::filesystem;

std::shared_ptr<ReadyFile> ReadyFile::declare(CLI::App& app) {
  auto file = std::make_shared<ReadyFile>();
  // At once: an option behind it may be wrong, and then nothing else of the command is run.
  app.add_option_function<std::string>(
         "--ready-file", [file](const std::string& path) { file->name(path); },
         "Write the first line to this file too, as a whole, once the mock answers. The file is "
         "removed at the start and at the end")
      ->trigger_on_parse();
  return file;
}

void ReadyFile::name(const std::string& path) {
  path_ = path;
  std::error_code failed;
  const fs::file_type type = fs::symlink_status(path_, failed).type();
  if (type != fs::file_type::regular && type != fs::file_type::symlink) return;
  if (!fs::remove(path_, failed) && failed) not_removed_ = failed.message();
}

Result<void> ReadyFile::check() const {
  if (not_removed_.empty()) return {};
  return fail(ErrorKind::kUsage,
              fmt::format("--ready-file: {}: could not remove the file of an earlier run: {}",
                          path_.string(), not_removed_));
}

Result<void> ReadyFile::write(const std::string& text) {
  if (path_.empty()) return {};
  written_ = text;
  return write_file_atomically(path_, text, Readers::kAnyone);
}

void ReadyFile::remove() {
  if (written_.empty()) return;
  const auto there = read_small_file(path_);
  std::error_code ignored;
  if (there && *there == written_) fs::remove(path_, ignored);
  written_.clear();
}

}  // namespace zimmock::cli
