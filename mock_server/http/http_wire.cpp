#include "mock_server/http/http_wire.h"

#include <arpa/inet.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <utility>

#include "contracts/api/text.h"
#include "mock_server/http/file_descriptor.h"

namespace zimmock::mock {
namespace {

struct PeerAddress {
  int port = 0;
  std::string address;
};

PeerAddress peer_of(const sockaddr_storage& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    ::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    return {ntohs(v4.sin_port), text.data()};
  }
  if (address.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    ::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
    return {ntohs(v6.sin6_port), text.data()};
  }
  return {};
}

// Calls `visit` for every socket of this process whose local port this is, until it returns true.
void visit_sockets_on(int port, const std::function<bool(int)>& visit) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const int most = static_cast<int>(std::min<rlim_t>(limit.rlim_cur, 65'536));
  for (int fd = 3; fd < most; ++fd) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) continue;
    if (peer_of(address).port == port && visit(fd)) return;
  }
}

// cpp-httplib does not tell the socket, so it is looked for by its two ends. -1 if it is gone.
int socket_of(const Connection& connection) {
  int found = -1;
  visit_sockets_on(connection.local_port, [&](int fd) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (::getpeername(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return false;
    const PeerAddress peer = peer_of(address);
    if (peer.port != connection.request->remote_port ||
        peer.address != connection.request->remote_addr) {
      return false;
    }
    found = fd;
    return true;
  });
  return found;
}

void send_garbage(int fd, const WireFault& fault) {
  std::mt19937_64 random(fault.seed);
  std::string bytes(static_cast<std::size_t>(fault.bytes), '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  bytes.front() = '\0';  // never the start of an HTTP answer
  ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  ::shutdown(fd, SHUT_RDWR);
}

using Send = std::function<bool(const std::string& body, httplib::DataSink& sink)>;

// Sends the body through `send`, announced as `length` bytes long. `send` returns whether the
// connection can be used further.
void send_through(httplib::Response& out, std::size_t length, Send send) {
  const std::string content_type = out.get_header_value("Content-Type");
  auto body = std::make_shared<const std::string>(std::move(out.body));
  out.body.clear();
  out.headers.erase("Content-Type");
  out.set_content_provider(
      std::max<std::size_t>(length, 1), content_type,
      [body, send = std::move(send)](std::size_t, std::size_t, httplib::DataSink& sink) {
        return send(*body, sink);
      });
}

std::size_t part_of(const WireFault& fault, std::size_t size) {
  return fault.bytes < 0 ? size / 2 : std::min(size, static_cast<std::size_t>(fault.bytes));
}

void truncate(const WireFault& fault, const Connection& connection, httplib::Response& out) {
  const int fd = fault.ending == WireFault::Ending::kReset ? socket_of(connection) : -1;
  const std::size_t size = out.body.size();
  out.set_header("Connection", "close");
  send_through(out, size, [fault, fd](const std::string& body, httplib::DataSink& sink) {
    sink.write(body.data(), part_of(fault, body.size()));
    if (fd >= 0) reset_connection(fd);
    return false;
  });
}

void wrong_length(const WireFault& fault, httplib::Response& out) {
  const auto announced = static_cast<std::int64_t>(out.body.size()) + fault.bytes;
  const bool too_large = fault.bytes > 0;
  send_through(out, static_cast<std::size_t>(std::max<std::int64_t>(announced, 1)),
               [too_large](const std::string& body, httplib::DataSink& sink) {
                 return sink.write(body.data(), body.size()) && !too_large;
               });
}

void drip(const WireFault& fault, Pauses& pauses, httplib::Response& out) {
  const std::size_t size = out.body.size();
  send_through(out, size, [fault, &pauses](const std::string& body, httplib::DataSink& sink) {
    std::int64_t slept_ms = 0;
    for (std::size_t i = 0; i < body.size(); ++i) {
      const std::int64_t due_ms = fault.duration_ms * static_cast<std::int64_t>(i + 1) /
                                  static_cast<std::int64_t>(body.size());
      if (due_ms > slept_ms && !pauses.wait_ms(due_ms - slept_ms)) return false;
      slept_ms = due_ms;
      if (!sink.write(&body[i], 1)) return false;
    }
    return true;
  });
}

void pause(const WireFault& fault, Pauses& pauses, httplib::Response& out) {
  const std::size_t size = out.body.size();
  send_through(out, size, [fault, &pauses](const std::string& body, httplib::DataSink& sink) {
    const std::size_t half = body.size() / 2;
    return sink.write(body.data(), half) && pauses.wait_ms(fault.duration_ms) &&
           sink.write(body.data() + half, body.size() - half);
  });
}

}  // namespace

void write(HttpResponse response, httplib::Response& out) {
  out.status = response.status;
  std::string content_type = "text/plain";
  for (auto& [name, value] : response.headers) {
    if (equal_ignoring_case(name, "Content-Type")) {
      content_type = std::move(value);
    } else {
      out.set_header(name, value);
    }
  }
  out.set_content(std::move(response.body), content_type);
}

void close_after(httplib::Response& out) {
  out.set_header("Connection", "close");
  if (out.body.empty()) out.body = "\n";  // only a body has a content provider
  const std::size_t size = out.body.size();
  // A content provider that reports failure after its last byte has the connection closed.
  send_through(out, size, [](const std::string& body, httplib::DataSink& sink) {
    sink.write(body.data(), body.size());
    return false;
  });
}

void spoil(const WireFault& fault, const Connection& connection, httplib::Response& out) {
  using Kind = WireFault::Kind;
  switch (fault.kind) {
    case Kind::kReset:
      reset_connection(socket_of(connection));
      break;
    case Kind::kClose:
      ::shutdown(socket_of(connection), SHUT_RDWR);
      break;
    case Kind::kGarbage:
      send_garbage(socket_of(connection), fault);
      break;
    case Kind::kTruncate:
      truncate(fault, connection, out);
      break;
    case Kind::kLength:
      wrong_length(fault, out);
      break;
    case Kind::kDrip:
      drip(fault, *connection.pauses, out);
      break;
    case Kind::kPause:
      pause(fault, *connection.pauses, out);
      break;
    case Kind::kIntact:
      break;
  }
}

void shut_connections_on(int port) {
  visit_sockets_on(port, [](int fd) {
    ::shutdown(fd, SHUT_RDWR);
    return false;
  });
}

}  // namespace zimmock::mock
