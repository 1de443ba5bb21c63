#include "mock_server/http/http_listener.h"

#include <arpa/inet.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <httplib.h>
#include <openssl/pem.h>

#include "contracts/api/text.h"
#include "mock_server/http/elastic_pool.h"
#include "mock_server/http/http_wire.h"
#include "mock_server/http/pauses.h"

namespace zimmock::mock {
namespace {

// What is thrown away of a body over the limit so that its connection can be kept; of a larger one
// the connection is closed instead of reading it.
constexpr std::size_t kMaxDrainedBodyBytes = 1024 * 1024;

// How long stop() waits for answers that are being made and written.
constexpr std::chrono::seconds kStopGrace{2};

// The elastic pool in cpp-httplib's words. enqueue's result type depends on its version.
class PoolQueue : public httplib::TaskQueue {
 public:
  // Counts in `connections`, which must outlive it: each job is one.
  PoolQueue(std::size_t max_threads, std::atomic<std::size_t>& connections)
      : pool_(max_threads), connections_(connections) {}
  using EnqueueResult =
      decltype(std::declval<httplib::TaskQueue&>().enqueue(std::declval<std::function<void()>>()));
  EnqueueResult enqueue(std::function<void()> job) override {
    ++connections_;
    pool_.enqueue(std::move(job));
    return static_cast<EnqueueResult>(true);
  }
  void shutdown() override { pool_.shutdown(); }

 private:
  ElasticPool pool_;
  std::atomic<std::size_t>& connections_;
};

bool use_tls(SSL_CTX& context, const CertificateAndKey& tls) {
  const auto bio = [](const std::string& text) {
    return std::unique_ptr<BIO, decltype(&BIO_free_all)>(
        BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free_all);
  };
  const auto chain = bio(tls.certificate_pem), key_bio = bio(tls.key_pem);
  X509* leaf = PEM_read_bio_X509_AUX(chain.get(), nullptr, nullptr, nullptr);
  EVP_PKEY* key = PEM_read_bio_PrivateKey(key_bio.get(), nullptr, nullptr, nullptr);
  bool good = leaf != nullptr && key != nullptr && SSL_CTX_use_certificate(&context, leaf) == 1 &&
              SSL_CTX_use_PrivateKey(&context, key) == 1 &&
              SSL_CTX_check_private_key(&context) == 1 &&
              SSL_CTX_set_min_proto_version(&context, TLS1_2_VERSION) == 1;
  X509_free(leaf);
  EVP_PKEY_free(key);
  while (good) {  // the rest of the chain, if the file has one
    X509* next = PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr);
    if (next == nullptr) break;
    good = SSL_CTX_add_extra_chain_cert(&context, next) == 1;
  }
  return good;
}

// RFC 9112, section 6.3: a request that announces no body has none.
bool has_body(const httplib::Request& in) {
  return in.has_header("Content-Length") || in.has_header("Transfer-Encoding");
}

HttpRequest to_request(const httplib::Request& in) {
  HttpRequest out;
  out.method = in.method;
  out.target = in.target;
  for (const auto& [name, value] : in.headers) out.headers.emplace_back(name, value);
  return out;
}

// Makes the backlog and the socket of cpp-httplib's servers reachable.
template <typename Base>
class OpenServer : public Base {
 public:
  using Base::Base;
  // cpp-httplib listens with a backlog of 5, which stalls clients that connect at once.
  void widen_backlog() { ::listen(this->svr_sock_, SOMAXCONN); }
};

}  // namespace

// Counts the requests whose answer is being made or written. cpp-httplib tells of the end of an
// answer on the thread that made it, and not if the peer went away before.
class InFlight {
 public:
  void enter() {
    if (std::exchange(answering_, true)) return;
    const std::lock_guard lock(mutex_);
    ++count_;
  }
  void leave() {
    if (!std::exchange(answering_, false)) return;
    const std::lock_guard lock(mutex_);
    if (--count_ == 0) none_.notify_all();
  }
  void wait_for_none(std::chrono::milliseconds at_most) {
    std::unique_lock lock(mutex_);
    none_.wait_for(lock, at_most, [this] { return count_ == 0; });
  }

 private:
  static thread_local bool answering_;  // a thread serves one connection of one listener
  std::mutex mutex_;
  std::condition_variable none_;
  int count_ = 0;
};
thread_local bool InFlight::answering_ = false;

class HttpListener::Impl {
 public:
  Impl(const Options& options, Handler handler) : options_(options), handler_(std::move(handler)) {}

  Result<void> start() {
    if (options_.tls) {
      auto server = std::make_unique<OpenServer<httplib::SSLServer>>(
          [this](SSL_CTX& context) { return use_tls(context, *options_.tls); });
      return run(std::move(server));
    }
    return run(std::make_unique<OpenServer<httplib::Server>>());
  }

  void stop() {
    if (!server_ || stopped_.exchange(true)) return;
    server_->stop();
    pauses_.cancel();
    in_flight_.wait_for_none(kStopGrace);
    shut_connections_on(port_);
    if (thread_.joinable()) thread_.join();
  }

  int port() const { return port_; }
  std::size_t connections() const { return connections_; }

 private:
  template <typename S>
  Result<void> run(std::unique_ptr<S> server) {
    if (!server->is_valid()) {
      return fail(ErrorKind::kUsage, "tls: expected a certificate and its key in PEM");
    }
    configure(*server);
    errno = 0;
    const auto& [host, wanted] = options_.address;
    if (wanted == 0) {
      port_ = server->bind_to_any_port(host);
    } else {
      port_ = server->bind_to_port(host, wanted) ? wanted : -1;
    }
    if (port_ <= 0) {
      const std::string why = errno == 0 ? "no such address" : std::strerror(errno);
      return fail(
          ErrorKind::kSystem,
          fmt::format("{}:{}: could not listen: {}; choose another address, or port 0 for a "
                      "free one",
                      host, wanted, why));
    }
    server->widen_backlog();
    server_ = std::move(server);
    thread_ = std::thread([this] { server_->listen_after_bind(); });
    // stop() before the accept loop runs would do nothing. There is no event for it, only this
    // flag.
    while (!server_->is_running()) std::this_thread::yield();
    return {};
  }

  void configure(httplib::Server& server) {
    server.new_task_queue = [this] {
      return new PoolQueue(options_.max_connections, connections_);
    };
    // cpp-httplib would set SO_REUSEPORT: a second server on the port would start and steal.
    server.set_socket_options([](socket_t socket) {
      const int yes = 1;
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    server.set_tcp_nodelay(true);
    server.set_keep_alive_max_count(1'000'000'000);
    server.set_keep_alive_timeout(60);
    const auto without_body = [this](const httplib::Request& in, httplib::Response& out) {
      answer(in, out);
    };
    const auto with_body = [this](const httplib::Request& in, httplib::Response& out,
                                  const httplib::ContentReader& reader) {
      read_and_answer(in, out, reader);
    };
    server.Get(".*", without_body);
    server.Options(".*", without_body);
    server.Post(".*", httplib::Server::HandlerWithContentReader(with_body));
    server.Put(".*", httplib::Server::HandlerWithContentReader(with_body));
    server.Patch(".*", httplib::Server::HandlerWithContentReader(with_body));
    server.Delete(".*", httplib::Server::HandlerWithContentReader(with_body));
    server.set_logger(
        [this](const httplib::Request&, const httplib::Response&) { in_flight_.leave(); });
    server.set_error_handler([](const httplib::Request&, httplib::Response& out) {
      const bool ours = out.has_header("Content-Type");  // cpp-httplib's own have none
      if (ours || out.status < 400) return;
      explain_http_error(out);
    });
  }

  void answer(const httplib::Request& in, httplib::Response& out) {
    in_flight_.enter();
    HttpRequest request = to_request(in);
    send(handler_(request, {}), in, out);
  }

  void read_and_answer(const httplib::Request& in, httplib::Response& out,
                       const httplib::ContentReader& reader) {
    in_flight_.enter();
    HttpRequest request = to_request(in);
    bool whole = !has_body(in);  // what follows on the connection is the next request
    const BodyReader read([&](std::size_t limit_bytes, const BodySink& take) {
      const BodyState state = read_body(in, reader, limit_bytes, take);
      whole = state == BodyState::kComplete;
      return state;
    });
    WireAnswer answer = handler_(request, read);
    const bool intact = answer.wire.intact();
    send(std::move(answer), in, out);
    if (!whole && intact) close_after(out);
  }

  void send(WireAnswer answer, const httplib::Request& in, httplib::Response& out) {
    const WireFault wire = answer.wire;
    write(std::move(answer.response), out);
    if (!wire.intact()) spoil(wire, {&in, port_, &pauses_}, out);
  }

  BodyState read_body(const httplib::Request& in, const httplib::ContentReader& reader,
                      std::size_t limit_bytes, const BodySink& sink) {
    if (!has_body(in)) return BodyState::kComplete;
    const auto announced = parse_int64(in.get_header_value("Content-Length"));
    const std::size_t readable = limit_bytes + kMaxDrainedBodyBytes;
    if (announced && *announced > static_cast<std::int64_t>(readable)) return BodyState::kTooLarge;
    std::size_t received = 0;
    const auto take = [&](const char* data, std::size_t size) {
      received += size;
      if (received > limit_bytes) return received <= readable;
      sink({data, size});
      return true;
    };
    // A form goes to cpp-httplib's multipart reader unless it is asked for as what it is: bytes.
    const bool whole = in.is_multipart_form_data()
                           ? reader([](const httplib::MultipartFormData&) { return true; }, take)
                           : reader(take);
    const bool short_of = announced && static_cast<std::int64_t>(received) < *announced &&
                          !in.is_multipart_form_data();
    if (received > limit_bytes) return BodyState::kTooLarge;
    return whole && !short_of ? BodyState::kComplete : BodyState::kCutOff;
  }

  // What cpp-httplib refuses before it is a request at all.
  static void explain_http_error(httplib::Response& out) {
    std::string_view what = "a request this server can read";
    if (out.status == 400) {
      what = "a well-formed HTTP request (raw spaces or line breaks in the URL?)";
    } else if (out.status == 414) {
      what = "a URL of at most 8192 bytes";
    } else if (out.status == 404) {
      what = "GET or POST";
    }
    out.set_header("X-Zimmock-Explain",
                   fmt::format("http: expected {}, got status {}", what, out.status));
    out.set_content(
        fmt::format(R"({{"Code":2,"Message":"input parameter error","RequestId":"0"}})"),
        "application/json");
  }

  Options options_;
  Handler handler_;
  std::atomic<std::size_t> connections_{0};
  std::unique_ptr<httplib::Server> server_;
  std::thread thread_;
  InFlight in_flight_;
  Pauses pauses_;
  std::atomic<bool> stopped_{false};
  int port_ = -1;
};

HttpListener::HttpListener(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

HttpListener::~HttpListener() { stop(); }

Result<std::unique_ptr<HttpListener>> HttpListener::start(const Options& options, Handler handler) {
  auto impl = std::make_unique<Impl>(options, std::move(handler));
  if (auto started = impl->start(); !started) return tl::unexpected(started.error());
  return std::unique_ptr<HttpListener>(new HttpListener(std::move(impl)));
}

int HttpListener::port() const { return impl_->port(); }

std::size_t HttpListener::connections() const { return impl_->connections(); }

void HttpListener::stop() { impl_->stop(); }

Result<ListenAddress> parse_listen_address(std::string_view text) {
  constexpr std::int64_t kMaxPort = 65'535;
  const auto colon = text.rfind(':');
  const auto port =
      colon == std::string_view::npos ? std::nullopt : parse_int64(text.substr(colon + 1));
  if (!port || *port < 0 || *port > kMaxPort) {
    return fail(ErrorKind::kUsage, fmt::format("expected HOST:PORT, such as 127.0.0.1:8080 or "
                                               "[::1]:0, got {}",
                                               quote(text)));
  }
  ListenAddress out;
  std::string_view host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  if (!host.empty()) out.host = host;
  out.port = static_cast<int>(*port);
  return out;
}

bool is_loopback(const std::string& host) {
  if (host == "localhost" || host == "::1") return true;
  in_addr address{};
  return ::inet_pton(AF_INET, host.c_str(), &address) == 1 && (ntohl(address.s_addr) >> 24) == 127;
}

}  // namespace zimmock::mock
