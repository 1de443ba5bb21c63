#include "mock_server/proxy/proxy_connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

#include "contracts/api/redaction.h"
#include "contracts/api/text.h"
#include "contracts/api/vendor_hosts.h"
#include "mock_server/http/certificate_authority.h"
#include "mock_server/proxy/tunnel.h"

namespace zimmock::mock {
namespace {

constexpr std::size_t kMaxHeadBytes = 8 * 1024;
constexpr std::string_view kHttpsPort = "443";

// What of a refused request's body is read, so that its sender sees the answer and no reset.
constexpr std::size_t kMaxRefusedBodyBytes = 64 * 1024;

bool failed_for_good() { return errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR; }

void set_no_delay(int fd) {
  const int yes = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

bool is_vendor_host(std::string_view host) {
  const auto hosts = kVendorHosts;
  return std::any_of(hosts.begin(), hosts.end(),
                     [host](std::string_view known) { return equal_ignoring_case(host, known); });
}

// What is accepted, what came, and that it went nowhere.
std::string not_accepted(std::string_view got) {
  return fmt::format(
      "proxy: expected CONNECT to port {} of {}, or a request for a URL there, got {}; it was sent "
      "to nobody: nothing leaves this machine",
      kHttpsPort, fmt::join(kVendorHosts, ", "), got);
}

// The path and query of an absolute URL (RFC 9112, section 3.2.2) of a vendor host, with the
// scheme's own port or none.
std::optional<std::string> path_at_vendor(std::string_view url) {
  struct Scheme {
    std::string_view start, port;
  };
  for (const auto& [start, port] : {Scheme{"https://", ":443"}, Scheme{"http://", ":80"}}) {
    if (!equal_ignoring_case(url.substr(0, start.size()), start)) continue;
    const std::string_view rest = url.substr(start.size());
    const auto end = std::min(rest.find_first_of("/?"), rest.size());
    std::string_view host = rest.substr(0, end);
    if (host.ends_with(port)) host.remove_suffix(port.size());
    if (!is_vendor_host(host)) return std::nullopt;
    const std::string_view path = rest.substr(end);
    return (path.starts_with('/') ? "" : "/") + std::string(path);
  }
  return std::nullopt;
}

// The header lines of a head without those that belong to the connection to the proxy.
std::string end_to_end(std::string_view lines) {
  constexpr std::string_view kOfConnection[] = {"Connection", "Keep-Alive", "Proxy-Connection",
                                                "Proxy-Authorization"};
  std::string out;
  bool dropped = false;
  while (!lines.starts_with("\r\n")) {
    const std::string_view line = lines.substr(0, lines.find("\r\n") + 2);
    lines.remove_prefix(line.size());
    const std::string_view name = line.substr(0, line.find(':'));
    // A line that begins with a space goes on with the one before.
    if (line.front() != ' ' && line.front() != '\t') {
      dropped =
          std::any_of(std::begin(kOfConnection), std::end(kOfConnection),
                      [name](std::string_view one) { return equal_ignoring_case(name, one); });
    }
    if (!dropped) out += line;
  }
  return out;
}

}  // namespace

FileDescriptor open_tcp(const SocketAddress& address) {
  return FileDescriptor(
      ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

ProxyConnection::ProxyConnection(FileDescriptor client, const Site& site)
    : client_(std::move(client)),
      site_(site),
      deadline_ns_(site.clock.monotonic_ns() + site.head_timeout_ms * kNanosPerMilli) {
  set_no_delay(client_.fd());
}

void ProxyConnection::serve() {
  if (const auto refusal = read_head()) return refuse(*refusal);
  if (head_bytes_ == 0) return;  // the peer went away, or the proxy stops
  if (const auto refusal = judge(std::string_view(received_).substr(0, head_bytes_))) {
    return refuse(*refusal);
  }
  origin_head_.empty() ? serve_tunnel() : serve_request();
}

ProxyConnection::Refusal ProxyConnection::not_reached() {
  return {502, "Bad Gateway",
          "proxy: expected the mock's own listener to accept a connection, got none"};
}

void ProxyConnection::serve_tunnel() {
  const FileDescriptor server = connect_to(site_.upstream);
  if (server.fd() < 0) return refuse(not_reached());
  if (!send_all("HTTP/1.1 200 Connection established\r\n\r\n")) return;
  run_tunnel(client_.fd(), server.fd(), site_.wake_fd, received_.substr(head_bytes_));
}

// The listener closes after its answer, because the head says so: a second request on the
// connection, which might be for another host, reaches nobody.
void ProxyConnection::serve_request() {
  const FileDescriptor server = connect_to(site_.plain_upstream);
  if (server.fd() < 0) return refuse(not_reached());
  run_tunnel(client_.fd(), server.fd(), site_.wake_fd,
             origin_head_ + received_.substr(head_bytes_));
}

int ProxyConnection::patience_ms() const {
  const std::int64_t left = (deadline_ns_ - site_.clock.monotonic_ns()) / kNanosPerMilli;
  return static_cast<int>(std::max<std::int64_t>(left, 0));
}

std::optional<ProxyConnection::Refusal> ProxyConnection::read_head() {
  constexpr std::string_view kHeadEnd = "\r\n\r\n";
  while (true) {
    const auto end = received_.find(kHeadEnd);
    const std::size_t bytes = end == std::string::npos ? received_.size() : end + kHeadEnd.size();
    if (bytes > kMaxHeadBytes) {
      return Refusal{
          431, "Request Header Fields Too Large",
          fmt::format("proxy: expected a head of at most {} bytes, got more", kMaxHeadBytes)};
    }
    if (end != std::string::npos) {
      head_bytes_ = bytes;
      return std::nullopt;
    }
    const int patience = patience_ms();
    if (!wait_for_socket(client_.fd(), POLLIN, site_.wake_fd, patience)) {
      if (patience > 0 && patience_ms() > 0) return std::nullopt;  // the proxy stops
      return Refusal{408, "Request Timeout",
                     fmt::format("proxy: expected a whole head within {} ms, got {} bytes of it",
                                 site_.head_timeout_ms, received_.size())};
    }
    char chunk[4096];
    const ssize_t got = ::recv(client_.fd(), chunk, sizeof chunk, 0);
    if (got == 0 || (got < 0 && failed_for_good())) return std::nullopt;
    if (got > 0) received_.append(chunk, static_cast<std::size_t>(got));
  }
}

// Nothing when the head asks for a tunnel that is allowed, or, with origin_head_ set, for an
// answer.
std::optional<ProxyConnection::Refusal> ProxyConnection::judge(std::string_view head) {
  constexpr std::size_t kShownBytes = 120;
  const std::string_view line = head.substr(0, head.find("\r\n"));
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  // Without the query, which holds a signature, however it is separated.
  const std::string shown =
      quote(redact_named(line.substr(0, std::min(line.find('?'), last))), kShownBytes);
  if (first == last || !line.substr(last + 1).starts_with("HTTP/1.")) {
    return Refusal{400, "Bad Request", not_accepted(shown)};
  }
  const std::string_view target = line.substr(first + 1, last - first - 1);
  if (line.substr(0, first) == "CONNECT") return judge_connect(target, shown);
  const auto path = path_at_vendor(target);
  if (!path) return Refusal{405, "Method Not Allowed", not_accepted(shown)};
  origin_head_ =
      fmt::format("{} {} {}\r\n{}Connection: close\r\n\r\n", line.substr(0, first), *path,
                  line.substr(last + 1), end_to_end(head.substr(line.size() + 2)));
  return std::nullopt;
}

std::optional<ProxyConnection::Refusal> ProxyConnection::judge_connect(
    std::string_view target, const std::string& shown) const {
  const auto colon = target.rfind(':');
  if (colon != std::string_view::npos && target.substr(colon + 1) == kHttpsPort &&
      is_vendor_host(target.substr(0, colon))) {
    return std::nullopt;
  }
  return Refusal{403, "Forbidden", not_accepted(shown)};
}

bool ProxyConnection::send_all(std::string_view text) const {
  while (!text.empty()) {
    if (!wait_for_socket(client_.fd(), POLLOUT, site_.wake_fd, patience_ms())) return false;
    const ssize_t put = ::send(client_.fd(), text.data(), text.size(), MSG_NOSIGNAL);
    if (put < 0 && failed_for_good()) return false;
    if (put > 0) text.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

// Answers, then reads on a little: closing with bytes unread would send a reset that can overtake
// the answer.
void ProxyConnection::refuse(const Refusal& refusal) const {
  const std::string answer = fmt::format(
      "HTTP/1.1 {} {}\r\n{}X-Zimmock-Explain: {}\r\nContent-Type: text/plain\r\n"
      "Content-Length: {}\r\nConnection: close\r\n\r\n{}\n",
      refusal.status, refusal.reason, refusal.status == 405 ? "Allow: CONNECT\r\n" : "",
      ascii_line(refusal.line), refusal.line.size() + 1, refusal.line);
  if (!send_all(answer)) return;
  ::shutdown(client_.fd(), SHUT_WR);
  char chunk[4096];
  for (std::size_t drained = 0; drained < kMaxRefusedBodyBytes;) {
    if (!wait_for_socket(client_.fd(), POLLIN, site_.wake_fd, patience_ms())) return;
    const ssize_t got = ::recv(client_.fd(), chunk, sizeof chunk, 0);
    if (got == 0 || (got < 0 && failed_for_good())) return;
    if (got > 0) drained += static_cast<std::size_t>(got);
  }
}

// Without a socket when it could not be reached.
FileDescriptor ProxyConnection::connect_to(const SocketAddress& address) const {
  FileDescriptor socket = open_tcp(address);
  if (socket.fd() < 0) return socket;
  set_no_delay(socket.fd());
  if (::connect(socket.fd(), address.get(), address.size) == 0) return socket;
  int error = errno;
  if (error == EINPROGRESS && wait_for_socket(socket.fd(), POLLOUT, site_.wake_fd, patience_ms())) {
    socklen_t size = sizeof error;
    ::getsockopt(socket.fd(), SOL_SOCKET, SO_ERROR, &error, &size);
  }
  return error == 0 ? std::move(socket) : FileDescriptor();
}

}  // namespace zimmock::mock
