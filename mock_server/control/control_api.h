#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "contracts/api/http.h"
#include "mock_server/http/wire_answer.h"
#include "mock_server/service/service.h"

namespace zimmock::mock {

inline constexpr std::string_view kControlRoot = "/_zimmock/";
inline constexpr std::string_view kControlPath = "/_zimmock/v1";

struct ControlApiOptions {
  std::string token;  // if not "", every call but health needs "Authorization: Bearer TOKEN"
  TenantOptions new_tenants;  // what a created tenant has unless its creator says otherwise
  // A JSON object with what health says of the server (addresses) to who may make the other calls;
  // everybody else learns that it answers. May be empty.
  std::function<std::string()> about;
};

// The control API: JSON over HTTP under /_zimmock/v1, to put the service into any state and to ask
// what happened. Errors are answered as {"error": "one line"} with status 400, 401, 403, 404, 405
// or 409. Thread-safe; wait blocks.
class ControlApi {
 public:
  // `service` must outlive it.
  ControlApi(Service& service, ControlApiOptions options)
      : service_(service), options_(std::move(options)) {}

  // `open` is false on an address that others can reach: without a token there is only health then.
  // Decides by the head whether the caller may call, and only then reads the body: 1 MiB at most
  // (400 for a larger one), but for the import of a state, which is read as it comes.
  HttpResponse answer(HttpRequest& request, const BodyReader& read_body, bool open) const;

 private:
  Service& service_;
  ControlApiOptions options_;
};

struct ControlRoute {
  std::string_view method;
  std::string_view path;  // under /_zimmock/v1; a word in braces stands for one segment
  std::string_view what;
};

// Every call, in the order of `zimmock list control`.
std::vector<ControlRoute> control_routes();

}  // namespace zimmock::mock
