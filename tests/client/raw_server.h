#pragma once

#include <cstdlib>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>

#include "tests/support/catch.h"

namespace zimmock::test {

// One accepted connection of a RawServer.
class RawConnection {
 public:
  explicit RawConnection(int fd) : fd_(fd) {}
  RawConnection(RawConnection&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  ~RawConnection() { close(); }

  // One request with its whole body; "" when the peer has closed.
  std::string read_request() {
    std::string text;
    while (true) {
      const auto head = text.find("\r\n\r\n");
      if (head != text.npos && text.size() >= head + 4 + body_length(text)) return text;
      char buffer[4096];
      const ssize_t bytes = ::recv(fd_, buffer, sizeof buffer, 0);
      if (bytes <= 0) return "";
      text.append(buffer, static_cast<std::size_t>(bytes));
    }
  }
  // What comes until the peer closes.
  std::string read_all() {
    std::string text;
    char buffer[4096];
    for (ssize_t bytes; (bytes = ::recv(fd_, buffer, sizeof buffer, 0)) > 0;) {
      text.append(buffer, static_cast<std::size_t>(bytes));
    }
    return text;
  }
  void write(const std::string& text) { ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL); }
  void answer(const std::string& body) {
    write(fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", body.size(), body));
  }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  static std::size_t body_length(const std::string& text) {
    const auto at = text.find("Content-Length: ");
    return at == text.npos ? 0 : std::strtoul(text.c_str() + at + 16, nullptr, 10);
  }

  int fd_;
};

// A listening socket on a free loopback port, and a thread that plays a script against it.
class RawServer {
 public:
  explicit RawServer(std::function<void(RawServer&)> script = {}) {
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    REQUIRE(::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(fd_, 8) == 0);
    REQUIRE(::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &length) == 0);
    port_ = ntohs(address.sin_port);
    if (script) thread_ = std::thread([this, script] { script(*this); });
  }
  ~RawServer() {
    finish();
    stop_listening();
  }

  RawConnection accept() { return RawConnection(::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC)); }
  void stop_listening() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  void finish() {
    if (thread_.joinable()) thread_.join();
  }
  // Whether somebody has connected who was not accepted yet.
  bool somebody_waits() const {
    pollfd poll_fd{fd_, POLLIN, 0};
    return ::poll(&poll_fd, 1, 0) > 0;
  }
  std::string url(std::string_view scheme = "http") const {
    return fmt::format("{}://127.0.0.1:{}", scheme, port_);
  }

 private:
  int fd_ = -1;
  int port_ = 0;
  std::thread thread_;
};

}  // namespace zimmock::test
