#pragma once

// What the handlers of the control API share. For mock_server/control/ only.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

#include "contracts/api/result.h"
#include "mock_server/control/control_api.h"
#include "mock_server/http/wire_answer.h"
#include "mock_server/requests/request_filter.h"

namespace zimmock::mock {

struct ControlReply {
  int status = 200;
  nlohmann::json body = nlohmann::json::object();
  std::string text;  // instead of `body`, as application/x-ndjson, if is_text
  bool is_text = false;
  std::string old_form;  // what the call says in a way that goes with the next release, and how now
};

struct ControlError {
  int status = 400;
  std::string message;
};

using ControlResult = tl::expected<ControlReply, ControlError>;

inline tl::unexpected<ControlError> control_error(int status, std::string message) {
  return tl::unexpected(ControlError{status, std::move(message)});
}
inline tl::unexpected<ControlError> bad_request(const Error& error) {
  return control_error(400, error.message);
}

// The body of a call. Nothing of it is read before the call's turn comes.
class ControlBody {
 public:
  // Both must outlive it.
  ControlBody(const HttpRequest& request, const BodyReader& reader)
      : request_(request), reader_(reader) {}

  // All of it, once. An error (400) names the limit, 1 MiB.
  tl::expected<std::string, ControlError> text();
  // The same part by part, up to 1 GiB, of which nothing is held.
  tl::expected<void, ControlError> stream(const BodySink& take);
  // Throws away what nobody has read, so that the connection can be kept: if it is small.
  void discard();

 private:
  const HttpRequest& request_;
  const BodyReader& reader_;
  bool read_ = false;
};

// One call of the control API, after its path was found and its tenant too.
struct ControlCall {
  Service& service;
  const ControlApiOptions& options;
  bool trusted;                       // false only for health
  std::vector<std::string> segments;  // what stands for {words} of the path, decoded
  std::vector<std::pair<std::string, std::string>> query;
  ControlBody& body;
  std::shared_ptr<Tenant> tenant;  // of a path under /tenants/{app_id}

  // Reads the body as a JSON object; an empty one is {}.
  tl::expected<nlohmann::json, ControlError> json_body() const;
};

using ControlHandler = ControlResult (*)(ControlCall& call);

// Checks that an object has no other members than these.
tl::expected<void, ControlError> only_members(const nlohmann::json& object,
                                              const std::vector<std::string_view>& known);

// The handlers, by file.
ControlResult list_tenants(ControlCall& call);
ControlResult create_tenant(ControlCall& call);
ControlResult show_tenant(ControlCall& call);
ControlResult delete_tenant(ControlCall& call);

ControlResult export_tenant_state(ControlCall& call);
ControlResult replace_tenant_state(ControlCall& call);
ControlResult add_tenant_state(ControlCall& call);
ControlResult reset_tenant_state(ControlCall& call);
ControlResult list_devices(ControlCall& call);
ControlResult set_devices(ControlCall& call);
ControlResult summarise_devices(ControlCall& call);
ControlResult view_conversation(ControlCall& call);

ControlResult show_clock(ControlCall& call);
ControlResult set_clock(ControlCall& call);
ControlResult advance_clock(ControlCall& call);

ControlResult list_faults(ControlCall& call);
ControlResult add_fault(ControlCall& call);
ControlResult delete_fault(ControlCall& call);
ControlResult clear_faults(ControlCall& call);

ControlResult list_requests(ControlCall& call);
ControlResult count_requests(ControlCall& call);
ControlResult clear_requests(ControlCall& call);
ControlResult list_unmatched(ControlCall& call);
ControlResult verify_requests(ControlCall& call);
ControlResult wait_for_requests(ControlCall& call);

}  // namespace zimmock::mock
