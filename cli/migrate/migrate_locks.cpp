#include "cli/migrate/migrate_locks.h"

#include <filesystem>
#include <string>

#include "cli/files.h"
#include "cli/output.h"

namespace zimmock::cli {
namespace {

// An edited file is the same input, too.
Result<std::vector<std::string>> locked_inputs(const MigrateOptions& options,
                                               const MigrateJob& job) {
  std::vector<std::string> out;
  for (const client::InputFile& input : job.inputs.files) out.push_back(input.digest);
  if (out.size() == 1) {
    auto digest = client::digest_of(job.inputs);
    if (!digest) return tl::unexpected(digest.error());
    out.front() = *std::move(digest);
  }
  std::error_code ignored;
  for (const std::string& file : options.files)
    out.push_back("file " + std::filesystem::weakly_canonical(file, ignored).string());
  return out;
}

}  // namespace

Result<std::vector<RunLock>> lock_out_others(const MigrateOptions& options, const MigrateJob& job) {
  const auto inputs = locked_inputs(options, job);
  if (!inputs) return tl::unexpected(inputs.error());
  std::vector<RunLock> out;
  for (const std::string& input : *inputs) {
    auto lock =
        RunLock::take(state_folders(), {job.connection->curl.endpoint.instance, job.facts.app_id,
                                        input, job.plan.shard, job.journal});
    if (lock) {
      out.push_back(*std::move(lock));
      continue;
    }
    if (lock.error().kind == ErrorKind::kUsage) return tl::unexpected(lock.error());
    // In a container there may be nothing to write to.
    tell_line(
        "zimmock: warning: no lock could be made, so a second run that sends this file would "
        "not be refused: {}; XDG_STATE_HOME names a folder for it",
        in_line(lock.error().message));
    break;
  }
  return out;
}

}  // namespace zimmock::cli
