// Any bytes as a state document. It is imported as a whole or changes nothing, and what is exported
// then imports to the same bytes.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "mock_server/tenant/state_document.h"
#include "tests/support/manual_clock.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace zimmock;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const test::ManualClock clock;
  mock::Tenant tenant(1, "secret", {}, clock), other(2, "secret", {}, clock);
  const std::string before = mock::export_state(tenant);
  const auto done = mock::import_state(tenant, input, mock::StateMode::kAdd);
  const std::string after = mock::export_state(tenant);
  if (!done && after != before) std::abort();
  if (!mock::import_state(other, after, mock::StateMode::kReplace)) std::abort();
  if (mock::export_state(other) != after) std::abort();
  return 0;
}
