#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "client/plan/plan.h"
#include "contracts/api/result.h"

namespace zimmock::cli {

// A run that sends a file's messages to a service, in what makes another run send the same ones.
struct LockedRun {
  std::string service;  // Endpoint::instance
  std::uint32_t app_id = 0;
  std::string input;  // the file's digest, or its path
  client::Shard shard;
  std::filesystem::path journal;  // for the message to another run
};

// Keeps this user's runs on this machine from sending the same messages at once, whatever their
// journals are. Goes with its process, however that ends. Runs on two machines, or with folders of
// their own, do not see each other.
class RunLock {
 public:
  // In the first of the folders that can hold a lock; made if it is not there, for this user alone.
  // Errors: kUsage names the run that is under way; kSystem says why no folder will do.
  static Result<RunLock> take(const std::vector<std::filesystem::path>& folders,
                              const LockedRun& run);

  RunLock() = default;  // of nothing
  RunLock(RunLock&& other) noexcept;
  RunLock& operator=(RunLock&& other) noexcept;
  ~RunLock();

 private:
  static Result<RunLock> take_in(const std::filesystem::path& folder, const LockedRun& run);
  RunLock(int fd, std::filesystem::path path) : fd_(fd), path_(std::move(path)) {}

  int fd_ = -1;
  std::filesystem::path path_;
};

}  // namespace zimmock::cli
