#pragma once

#include <csignal>

#include "contracts/api/result.h"
#include "mock_server/http/file_descriptor.h"

namespace zimmock::cli {

// Knows when the process that started this one is gone: the whole process, not merely the thread
// that forked. Linux 5.3 and later; elsewhere open() is an Error (kSystem) that says so.
//
// A process whose parent ends is given to process 1 or to a reaper in between. open() is an Error
// too where that is seen to have happened already; what it cannot see is an adoption by a reaper
// before it was called, so it belongs at the start of main().
class ParentWatch {
 public:
  static Result<ParentWatch> open();

  // Blocks until one of `signals` comes, which must be blocked in every thread, or the parent is
  // gone.
  void wait(const sigset_t& signals) const;

 private:
  explicit ParentWatch(mock::FileDescriptor parent) : parent_(std::move(parent)) {}
  mock::FileDescriptor parent_;
};

}  // namespace zimmock::cli
