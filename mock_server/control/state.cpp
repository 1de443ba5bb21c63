#include "mock_server/tenant/state_document.h"

#include "mock_server/control/control_call.h"

namespace zimmock::mock {
namespace {

ControlResult import_document(ControlCall& call, StateMode mode) {
  StateImport import(*call.tenant, mode);
  const auto read = call.body.stream([&](std::string_view part) { import.add(part); });
  if (!read) return tl::unexpected(read.error());
  call.service.settle(*call.tenant);  // again: reading may have taken its time
  const auto counts = import.finish();
  if (!counts) return bad_request(counts.error());
  ControlReply reply;
  reply.body = {
      {"users", counts->users}, {"devices", counts->devices}, {"messages", counts->messages}};
  if (!counts->left_out.empty()) reply.body["left_out"] = counts->left_out;
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

}  // namespace zimmock::mock
