#include <fmt/format.h>

#include "contracts/api/text.h"
#include "mock_server/control/control_call.h"

namespace zimmock::mock {
namespace {

nlohmann::json to_json(const FaultRule& rule) {
  return {{"id", rule.id},
          {"spec", to_spec(rule.fault)},
          {"when", to_string(rule.fault.when)},
          {"matched", rule.matched},
          {"hits", rule.hits}};
}

}  // namespace

ControlResult list_faults(ControlCall& call) {
  ControlReply reply;
  reply.body["faults"] = nlohmann::json::array();
  for (const FaultRule& rule : call.tenant->faults().list()) {
    reply.body["faults"].push_back(to_json(rule));
  }
  return reply;
}

ControlResult add_fault(ControlCall& call) {
  const auto body = call.json_body();
  if (!body) return tl::unexpected(body.error());
  auto fault = fault_from_json(*body);
  if (!fault) return bad_request(fault.error());
  ControlReply reply;
  reply.status = 201;
  reply.body = to_json(call.tenant->faults().add(*std::move(fault)));
  return reply;
}

ControlResult delete_fault(ControlCall& call) {
  const std::string& text = call.segments.back();
  const auto id = parse_int64(text);
  if (!id || *id < 1 || !call.tenant->faults().remove(static_cast<std::uint64_t>(*id))) {
    return control_error(404, fmt::format("fault: no rule has the id {}", quote(text)));
  }
  return ControlReply{};
}

ControlResult clear_faults(ControlCall& call) {
  call.tenant->faults().clear();
  return ControlReply{};
}

}  // namespace zimmock::mock
