#include "mock_server/proxy/connect_proxy.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "mock_server/http/elastic_pool.h"
#include "mock_server/http/file_descriptor.h"
#include "mock_server/proxy/proxy_connection.h"
#include "mock_server/proxy/tunnel.h"

namespace zimmock::mock {
namespace {

Result<SocketAddress> resolve(const ListenAddress& wanted) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int code =
      ::getaddrinfo(wanted.host.c_str(), std::to_string(wanted.port).c_str(), &hints, &found);
  if (code != 0) {
    return fail(ErrorKind::kSystem, fmt::format("{}:{}: no such address: {}; choose another one",
                                                wanted.host, wanted.port, ::gai_strerror(code)));
  }
  SocketAddress out;
  out.size = found->ai_addrlen;
  std::memcpy(&out.storage, found->ai_addr, found->ai_addrlen);
  ::freeaddrinfo(found);
  return out;
}

int local_port(int fd) {
  SocketAddress address;
  address.size = sizeof address.storage;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address.storage), &address.size) != 0) {
    return -1;
  }
  return ntohs(address.storage.ss_family == AF_INET6
                   ? reinterpret_cast<const sockaddr_in6&>(address.storage).sin6_port
                   : reinterpret_cast<const sockaddr_in&>(address.storage).sin_port);
}

FileDescriptor spare_descriptor() {
  return FileDescriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

}  // namespace

class ConnectProxy::Impl {
 public:
  Impl(const Options& options, const Clock& clock)
      : options_(options),
        site_{{}, {}, -1, options.head_timeout.count(), clock},
        pool_(options.max_connections) {}

  ~Impl() { stop(); }

  Result<void> start() {
    const auto upstream = resolve(options_.upstream);
    if (!upstream) return tl::unexpected(upstream.error());
    const auto plain_upstream = resolve(options_.plain_upstream);
    if (!plain_upstream) return tl::unexpected(plain_upstream.error());
    const auto address = resolve(options_.address);
    if (!address) return tl::unexpected(address.error());
    listener_ = open_tcp(*address);
    const int yes = 1;
    ::setsockopt(listener_.fd(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    int wake[2];
    if (::bind(listener_.fd(), address->get(), address->size) != 0 ||
        ::listen(listener_.fd(), SOMAXCONN) != 0 || ::pipe2(wake, O_CLOEXEC) != 0) {
      return fail(ErrorKind::kSystem,
                  fmt::format("{}:{}: could not listen: {}; choose another address, or port 0 for "
                              "a free one",
                              options_.address.host, options_.address.port, std::strerror(errno)));
    }
    woken_ = FileDescriptor(wake[0]);
    waker_ = FileDescriptor(wake[1]);
    spare_ = spare_descriptor();
    site_.upstream = *upstream;
    site_.plain_upstream = *plain_upstream;
    site_.wake_fd = woken_.fd();
    port_ = local_port(listener_.fd());
    thread_ = std::thread([this] { accept_until_woken(); });
    return {};
  }

  void stop() {
    if (!thread_.joinable()) return;
    waker_ = FileDescriptor();  // every poll() sees the pipe hang up
    thread_.join();
    listener_ = FileDescriptor();
    pool_.shutdown();
  }

  const ListenAddress& address() const { return options_.address; }
  int port() const { return port_; }

 private:
  void accept_until_woken() {
    while (wait_for_socket(listener_.fd(), POLLIN, woken_.fd(), -1)) {
      const int fd = ::accept4(listener_.fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd >= 0) {
        // Shared, because a std::function is copied.
        auto connection = std::make_shared<ProxyConnection>(FileDescriptor(fd), site_);
        pool_.enqueue([connection = std::move(connection)] { connection->serve(); });
      } else if (errno == EMFILE || errno == ENFILE) {
        turn_away();
      }
    }
  }

  // Out of descriptors, a connection cannot be accepted and would keep poll() from waiting. The
  // spare descriptor serves to accept and close it.
  void turn_away() {
    spare_ = FileDescriptor();
    { const FileDescriptor closed(::accept(listener_.fd(), nullptr, nullptr)); }
    spare_ = spare_descriptor();
  }

  const Options options_;
  ProxyConnection::Site site_;
  FileDescriptor listener_;
  FileDescriptor woken_;  // hung up from stop() on
  FileDescriptor waker_;
  FileDescriptor spare_;
  ElasticPool pool_;
  std::thread thread_;
  int port_ = -1;
};

ConnectProxy::ConnectProxy(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

ConnectProxy::~ConnectProxy() { stop(); }

Result<std::unique_ptr<ConnectProxy>> ConnectProxy::start(const Options& options,
                                                          const Clock& clock) {
  auto impl = std::make_unique<Impl>(options, clock);
  if (auto started = impl->start(); !started) return tl::unexpected(started.error());
  return std::unique_ptr<ConnectProxy>(new ConnectProxy(std::move(impl)));
}

std::string ConnectProxy::url() const {
  const std::string& host = impl_->address().host;
  const bool ipv6 = host.find(':') != std::string::npos;
  return fmt::format("http://{}{}{}:{}", ipv6 ? "[" : "", host, ipv6 ? "]" : "", port());
}

int ConnectProxy::port() const { return impl_->port(); }

void ConnectProxy::stop() { impl_->stop(); }

}  // namespace zimmock::mock
