#include <future>

#include "client/api/curl_transport.h"
#include "tests/client/raw_server.h"
#include "tests/client/support.h"

namespace zimmock::test {
namespace {

using Catch::Matchers::Contains;

// An environment variable for as long as this lives.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    ::setenv(name, value.c_str(), 1);
  }
  ~Variable() {
    if (before_) {
      ::setenv(name_, before_->c_str(), 1);
    } else {
      ::unsetenv(name_);
    }
  }

 private:
  const char* name_;
  std::optional<std::string> before_;
};

struct SocketFixture {
  Variable no_proxy{"no_proxy", "127.0.0.1"};

  static std::unique_ptr<client::CurlTransport> connect(const std::string& url,
                                                        std::int64_t timeout_ms = 120'000,
                                                        std::size_t max_bytes = 1 << 20) {
    client::CurlOptions options;
    const auto endpoint = client::parse_endpoint(url);
    REQUIRE(endpoint);
    options.endpoint = *endpoint;
    options.total_timeout_ms = timeout_ms;
    options.max_answer_bytes = max_bytes;
    auto transport = client::CurlTransport::open(options);
    REQUIRE(transport);
    return *std::move(transport);
  }

  static HttpRequest post(const std::string& body = "{\"a\":1}") {
    return {
        "POST", "/?Action=X", {{"Content-Type", "application/json"}}, body, BodyState::kComplete};
  }

  static Error error_of(const Result<HttpResponse>& result) {
    REQUIRE_FALSE(result);
    return result.error();
  }
};

}  // namespace

TEST_CASE_METHOD(SocketFixture, "a request and its answer, on a connection that is kept") {
  std::vector<std::string> requests;
  RawServer server([&](RawServer& self) {
    auto connection = self.accept();
    for (int i = 0; i < 3; ++i) {
      requests.push_back(connection.read_request());
      connection.write("HTTP/1.1 418 Teapot\r\nX-A:  b \r\nContent-Length: 2\r\n\r\nok");
    }
  });
  const auto transport = connect(server.url());
  for (const std::size_t bytes : {std::size_t{7}, std::size_t{0}, std::size_t{5000}}) {
    const auto answer = transport->send(post(std::string(bytes, 'x')));
    REQUIRE(answer);
    CHECK(answer->status == 418);
    CHECK(answer->body == "ok");
    CHECK(header(answer->headers, "x-a") == "b");
  }
  server.finish();
  CHECK_FALSE(server.somebody_waits());
  REQUIRE(requests.size() == 3);
  CHECK(requests[0].starts_with("POST /?Action=X HTTP/1.1\r\n"));
  CHECK_THAT(requests[0], Contains("Content-Type: application/json\r\n") &&
                              Contains("Content-Length: 7\r\n") && !Contains("Expect") &&
                              !Contains("Transfer-Encoding"));
  CHECK_THAT(requests[2], Contains("Content-Length: 5000\r\n") && !Contains("Expect"));
}

TEST_CASE_METHOD(SocketFixture, "other methods, with and without a body, leave nothing behind") {
  std::vector<std::string> requests;
  RawServer server([&](RawServer& self) {
    auto connection = self.accept();
    for (int i = 0; i < 6; ++i) {
      requests.push_back(connection.read_request());
      connection.answer("{}");
    }
  });
  const auto transport = connect(server.url());
  const auto send = [&](const char* method, const std::string& body) {
    HttpRequest request = post(body);
    request.method = method;
    REQUIRE(transport->send(request));
  };
  send("PUT", "document");
  send("GET", "");
  send("DELETE", "");
  send("POST", "body");
  send("PUT", "");
  send("POST", "");
  server.finish();
  REQUIRE(requests.size() == 6);
  CHECK(requests[0].starts_with("PUT /?Action=X HTTP/1.1\r\n"));
  CHECK_THAT(requests[0], Contains("Content-Length: 8\r\n") && Contains("\r\n\r\ndocument"));
  CHECK(requests[1].starts_with("GET /?Action=X HTTP/1.1\r\n"));
  CHECK_THAT(requests[1], !Contains("Content-Length"));
  CHECK(requests[2].starts_with("DELETE /?Action=X HTTP/1.1\r\n"));
  CHECK(requests[3].starts_with("POST /?Action=X HTTP/1.1\r\n"));
  CHECK_THAT(requests[3], Contains("\r\n\r\nbody"));
  CHECK(requests[4].starts_with("PUT /?Action=X HTTP/1.1\r\n"));
  CHECK_THAT(requests[4], Contains("Content-Length: 0\r\n"));
  CHECK(requests[5].starts_with("POST /?Action=X HTTP/1.1\r\n"));
}

TEST_CASE_METHOD(SocketFixture, "the proxy variables can be left out of it") {
  RawServer server([](RawServer& self) {
    auto connection = self.accept();
    connection.read_request();
    connection.answer("{}");
  });
  const Variable not_exempt("no_proxy", "");
  const Variable proxy("http_proxy", "http://127.0.0.1:1");
  client::CurlOptions options;
  options.endpoint = *client::parse_endpoint(server.url());
  options.use_proxy = false;
  const auto transport = client::CurlTransport::open(options);
  REQUIRE(transport);
  CHECK((*transport)->send(post()));
}

TEST_CASE_METHOD(SocketFixture, "a request is never sent a second time when its connection dies") {
  std::vector<std::string> requests;
  RawServer server([&](RawServer& self) {
    auto connection = self.accept();
    requests.push_back(connection.read_request());
    connection.answer("{}");
    requests.push_back(connection.read_request());
  });
  const auto transport = connect(server.url());
  REQUIRE(transport->send(post("{\"n\":1}")));
  const Error error = error_of(transport->send(post("{\"n\":2}")));
  CHECK(error.kind == ErrorKind::kInDoubt);
  CHECK_THAT(error.message, Contains("without an answer"));
  server.finish();
  REQUIRE(requests.size() == 2);
  CHECK(requests[1].ends_with("{\"n\":2}"));
  // Some versions of libcurl connect again before they find that they may not repeat the request.
  if (server.somebody_waits()) CHECK(server.accept().read_all().empty());
}

TEST_CASE_METHOD(SocketFixture, "a service that dies during a request leaves it in doubt") {
  auto server = std::make_unique<RawServer>([](RawServer& self) {
    auto connection = self.accept();
    connection.read_request();
    connection.answer("{}");
    connection.read_request();
    self.stop_listening();
  });
  const auto transport = connect(server->url());
  REQUIRE(transport->send(post()));
  const Error error = error_of(transport->send(post()));
  CHECK(error.kind == ErrorKind::kInDoubt);
  CHECK_THAT(error.message, Contains("without an answer"));
}

TEST_CASE_METHOD(SocketFixture, "a connection that was closed between two requests is made anew") {
  std::promise<void> closed;
  std::vector<std::string> requests;
  RawServer server([&](RawServer& self) {
    {
      auto connection = self.accept();
      requests.push_back(connection.read_request());
      connection.answer("{}");
    }
    closed.set_value();
    auto connection = self.accept();
    requests.push_back(connection.read_request());
    connection.answer("{}");
  });
  const auto transport = connect(server.url());
  REQUIRE(transport->send(post("{\"n\":1}")));
  closed.get_future().wait();
  REQUIRE(transport->send(post("{\"n\":2}")));
  server.finish();
  CHECK(requests.size() == 2);
}

TEST_CASE_METHOD(SocketFixture, "answers that do not come whole are in doubt") {
  const std::vector<std::string> answers{
      "",
      "HTTP/1.1 200",
      "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"Code\":0",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"Cod",
  };
  for (const std::string& text : answers) {
    RawServer server([&](RawServer& self) {
      auto connection = self.accept();
      connection.read_request();
      connection.write(text);
    });
    CAPTURE(text);
    CHECK(error_of(connect(server.url())->send(post())).kind == ErrorKind::kInDoubt);
    server.finish();
    CHECK_FALSE(server.somebody_waits());
  }
}

TEST_CASE_METHOD(SocketFixture, "no answer in time is in doubt") {
  std::promise<void> over;
  RawServer server([&](RawServer& self) {
    auto connection = self.accept();
    connection.read_request();
    over.get_future().wait();
  });
  const Error error = error_of(connect(server.url(), 150)->send(post()));
  over.set_value();
  CHECK(error.kind == ErrorKind::kInDoubt);
  CHECK_THAT(error.message, Contains("no answer in time"));
}

TEST_CASE_METHOD(SocketFixture, "an answer over the limit is not kept") {
  RawServer server([](RawServer& self) {
    auto connection = self.accept();
    connection.read_request();
    connection.answer(std::string(70'000, 'x'));
  });
  const Error error = error_of(connect(server.url(), 20'000, 50'000)->send(post()));
  CHECK(error.kind == ErrorKind::kInDoubt);
  CHECK_THAT(error.message, Contains("larger than 50000 bytes"));
}

TEST_CASE_METHOD(SocketFixture, "where nobody listens nothing was sent") {
  std::string url;
  { url = RawServer().url(); }
  const Error error = error_of(connect(url)->send(post()));
  CHECK(error.kind == ErrorKind::kUnreachable);
  CHECK_THAT(error.message, Contains(url) && Contains("could not connect: Connection refused"));
}

TEST_CASE_METHOD(SocketFixture, "a name that does not exist") {
  const Error error = error_of(connect("http://zimmock.invalid")->send(post()));
  CHECK(error.kind == ErrorKind::kUnreachable);
}

TEST_CASE_METHOD(SocketFixture, "no TLS where TLS is expected: nothing was sent") {
  RawServer server([](RawServer& self) {
    auto connection = self.accept();
    connection.write("HTTP/1.1 400 Bad Request\r\n\r\n");
  });
  const Error error = error_of(connect(server.url("https"))->send(post()));
  CHECK(error.kind == ErrorKind::kUnreachable);
  CHECK_THAT(error.message, Contains("TLS"));
}

TEST_CASE_METHOD(SocketFixture, "a redirect is an answer, not an invitation") {
  RawServer server([](RawServer& self) {
    auto connection = self.accept();
    connection.read_request();
    connection.write("HTTP/1.1 307 Temporary\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n");
  });
  const auto answer = connect(server.url())->send(post());
  REQUIRE(answer);
  CHECK(answer->status == 307);
  server.finish();
  CHECK_FALSE(server.somebody_waits());
}

TEST_CASE_METHOD(SocketFixture, "headers of an interim answer do not count") {
  RawServer server([](RawServer& self) {
    auto connection = self.accept();
    connection.read_request();
    connection.write("HTTP/1.1 100 Continue\r\nX-A: no\r\n\r\n");
    connection.write("HTTP/1.1 200 OK\r\nX-A: yes\r\nContent-Length: 0\r\n\r\n");
  });
  const auto answer = connect(server.url())->send(post());
  REQUIRE(answer);
  CHECK(header(answer->headers, "X-A") == "yes");
}

TEST_CASE_METHOD(SocketFixture, "the proxy variable is honoured") {
  std::string request;
  RawServer proxy([&](RawServer& self) {
    auto connection = self.accept();
    request = connection.read_request();
    connection.answer("{}");
  });
  const Variable variable("http_proxy", proxy.url());
  CHECK(connect("http://zimmock.invalid")->send(post()));
  proxy.finish();
  CHECK(request.starts_with("POST http://zimmock.invalid/?Action=X HTTP/1.1\r\n"));
}

TEST_CASE("a CA file that cannot be read") {
  client::CurlOptions options;
  options.ca_file = "/nonexistent/ca.pem";
  const auto transport = client::CurlTransport::open(options);
  REQUIRE_FALSE(transport);
  CHECK(transport.error().kind == ErrorKind::kUsage);
  CHECK_THAT(transport.error().message, Contains("/nonexistent/ca.pem"));
}

TEST_CASE("a password in an endpoint is refused and not repeated") {
  for (const char* text : {"http://me:geheim@127.0.0.1", "ftp://me:geheim@a", "geheim@"}) {
    const auto endpoint = client::parse_endpoint(text);
    REQUIRE_FALSE(endpoint);
    CHECK_THAT(endpoint.error().message, !Contains("geheim") && Contains("***@"));
  }
}

TEST_CASE("an endpoint is of a service, whatever its port, spelling and region") {
  struct Row {
    const char *text, *service, *instance;
  };
  for (const Row& row :
       {Row{"https://zim-api.zego.im", "zim-api.zego.im", "zim-api.zego.im"},
        Row{"https://ZIM-API-fra.zego.im:443/", "zim-api.zego.im", "zim-api.zego.im"},
        Row{"https://api.zego.im.example", "api.zego.im.example", "api.zego.im.example"},
        Row{"http://LocalHost:8080", "localhost", "localhost:8080"},
        Row{"http://127.0.0.2", "localhost", "localhost:80"},
        Row{"https://[::1]:7443", "localhost", "localhost:7443"},
        Row{"https://Gateway.example:1", "gateway.example", "gateway.example"}}) {
    CAPTURE(row.text);
    CHECK(client::parse_endpoint(row.text)->service == row.service);
    CHECK(client::parse_endpoint(row.text)->instance == row.instance);
  }
}

TEST_CASE("endpoints") {
  struct Row {
    const char* text;
    const char* url;  // "" for a refusal
    bool loopback;
  };
  const Row rows[] = {
      {"https://zim-api.zego.im", "https://zim-api.zego.im", false},
      {"https://zim-api.zego.im/", "https://zim-api.zego.im", false},
      {"http://127.0.0.1:8080", "http://127.0.0.1:8080", true},
      {"http://[::1]:1", "http://[::1]:1", true},
      {"http://LocalHost", "http://LocalHost", true},
      {"http://127.evil.example", "http://127.evil.example", false},
      {"ftp://a", "", false},
      {"zim-api.zego.im", "", false},
      {"https://", "", false},
      {"https://a/path", "", false},
      {"https://a?x=1", "", false},
      {"https://a/?", "", false},
      {"https://a#f", "", false},
      {"https://user:pass@a", "", false},
      {"https://a:99999", "", false},
      {"https://a b", "", false},
      {"", "", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto endpoint = client::parse_endpoint(row.text);
    CHECK(endpoint.has_value() == (row.url[0] != '\0'));
    if (!endpoint) {
      CHECK(endpoint.error().kind == ErrorKind::kUsage);
      continue;
    }
    CHECK(endpoint->url == row.url);
    CHECK(endpoint->loopback == row.loopback);
    CHECK(endpoint->encrypted == std::string_view(row.text).starts_with("https"));
  }
}

}  // namespace zimmock::test
