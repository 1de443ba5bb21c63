// Wrong mocks that say otherwise what a user's client gets.

#include <deque>
#include <limits>
#include <string>

#include "contracts/api/message_body.h"
#include "tests/wrong/edits.h"

namespace zimmock::wrong {
namespace {

using DeliverySeam = std::function<const DeliveryRule&(std::int64_t, Role, const SdkVersion&)>;

void add_deliveries(Mocks& mocks, const Named& named, DeliverySeam delivery) {
  add(mocks, named).delivery = std::move(delivery);
}

// Undocumented is said to be delivered, delivered to be absent, and what is not to be seen is.
Delivery otherwise(Delivery delivery) {
  return delivery == Delivery::kDelivered ? Delivery::kAbsent : Delivery::kDelivered;
}

void add_outcome(Mocks& mocks, const DeliveryRule& row) {
  DeliveryRule wrong = row;
  wrong.delivery = otherwise(row.delivery);
  const std::string said(to_string(wrong.delivery));
  add_deliveries(mocks, {row.rule_id, "said-" + said, "The outcome is said to be " + said + "."},
                 [&row, wrong](std::int64_t type, Role role,
                               const SdkVersion& version) -> const DeliveryRule& {
                   const DeliveryRule& honest = delivery_of(type, role, version);
                   return &honest == &row ? wrong : honest;
                 });
}

// The version just before, as far as rows go.
SdkVersion before(const SdkVersion& version) {
  constexpr std::int64_t kAny = 999;
  if (version.patch > 0) return {version.major, version.minor, version.patch - 1};
  if (version.minor > 0) return {version.major, version.minor - 1, kAny};
  return {version.major - 1, kAny, kAny};
}

void add_edges(Mocks& mocks, const DeliveryRule& row) {
  constexpr SdkVersion kZero{0, 0, 0};
  if (row.from != kZero) {
    add_deliveries(
        mocks, {row.rule_id, "from-exclusive", "The version it begins with is not in it."},
        [&row](std::int64_t type, Role role, const SdkVersion& version) -> const DeliveryRule& {
          const DeliveryRule& honest = delivery_of(type, role, version);
          const bool edge = &honest == &row && version == row.from;
          return edge ? delivery_of(type, role, before(version)) : honest;
        });
  }
  if (row.until.major != std::numeric_limits<std::int64_t>::max()) {
    add_deliveries(
        mocks, {row.rule_id, "until-inclusive", "The version it ends with is in it."},
        [&row](std::int64_t type, Role role, const SdkVersion& version) -> const DeliveryRule& {
          if (version != row.until) return delivery_of(type, role, version);
          const DeliveryRule& last = delivery_of(type, role, before(version));
          return &last == &row ? row : delivery_of(type, role, version);
        });
  }
}

// Digit by digit, "2.10.0" is less than "2.8.0".
bool less_as_text(const SdkVersion& a, const SdkVersion& b) {
  const auto text = [](const SdkVersion& version) {
    return std::to_string(version.major) + '.' + std::to_string(version.minor) + '.' +
           std::to_string(version.patch);
  };
  return text(a) < text(b);
}

void add_versions(Mocks& mocks) {
  for (const RuleId rule_id : {RuleId::kDeliveryCustomReceiver, RuleId::kDeliveryTextSender}) {
    add_deliveries(
        mocks, {rule_id, "version-as-text", "Versions are compared as text."},
        [rule_id](std::int64_t type, Role role, const SdkVersion& version) -> const DeliveryRule& {
          const DeliveryRule& honest = delivery_of(type, role, version);
          const bool less = honest.rule_id == rule_id && less_as_text(version, honest.from);
          return less ? delivery_of(type, role, before(honest.from)) : honest;
        });
  }
  for (const RuleId rule_id : {RuleId::kDeliveryTextSenderOld, RuleId::kDeliveryCustomSenderOld}) {
    add_deliveries(
        mocks, {rule_id, "as-receiver", "The sender gets what a receiver gets."},
        [rule_id](std::int64_t type, Role role, const SdkVersion& version) -> const DeliveryRule& {
          const DeliveryRule& honest = delivery_of(type, role, version);
          return honest.rule_id == rule_id ? delivery_of(type, Role::kReceiver, version) : honest;
        });
  }
}

}  // namespace

void add_delivery(Mocks& mocks) {
  for (const DeliveryRule& row : delivery_rules()) {
    add_outcome(mocks, row);
    add_edges(mocks, row);
  }
  add_versions(mocks);
}

}  // namespace zimmock::wrong
