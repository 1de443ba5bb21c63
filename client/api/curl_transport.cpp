#include "client/api/curl_transport.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <mutex>

#include <curl/curl.h>
#include <fmt/format.h>

#include "contracts/api/text.h"

namespace zimmock::client {
namespace {

// What one call hands to libcurl's callbacks.
struct Exchange {
  bool has_body = false;
  std::string_view body_left;
  bool body_started = false;  // libcurl has taken bytes of the body: they may be on the wire
  bool answer_too_large = false;
  std::size_t max_answer_bytes = 0;
  HttpResponse response;
};

std::size_t give_body(char* to, std::size_t size, std::size_t count, void* context) {
  auto& exchange = *static_cast<Exchange*>(context);
  exchange.body_started = true;
  const std::size_t bytes = std::min(size * count, exchange.body_left.size());
  std::memcpy(to, exchange.body_left.data(), bytes);
  exchange.body_left.remove_prefix(bytes);
  return bytes;
}

// libcurl sends a request again by itself when a kept connection dies before the answer. For that
// it must rewind the body; refusing is the one way to forbid it.
int refuse_rewind(void*, curl_off_t, int) { return CURL_SEEKFUNC_FAIL; }

std::size_t take_header(char* data, std::size_t size, std::size_t count, void* context) {
  auto& response = static_cast<Exchange*>(context)->response;
  const std::string_view line(data, size * count);
  if (line.starts_with("HTTP/")) {
    response.headers.clear();
  } else if (const auto colon = line.find(':'); colon != line.npos) {
    response.headers.emplace_back(line.substr(0, colon), trim(line.substr(colon + 1)));
  }
  return size * count;
}

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* context) {
  auto& exchange = *static_cast<Exchange*>(context);
  const std::size_t bytes = size * count;
  if (exchange.response.body.size() + bytes > exchange.max_answer_bytes) {
    exchange.answer_too_large = true;
    return bytes == 0 ? 1 : 0;
  }
  exchange.response.body.append(data, bytes);
  return bytes;
}

// OpenSSL writes to a connection that the peer has closed with a signal that ends the process, and
// with CURLOPT_NOSIGNAL libcurl leaves that to us. Held back while a thread sends.
class NoBrokenPipeSignal {
 public:
  NoBrokenPipeSignal() {
    sigemptyset(&broken_pipe_);
    sigaddset(&broken_pipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &broken_pipe_, &before_);
  }
  ~NoBrokenPipeSignal() {
    constexpr timespec kNoWait{0, 0};
    if (!was_pending_) sigtimedwait(&broken_pipe_, nullptr, &kNoWait);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  NoBrokenPipeSignal(const NoBrokenPipeSignal&) = delete;
  NoBrokenPipeSignal& operator=(const NoBrokenPipeSignal&) = delete;

 private:
  sigset_t broken_pipe_{};
  sigset_t before_{};
  bool was_pending_ = false;
};

struct ListCleanup {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, ListCleanup>;

void append(HeaderList& list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) return;
  list.release();
  list.reset(longer);
}

HeaderList header_list(const HttpRequest& request) {
  HeaderList list;
  for (const auto& [name, value] : request.headers)
    append(list, fmt::format("{}: {}", name, value));
  append(list, "Expect:");
  return list;
}

}  // namespace

struct CurlTransport::Impl {
  CurlOptions options;
  CURL* handle = nullptr;
  char detail[CURL_ERROR_SIZE] = {};

  ~Impl() {
    if (handle != nullptr) curl_easy_cleanup(handle);
  }

  template <typename Value>
  void set(CURLoption option, Value value) {
    curl_easy_setopt(handle, option, value);
  }
  void set(CURLoption option, std::int64_t value) {
    curl_easy_setopt(handle, option, static_cast<long>(value));
  }

  void configure();
  void prepare(const HttpRequest& request, Exchange& exchange, curl_slist* headers);
  tl::unexpected<Error> error(CURLcode code, const Exchange& exchange) const;
  std::string what_went_wrong(CURLcode code, const Exchange& exchange) const;
};

void CurlTransport::Impl::configure() {
  set(CURLOPT_ERRORBUFFER, &detail[0]);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_TCP_NODELAY, 1L);
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_PATH_AS_IS, 1L);  // what the caller has checked is what is sent
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  // HTTP/2 has repetitions of its own (refused streams); one call a connection needs none of it.
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  if (!options.ca_file.empty()) {
    set(CURLOPT_CAINFO, options.ca_file.c_str());
    // Without this the system's folder of CAs would be trusted as well.
    set(CURLOPT_CAPATH, static_cast<char*>(nullptr));
  }
  if (!options.use_proxy) set(CURLOPT_PROXY, "");
  set(CURLOPT_CONNECTTIMEOUT_MS, options.connect_timeout_ms);
  set(CURLOPT_TIMEOUT_MS, options.total_timeout_ms);
  set(CURLOPT_USERAGENT, "zimmock");
  set(CURLOPT_READFUNCTION, give_body);
  set(CURLOPT_SEEKFUNCTION, refuse_rewind);
  set(CURLOPT_HEADERFUNCTION, take_header);
  set(CURLOPT_WRITEFUNCTION, take_body);
}

void CurlTransport::Impl::prepare(const HttpRequest& request, Exchange& exchange,
                                  curl_slist* headers) {
  set(CURLOPT_URL, (options.endpoint.url + request.target).c_str());
  // To libcurl, every request with a body is a POST by another name. So is a PUT of nothing:
  // without a Content-Length a server may wait for the end of it. The name of the request before is
  // still set: it is taken back where libcurl's own is meant.
  const bool is_post = request.method == "POST";
  if (is_post || request.method == "PUT" || exchange.has_body) {
    set(CURLOPT_POST, 1L);
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
  } else {
    set(CURLOPT_HTTPGET, 1L);
  }
  set(CURLOPT_CUSTOMREQUEST, is_post ? static_cast<const char*>(nullptr) : request.method.c_str());
  set(CURLOPT_HTTPHEADER, headers);
  set(CURLOPT_READDATA, &exchange);
  set(CURLOPT_HEADERDATA, &exchange);
  set(CURLOPT_WRITEDATA, &exchange);
  detail[0] = '\0';
}

std::string CurlTransport::Impl::what_went_wrong(CURLcode code, const Exchange& exchange) const {
  const std::string told = detail[0] != '\0' ? detail : curl_easy_strerror(code);
  constexpr std::string_view kClosed = "the service closed the connection without an answer";
  // libcurl connects anew before it finds that it may not repeat the request, and tells of that.
  const bool before_sending = code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_CONNECT ||
                              code == CURLE_SSL_CONNECT_ERROR ||
                              code == CURLE_PEER_FAILED_VERIFICATION;
  if (before_sending && exchange.body_started) return std::string(kClosed);
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return fmt::format("name not found: {}", told);
    case CURLE_COULDNT_CONNECT: {
      long system_error = 0;
      curl_easy_getinfo(handle, CURLINFO_OS_ERRNO, &system_error);
      const std::string why =
          system_error != 0 ? std::strerror(static_cast<int>(system_error)) : told;
      return fmt::format("could not connect: {}; is the service running there?", why);
    }
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return fmt::format(
          "TLS: the certificate could not be verified against {}: {}; give the CA that signed it "
          "with --ca-file",
          options.ca_file.empty() ? std::string("the system's CAs") : quote(options.ca_file), told);
    case CURLE_SSL_CONNECT_ERROR:
      return fmt::format("TLS: no agreement with the service: {}", told);
    case CURLE_OPERATION_TIMEDOUT:
      return fmt::format(
          "{}: {}", exchange.body_started ? "no answer in time" : "no connection in time", told);
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_FAIL_REWIND:
      return std::string(kClosed);
    case CURLE_PARTIAL_FILE:
      return fmt::format("the answer is cut off: {}", told);
    case CURLE_WRITE_ERROR:
      if (!exchange.answer_too_large) return told;
      return fmt::format("the answer is larger than {} bytes", exchange.max_answer_bytes);
    default:
      return told;
  }
}

tl::unexpected<Error> CurlTransport::Impl::error(CURLcode code, const Exchange& exchange) const {
  long head_bytes = 0;
  curl_easy_getinfo(handle, CURLINFO_REQUEST_SIZE, &head_bytes);
  const bool sent = exchange.body_started || (!exchange.has_body && head_bytes > 0);
  return fail(
      sent ? ErrorKind::kInDoubt : ErrorKind::kUnreachable,
      fmt::format("{}: {}", options.endpoint.url, printable_line(what_went_wrong(code, exchange))));
}

CurlTransport::CurlTransport(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CurlTransport::~CurlTransport() = default;

Result<std::unique_ptr<CurlTransport>> CurlTransport::open(CurlOptions options) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  if (!options.ca_file.empty()) {
    errno = 0;
    if (std::ifstream in(options.ca_file); !in || in.peek() == std::ifstream::traits_type::eof()) {
      return fail(ErrorKind::kUsage,
                  fmt::format("{}: could not read the CA file: {}", options.ca_file,
                              errno != 0 ? std::strerror(errno) : "it is empty"));
    }
  }
  auto impl = std::make_unique<Impl>();
  impl->options = std::move(options);
  impl->handle = curl_easy_init();
  if (impl->handle == nullptr) return fail(ErrorKind::kSystem, "libcurl: no handle");
  impl->configure();
  return std::unique_ptr<CurlTransport>(new CurlTransport(std::move(impl)));
}

Result<HttpResponse> CurlTransport::send(const HttpRequest& request) {
  Exchange exchange;
  exchange.has_body = !request.body.empty();
  exchange.body_left = request.body;
  exchange.max_answer_bytes = impl_->options.max_answer_bytes;
  const HeaderList headers = header_list(request);
  impl_->prepare(request, exchange, headers.get());
  const CURLcode code = [&] {
    const NoBrokenPipeSignal guard;
    return curl_easy_perform(impl_->handle);
  }();
  if (code != CURLE_OK) return impl_->error(code, exchange);
  long status = 0;
  curl_easy_getinfo(impl_->handle, CURLINFO_RESPONSE_CODE, &status);
  exchange.response.status = static_cast<int>(status);
  return std::move(exchange.response);
}

}  // namespace zimmock::client
