#include <fmt/format.h>

#include "contracts/api/json_text.h"
#include "contracts/api/text.h"
#include "mock_server/control/control_call.h"

namespace zimmock::mock {
namespace {

// The only member of the body, a text.
tl::expected<std::string, ControlError> text_member(const ControlCall& call, const char* name) {
  const auto body = call.json_body();
  if (!body) return tl::unexpected(body.error());
  if (auto known = only_members(*body, {name}); !known) return tl::unexpected(known.error());
  const auto found = body->find(name);
  if (found == body->end() || !found->is_string()) {
    return control_error(
        400, fmt::format("/{}: expected a string, got {}", name,
                         found == body->end() ? "nothing" : json_type_and_value(*found)));
  }
  return found->get<std::string>();
}

}  // namespace

ControlResult show_clock(ControlCall& call) {
  const TenantClock& clock = call.tenant->clock();
  const std::int64_t now_ms = clock.wall_ms();
  ControlReply reply;
  reply.body = {
      {"clock", to_string(clock.setting())}, {"now", iso_time(now_ms)}, {"now_ms", now_ms}};
  return reply;
}

ControlResult set_clock(ControlCall& call) {
  const auto text = text_member(call, "clock");
  if (!text) return tl::unexpected(text.error());
  const auto setting = parse_clock(*text);
  if (!setting) return control_error(400, "/" + setting.error().message);
  call.tenant->clock().set(*setting);
  call.service.settle(*call.tenant);
  return show_clock(call);
}

ControlResult advance_clock(ControlCall& call) {
  const auto text = text_member(call, "by");
  if (!text) return tl::unexpected(text.error());
  const auto by_ms = parse_duration_ms(*text);
  if (!by_ms) {
    return control_error(
        400, fmt::format("/by: expected a duration such as 601s or -10m, got {}", quote(*text)));
  }
  if (!call.tenant->clock().advance(*by_ms)) {
    return control_error(400, fmt::format("/by: expected at most 36500d, to a time from 1970 to "
                                          "2200, got {}",
                                          quote(*text)));
  }
  call.service.settle(*call.tenant);
  return show_clock(call);
}

}  // namespace zimmock::mock
