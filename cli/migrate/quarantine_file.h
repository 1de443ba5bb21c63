#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "client/journal/journal.h"
#include "client/plan/plan.h"
#include "contracts/api/result.h"

namespace zimmock::cli {

// The records that cannot be imported, a JSON line each: where each stands in the source, what it
// is called there (place_json), why, and the record itself for `migrate retry`, in format zim
// (client/formats/quarantine.h). Written
// beside its place and moved there at the end, so that it is whole or not there.
class QuarantineFile {
 public:
  QuarantineFile() = default;
  QuarantineFile(QuarantineFile&&) = default;
  QuarantineFile& operator=(QuarantineFile&&) = default;
  ~QuarantineFile();

  // An Error (kUsage) if it cannot be written, or is there and not of an earlier run.
  Result<void> open(const std::filesystem::path& path);
  bool is_open() const { return file_ != nullptr; }

  // Takes the plan's findings as they come. The file must not move meanwhile.
  client::FindingLog::BadSink bad_sink();

  // Adds what the service refused, and moves the file to its place; removes it if it is empty.
  Result<void> finish(const client::MigrationPlan& plan, const client::SourceReader& source,
                      const client::Quarantine& refused);

  const std::filesystem::path& path() const { return path_; }
  std::uint64_t count() const { return count_; }  // of lines

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::filesystem::path part() const { return path_.string() + ".part"; }
  void add(const nlohmann::json& row);

  std::filesystem::path path_;
  std::unique_ptr<std::FILE, Close> file_;
  std::uint64_t count_ = 0;
  std::optional<std::pair<std::uint32_t, std::string>> last_;  // the record of the last finding
};

}  // namespace zimmock::cli
