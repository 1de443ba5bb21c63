#include "mock_server/proxy/connect_proxy.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "contracts/api/vendor_hosts.h"
#include "mock_server/http/certificate_authority.h"
#include "mock_server/http/file_descriptor.h"
#include "tests/support/catch.h"
#include "tests/support/manual_clock.h"

using namespace zimmock;
using zimmock::test::ManualClock;

namespace {

constexpr timeval kPatience{120, 0};  // ends a hang
constexpr const char* kConnect = "CONNECT zim-api.zego.im:443 HTTP/1.1\r\n\r\n";

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// One end of a connection, as bytes.
class End {
 public:
  explicit End(mock::FileDescriptor socket) : socket_(std::move(socket)) {
    ::setsockopt(socket_.fd(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
    ::setsockopt(socket_.fd(), SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
  }
  static End connected_to(int port) {
    mock::FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_in address = loopback(port);
    REQUIRE(::connect(socket.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
            0);
    return End(std::move(socket));
  }

  void send(const std::string& text) const {
    REQUIRE(::send(socket_.fd(), text.data(), text.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(text.size()));
  }
  std::string read(std::size_t bytes) const {
    std::string out(bytes, '\0');
    const ssize_t got = ::recv(socket_.fd(), out.data(), bytes, MSG_WAITALL);
    out.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return out;
  }
  std::string read_head() const {
    std::string out;
    while (!out.ends_with("\r\n\r\n")) {
      const std::string byte = read(1);
      if (byte.empty()) break;
      out += byte;
    }
    return out;
  }
  std::string read_all() const {
    std::string out, byte;
    while (!(byte = read(1)).empty()) out += byte;
    return out;
  }
  void finish_sending() const { ::shutdown(socket_.fd(), SHUT_WR); }
  void reset() {
    const linger now{1, 0};
    ::setsockopt(socket_.fd(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
    socket_ = mock::FileDescriptor();
  }
  // What ends the stream: 0 for FIN, or the errno.
  int ending() const {
    char byte = 0;
    errno = 0;
    return ::recv(socket_.fd(), &byte, 1, 0) == 0 ? 0 : errno;
  }
  // Waits until the connection is gone in both directions. A reset is an error first, a hang-up
  // right after.
  bool hung_up() const {
    pollfd waiting{socket_.fd(), 0, 0};
    return ::poll(&waiting, 1, static_cast<int>(kPatience.tv_sec) * 1000) == 1 &&
           (waiting.revents & (POLLHUP | POLLERR)) != 0;
  }

 private:
  mock::FileDescriptor socket_;
};

// A proxy, and in place of the mock's TLS a listener whose connections the test holds.
class Site {
 public:
  explicit Site(std::chrono::milliseconds head_timeout = std::chrono::seconds(kPatience.tv_sec))
      : upstream_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    ::setsockopt(upstream_.fd(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
    REQUIRE(::bind(upstream_.fd(), reinterpret_cast<const sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(upstream_.fd(), 10) == 0);
    ::getsockname(upstream_.fd(), reinterpret_cast<sockaddr*>(&address), &size);
    mock::ConnectProxy::Options options;
    options.upstream.port = options.plain_upstream.port = ntohs(address.sin_port);
    options.head_timeout = head_timeout;
    auto started = mock::ConnectProxy::start(options, clock_);
    REQUIRE(started);
    proxy_ = std::move(*started);
  }

  End client() const { return End::connected_to(proxy_->port()); }
  End accept() const {
    mock::FileDescriptor socket(::accept(upstream_.fd(), nullptr, nullptr));
    REQUIRE(socket.fd() >= 0);
    return End(std::move(socket));
  }
  bool was_reached() const {
    pollfd waiting{upstream_.fd(), POLLIN, 0};
    return ::poll(&waiting, 1, 0) != 0;
  }
  std::string answer_to(const std::string& head) const {
    const End end = client();
    end.send(head);
    return end.read_all();
  }
  mock::ConnectProxy& proxy() { return *proxy_; }

 private:
  ManualClock clock_;
  mock::FileDescriptor upstream_;
  std::unique_ptr<mock::ConnectProxy> proxy_;
};

// Both ends of an open tunnel.
struct Tunnel {
  explicit Tunnel(const Site& site) : client(site.client()), server(End(mock::FileDescriptor())) {
    client.send(kConnect);
    server = site.accept();
    REQUIRE(client.read_head().starts_with("HTTP/1.1 200 "));
  }
  End client, server;
};

}  // namespace

TEST_CASE("a tunnel is opened for each vendor host, in any case, at port 443") {
  const Site site;
  std::vector<std::string> hosts(kVendorHosts.begin(), kVendorHosts.end());
  hosts.emplace_back("ZIM-API.Zego.IM");
  for (const std::string& host : hosts) {
    CAPTURE(host);
    const End client = site.client();
    client.send("CONNECT " + host + ":443 HTTP/1.1\r\nHost: " + host + ":443\r\n\r\nhello");
    const End server = site.accept();
    CHECK(client.read_head().starts_with("HTTP/1.1 200 "));
    CHECK(server.read(5) == "hello");
    server.send("world");
    CHECK(client.read(5) == "world");
  }
}

TEST_CASE("the proxy refuses everything else, says what it accepts, and connects to nothing") {
  struct Row {
    const char* line;
    const char* status;
  };
  const Row rows[] = {
      {"CONNECT example.com:443", "403"},
      {"CONNECT zim-api.zego.im:80", "403"},
      {"CONNECT zim-api.zego.im", "403"},
      {"CONNECT zim-api.zego.im.:443", "403"},
      {"CONNECT zim-api.zego.im.example.com:443", "403"},
      {"CONNECT example.com:443@zim-api.zego.im:443", "403"},
      {"CONNECT 127.0.0.1:443", "403"},
      {"CONNECT [::1]:443", "403"},
      {"CONNECT :443", "403"},
      {"POST https://example.com/?Signature=secretsecret", "405"},
      {"GET http://zim-api.zego.im:8080/", "405"},
      {"GET http://zim-api.zego.im:443/", "405"},
      {"GET https://zim-api.zego.im:80/", "405"},
      {"GET http://zim-api.zego.im@example.com/", "405"},
      {"GET http://user@zim-api.zego.im/", "405"},
      {"GET http://zim-api.zego.im.example.com/", "405"},
      {"GET http://zim-api.zego.im#@example.com/", "405"},
      {"GET http://127.0.0.1/", "405"},
      {"GET http:///zim-api.zego.im/", "405"},
      {"GET ftp://zim-api.zego.im/", "405"},
      {"GET //zim-api.zego.im/", "405"},
      {"GET /", "405"},
      {"connect zim-api.zego.im:443", "405"},
  };
  const Site site;
  for (const Row& row : rows) {
    CAPTURE(row.line);
    const std::string answer = site.answer_to(std::string(row.line) + " HTTP/1.1\r\nA: b\r\n\r\n");
    CAPTURE(answer);
    CHECK(answer.starts_with(std::string("HTTP/1.1 ") + row.status + " "));
    CHECK(answer.find("X-Zimmock-Explain: proxy: expected CONNECT to port 443 of zim-api.zego.im, "
                      "zim-api-sha.zego.im, ") != std::string::npos);
    CHECK(answer.find("nothing leaves this machine\n") != std::string::npos);
    CHECK(answer.find("secretsecret") == std::string::npos);
    CHECK((answer.find("\r\nAllow: CONNECT\r\n") != std::string::npos) ==
          (std::string(row.status) == "405"));
  }
  for (const char* head :
       {"\r\n\r\n", "CONNECT\r\n\r\n", "a b c\r\n\r\n",
        "CONNECT zim-api.zego.im:443 HTTP/2.0\r\n\r\n", "\x16\x03\x01\r\n\r\n"}) {
    CHECK(site.answer_to(head).starts_with("HTTP/1.1 400 "));
  }
  CHECK_FALSE(site.was_reached());
}

TEST_CASE("a request in absolute form for a vendor host goes to the mock, one on a connection") {
  struct Row {
    const char* target;
    const char* path;
  };
  const Row rows[] = {
      {"https://zim-api.zego.im/?Action=X&AppId=1", "/?Action=X&AppId=1"},
      {"https://zim-api.zego.im:443/a/b", "/a/b"},
      {"http://ZIM-API-SGP.zego.im:80?Action=X", "/?Action=X"},
      {"HTTP://zim-api-fra.zego.im", "/"},
      {"https://zim-api.zego.im//@example.com/", "//@example.com/"},
  };
  const Site site;
  for (const Row& row : rows) {
    CAPTURE(row.target);
    const End client = site.client();
    client.send("POST " + std::string(row.target) +
                " HTTP/1.1\r\nHost: zim-api.zego.im\r\nProxy-Authorization: Basic\r\n secret\r\n"
                "proxy-connection: keep-alive\r\nConnection: keep-alive\r\nA: b\r\n c\r\n\r\nbody");
    const End server = site.accept();
    CHECK(server.read_head() ==
          "POST " + std::string(row.path) +
              " HTTP/1.1\r\nHost: zim-api.zego.im\r\nA: b\r\n c\r\nConnection: close\r\n\r\n");
    CHECK(server.read(4) == "body");
    server.send("HTTP/1.1 200 OK\r\n\r\n");
    server.finish_sending();
    CHECK(client.read_all() == "HTTP/1.1 200 OK\r\n\r\n");
  }
}

TEST_CASE("a head is bounded in bytes and in time") {
  const Site site;
  const std::string start = "CONNECT zim-api.zego.im:443 HTTP/1.1\r\nX: ";
  const std::string end = "\r\n\r\n";
  const std::string fits = start + std::string(8192 - start.size() - end.size(), 'x') + end;
  const End client = site.client();
  client.send(fits);
  CHECK(client.read_head().starts_with("HTTP/1.1 200 "));
  CHECK(site.answer_to("X" + fits).starts_with("HTTP/1.1 431 "));
  CHECK(site.answer_to(std::string(20'000, 'x')).starts_with("HTTP/1.1 431 "));

  const Site hurried(std::chrono::milliseconds(0));
  CHECK(hurried.answer_to("CONNECT").starts_with("HTTP/1.1 408 "));
}

TEST_CASE("the end of one direction is passed on, and the other stays open") {
  const Site site;
  const Tunnel tunnel(site);
  tunnel.client.send("question");
  tunnel.client.finish_sending();
  CHECK(tunnel.server.read_all() == "question");
  tunnel.server.send("answer");
  tunnel.server.finish_sending();
  CHECK(tunnel.client.read_all() == "answer");
}

TEST_CASE("a reset is passed on as a reset, after the bytes before it") {
  const Site site;
  Tunnel by_client(site);
  by_client.client.send("x");
  CHECK(by_client.server.read(1) == "x");
  by_client.client.reset();
  CHECK(by_client.server.ending() == ECONNRESET);

  Tunnel by_server(site);
  by_server.server.send("half an ans");
  CHECK(by_server.client.read(11) == "half an ans");
  by_server.server.reset();
  CHECK(by_server.client.ending() == ECONNRESET);

  Tunnel after_end(site);  // the sender of the reset had ended its direction before
  after_end.client.finish_sending();
  CHECK(after_end.server.ending() == 0);
  after_end.client.reset();
  CHECK(after_end.server.hung_up());
}

TEST_CASE("what a peer wrote before it was reset for writing too much still arrives") {
  const Site site;
  Tunnel tunnel(site);
  tunnel.client.send(std::string(1000, 'x'));
  CHECK(tunnel.server.read(10).size() == 10);
  tunnel.server.send("refused");
  tunnel.server.reset();
  CHECK(tunnel.client.read(7) == "refused");
  CHECK(tunnel.client.ending() == ECONNRESET);
}

TEST_CASE("a large transfer arrives whole, both ways at once") {
  const Site site;
  const Tunnel tunnel(site);
  std::string data(4'000'000, '\0');
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<char>(i * 7 + i / 251);
  std::string to_server, to_client;
  std::thread sender([&] { tunnel.client.send(data); });
  std::thread answerer([&] { tunnel.server.send(data); });
  std::thread reader([&] { to_client = tunnel.client.read(data.size()); });
  to_server = tunnel.server.read(data.size());
  sender.join();
  answerer.join();
  reader.join();
  CHECK(to_server == data);
  CHECK(to_client == data);
}

TEST_CASE("stopping ends open tunnels and half-sent heads at once") {
  Site site;
  const Tunnel tunnel(site);
  const End waiting = site.client();
  waiting.send("CONNECT ");
  site.proxy().stop();
  CHECK(tunnel.client.ending() == 0);
  CHECK(tunnel.server.ending() == 0);
  CHECK(waiting.read_all().empty());
  site.proxy().stop();
}

TEST_CASE("a proxy whose TLS listener is gone says so") {
  const ManualClock clock;
  mock::ConnectProxy::Options options;
  options.upstream.port = 1;  // nobody listens there
  const auto proxy = mock::ConnectProxy::start(options, clock);
  REQUIRE(proxy);
  const int port = (*proxy)->port();
  CHECK((*proxy)->url() == "http://127.0.0.1:" + std::to_string(port));
  const End client = End::connected_to(port);
  client.send(kConnect);
  CHECK(client.read_all().starts_with("HTTP/1.1 502 "));
  options.address.port = port;
  const auto second = mock::ConnectProxy::start(options, clock);
  REQUIRE_FALSE(second);
  CHECK(second.error().message.find("port 0 for a free one") != std::string::npos);
}
