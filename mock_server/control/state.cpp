#include "mock_server/state_document.h"

#include "mock_server/control/control_call.h"

namespace zimmock {
namespace {

ControlResult import_document(ControlCall& call, StateMode mode) {
  const auto counts = import_state(*call.tenant, call.raw_body, mode);
  if (!counts) return bad_request(counts.error());
  ControlReply reply;
  reply.body = {
      {"users", counts->users}, {"devices", counts->devices}, {"messages", counts->messages}};
  return reply;
}

}  // namespace

ControlResult export_tenant_state(ControlCall& call) {
  ControlReply reply;
  reply.text = export_state(*call.tenant);
  reply.is_text = true;
  return reply;
}

ControlResult replace_tenant_state(ControlCall& call) {
  return import_document(call, StateMode::kReplace);
}

ControlResult add_tenant_state(ControlCall& call) { return import_document(call, StateMode::kAdd); }

ControlResult reset_tenant_state(ControlCall& call) {
  call.tenant->reset();
  return ControlReply{};
}

}  // namespace zimmock
