#pragma once

#include <unistd.h>

#include <utility>

namespace zimmock {

// Owns a file descriptor, or none (-1).
class Socket {
 public:
  explicit Socket(int fd = -1) : fd_(fd) {}
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    Socket old(std::move(*this));
    fd_ = std::exchange(other.fd_, -1);
    return *this;
  }
  int fd() const { return fd_; }

 private:
  int fd_;
};

}  // namespace zimmock
