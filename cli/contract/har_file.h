#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "contracts/api/result.h"

namespace zimmock::cli {

// An HTTP Archive that is written while the traffic goes on, and is whole after every entry: each
// is written over the tail, together with a new one. Readable by the user alone. Used by one thread
// at a time.
class HarFile {
 public:
  // Empties or makes the file. An Error (kSystem) says why it cannot be written.
  static Result<std::unique_ptr<HarFile>> create(const std::string& path);
  ~HarFile();
  HarFile(const HarFile&) = delete;
  HarFile& operator=(const HarFile&) = delete;

  // After an Error the file is as it was before.
  Result<void> add(std::string_view entry);

  // To the disk.
  Result<void> close();

 private:
  HarFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  tl::unexpected<Error> error() const;

  const std::string path_;
  int fd_;
  std::int64_t tail_at_ = 0;
  bool empty_ = true;
};

}  // namespace zimmock::cli
