#include "mock_server/http/http_listener.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "tests/support/catch.h"

using namespace zimmock;

namespace {

// A client that sees bytes.
class RawConnection {
 public:
  explicit RawConnection(int port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{120, 0};  // ends a hang
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    REQUIRE(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }
  ~RawConnection() { ::close(fd_); }
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;

  void send(const std::string& text) const {
    REQUIRE(::send(fd_, text.data(), text.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(text.size()));
  }
  // Reads until `wanted` has been seen or the connection ends.
  std::string read_until(const std::string& wanted) const {
    std::string out;
    char buffer[4096];
    while (out.find(wanted) == std::string::npos) {
      const ssize_t got = ::recv(fd_, buffer, sizeof buffer, 0);
      if (got <= 0) break;
      out.append(buffer, static_cast<std::size_t>(got));
    }
    return out;
  }
  bool closed_by_peer() const {
    char byte = 0;
    return ::recv(fd_, &byte, 1, 0) <= 0;
  }

 private:
  int fd_;
};

constexpr std::size_t kBodyLimit = 256 * 1024;

mock::WireAnswer echo(HttpRequest& request, const mock::BodyReader& read_body,
                      std::size_t body_limit = kBodyLimit) {
  if (read_body) read_body(request, body_limit);
  static constexpr const char* kStates[] = {"complete", "too-large", "cut-off"};
  HttpResponse response;
  response.headers.emplace_back("Content-Type", "text/plain");
  response.body = request.method + " " + request.target + " " +
                  std::to_string(request.body.size()) + " " +
                  kStates[static_cast<int>(request.body_state)] + "!";
  return {std::move(response), {}};
}

mock::WireAnswer echo_whole(HttpRequest& request, const mock::BodyReader& read_body) {
  return echo(request, read_body);
}

std::unique_ptr<mock::HttpListener> start(std::size_t body_limit = kBodyLimit) {
  auto listener =
      mock::HttpListener::start({}, [=](HttpRequest& request, const mock::BodyReader& read_body) {
        return echo(request, read_body, body_limit);
      });
  REQUIRE(listener);
  return std::move(*listener);
}

}  // namespace

TEST_CASE("a request arrives as it was sent, and the connection is kept") {
  const auto listener = start();
  const RawConnection client(listener->port());
  for (int i = 0; i < 10; ++i) {
    client.send("POST /?a=%20b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc");
    CHECK(client.read_until("!").ends_with("POST /?a=%20b 3 complete!"));
  }
}

TEST_CASE("a body over the limit is thrown away, and the connection is kept") {
  const auto listener = start(1024);
  const RawConnection client(listener->port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1025\r\n\r\n" +
              std::string(1025, 'a'));
  CHECK(client.read_until("!").ends_with("0 too-large!"));
}

TEST_CASE("a huge body is refused before it is sent, and the connection is closed") {
  const auto listener = start();
  const RawConnection client(listener->port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\nabc");
  CHECK(client.read_until("!").ends_with("0 too-large!"));
  CHECK(client.closed_by_peer());
}

TEST_CASE("a chunked body is read, and an endless one is not") {
  const auto listener = start(1024);
  const RawConnection good(listener->port());
  good.send(
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
  CHECK(good.read_until("!").ends_with("POST / 3 complete!"));
  const RawConnection endless(listener->port());
  endless.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  const std::string chunk = "10000\r\n" + std::string(0x10000, 'a') + "\r\n";
  for (int i = 0; i < 15; ++i) endless.send(chunk);
  std::thread sender([&endless, &chunk] {
    for (int i = 0; i < 3; ++i) endless.send(chunk);
  });
  CHECK(endless.read_until("!").ends_with("0 too-large!"));
  sender.join();
}

TEST_CASE("what is not HTTP gets an answer that says so") {
  const auto listener = start();
  const RawConnection client(listener->port());
  client.send("POST /?a=b c HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string answer = client.read_until("\"RequestId\"");
  CHECK(answer.find("400") != std::string::npos);
  CHECK(answer.find("raw spaces") != std::string::npos);
}

TEST_CASE("every method reaches the handler") {
  const auto listener = start();
  for (const char* method : {"GET", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
    const RawConnection client(listener->port());
    client.send(std::string(method) + " / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
    CHECK(client.read_until("!").ends_with(std::string(method) + " / 0 complete!"));
  }
}

TEST_CASE("stopping does not wait for idle connections") {
  auto listener = start();
  const RawConnection idle(listener->port()), used(listener->port());
  used.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  used.read_until("!");
  const auto started = std::chrono::steady_clock::now();
  listener->stop();
  CHECK(std::chrono::steady_clock::now() - started < std::chrono::seconds(50));  // keep-alive: 60 s
  CHECK(idle.closed_by_peer());
}

TEST_CASE("an answer being made when it stops still arrives") {
  std::atomic<bool> inside{false}, may_answer{false};
  auto listener =
      mock::HttpListener::start({}, [&](HttpRequest& request, const mock::BodyReader& read_body) {
        inside = true;
        inside.notify_all();
        may_answer.wait(false);
        return echo(request, read_body);
      });
  REQUIRE(listener);
  const RawConnection client((*listener)->port());
  client.send("GET /last HTTP/1.1\r\nHost: x\r\n\r\n");
  inside.wait(false);
  std::thread stopper([&] { (*listener)->stop(); });
  may_answer = true;
  may_answer.notify_all();
  CHECK(client.read_until("!").ends_with("GET /last 0 complete!"));
  stopper.join();
}

TEST_CASE("a request whose body is not read is answered, and its connection closed") {
  auto listener = mock::HttpListener::start({}, [](HttpRequest&, const mock::BodyReader&) {
    return mock::WireAnswer{{503, {}, "later!"}, {}};
  });
  REQUIRE(listener);
  const RawConnection client((*listener)->port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n");
  CHECK(client.read_until("!").ends_with("later!"));
  CHECK(client.closed_by_peer());
}

TEST_CASE("an unread body is not taken for the next request, also behind an empty answer") {
  auto listener = mock::HttpListener::start({}, [](HttpRequest&, const mock::BodyReader&) {
    return mock::WireAnswer{{503, {}, ""}, {}};
  });
  REQUIRE(listener);
  const RawConnection client((*listener)->port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 19\r\n\r\nGET / HTTP/1.1\r\n\r\n!");
  const std::string answer = client.read_until("\r\n\r\n\n");
  CHECK(answer.starts_with("HTTP/1.1 503"));
  CHECK(client.closed_by_peer());
}

TEST_CASE("many connections at once are all answered") {
  const auto listener = start();
  constexpr int kConnections = 200;
  std::vector<std::unique_ptr<RawConnection>> clients;
  for (int i = 0; i < kConnections; ++i) {
    clients.push_back(std::make_unique<RawConnection>(listener->port()));
  }
  for (const auto& client : clients) client->send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  int answered = 0;
  for (const auto& client : clients)
    answered += client->read_until("!").ends_with("complete!") ? 1 : 0;
  CHECK(answered == kConnections);
}

TEST_CASE("a port in use is refused, not shared") {
  const auto listener = start();
  mock::HttpListener::Options options;
  options.address.port = listener->port();
  const auto second = mock::HttpListener::start(options, echo_whole);
  REQUIRE_FALSE(second);
  CHECK(second.error().message.find("port 0 for a free one") != std::string::npos);
}

TEST_CASE("addresses are read") {
  CHECK(mock::parse_listen_address("127.0.0.1:80")->port == 80);
  CHECK(mock::parse_listen_address("[::1]:0")->host == "::1");
  CHECK(mock::parse_listen_address(":5")->host == "127.0.0.1");
  for (const char* bad : {"", "127.0.0.1", "x:", "x:-1", "x:65536", "x:http"}) {
    CAPTURE(bad);
    CHECK_FALSE(mock::parse_listen_address(bad));
  }
  CHECK(mock::is_loopback("127.1.2.3"));
  CHECK(mock::is_loopback("localhost"));
  CHECK_FALSE(mock::is_loopback("0.0.0.0"));
  CHECK_FALSE(mock::is_loopback("128.0.0.1"));
}
