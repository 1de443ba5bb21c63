#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "contracts/api/clock.h"
#include "mock_server/http/file_descriptor.h"

namespace zimmock::mock {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

// A TCP socket for that address, non-blocking; without one when the system has none left.
FileDescriptor open_tcp(const SocketAddress& address);

// One connection of a ConnectProxy, from its first byte to its last; ConnectProxy's header says
// what it accepts and answers.
class ProxyConnection {
 public:
  struct Site {
    SocketAddress upstream;
    SocketAddress plain_upstream;
    int wake_fd;  // readable, or hung up, when the proxy stops
    std::int64_t head_timeout_ms;
    const Clock& clock;
  };

  ProxyConnection(FileDescriptor client, const Site& site);

  // Blocks until the connection has ended or the proxy stops.
  void serve();

 private:
  struct Refusal {
    int status;
    std::string_view reason;
    std::string line;
  };
  static Refusal not_reached();

  int patience_ms() const;
  std::optional<Refusal> read_head();
  std::optional<Refusal> judge_connect(std::string_view target, const std::string& shown) const;
  std::optional<Refusal> judge(std::string_view head);
  void serve_tunnel();
  void serve_request();
  bool send_all(std::string_view text) const;
  void refuse(const Refusal& refusal) const;
  FileDescriptor connect_to(const SocketAddress& address) const;

  FileDescriptor client_;
  const Site& site_;
  std::int64_t deadline_ns_;  // for the head, and for the answer to it
  std::string received_;
  std::size_t head_bytes_ = 0;  // with the empty line; 0 until all of it is there
  std::string origin_head_;     // of a request in absolute form: what the listener gets instead
};

}  // namespace zimmock::mock
