#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <utility>

namespace zimmock::mock {

// Owns a file descriptor, or none (-1).
class FileDescriptor {
 public:
  explicit FileDescriptor(int fd = -1) : fd_(fd) {}
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    FileDescriptor old(std::move(*this));
    fd_ = std::exchange(other.fd_, -1);
    return *this;
  }
  int fd() const { return fd_; }

 private:
  int fd_;
};

// Sends a TCP RST at once: what dissolving the association of a connected socket does. Nothing
// happens to what is no such socket. The descriptor stays open.
inline void reset_connection(int fd) {
  sockaddr nobody{};
  nobody.sa_family = AF_UNSPEC;
  ::connect(fd, &nobody, sizeof nobody);
}

}  // namespace zimmock::mock
