#include "contracts/api/sdk_delivery.h"

#include <array>
#include <charconv>
#include <iterator>
#include <limits>

namespace zimmock::inline contract {
namespace {

using enum Delivery;
using enum Role;

constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::max();
constexpr SdkVersion kZero{0, 0, 0};
constexpr SdkVersion kEver{kNone, 0, 0};

constexpr DeliveryRule kDeliveryRules[] = {
    {RuleId::kDeliveryTextSender, 1, 1, kSender, {2, 7, 0}, kEver, kDelivered},
    {RuleId::kDeliveryTextSenderOld, 1, 1, kSender, kZero, {2, 7, 0}, kAbsent},
    {RuleId::kDeliveryTextReceiver, 1, 1, kReceiver, {2, 0, 0}, kEver, kDelivered},
    {RuleId::kDeliveryTextReceiver1x, 1, 1, kReceiver, kZero, {2, 0, 0}, kUndocumented},
    {RuleId::kDeliveryCustomReceiver, 200, 200, kReceiver, {2, 8, 0}, kEver, kDelivered},
    {RuleId::kDeliveryCustomReceiverUnknown, 200, 200, kReceiver, {2, 0, 0}, {2, 8, 0}, kUnknown},
    {RuleId::kDeliveryCustomReceiver1x, 200, 200, kReceiver, kZero, {2, 0, 0}, kAbsent},
    {RuleId::kDeliveryCustomSender, 200, 200, kSender, {2, 8, 0}, kEver, kDelivered},
    {RuleId::kDeliverySender1x, 3, 200, kSender, kZero, {2, 0, 0}, kAbsent},
    {RuleId::kDeliveryCustomSenderOld, 200, 200, kSender, {2, 0, 0}, {2, 8, 0}, kUndocumented},
    {RuleId::kDeliveryMediaReceiver, 11, 14, kReceiver, {2, 1, 0}, kEver, kDelivered},
    {RuleId::kDeliveryMultiReceiver, 10, 10, kReceiver, {2, 19, 0}, kEver, kDelivered},
    {RuleId::kDeliveryMultiReceiverUnknown, 10, 10, kReceiver, {2, 0, 0}, {2, 19, 0}, kUnknown},
    {RuleId::kDeliveryMultiReceiver1x, 10, 10, kReceiver, kZero, {2, 0, 0}, kAbsent},
    {RuleId::kDeliveryMultiSender, 10, 10, kSender, {2, 19, 0}, kEver, kDelivered},
    {RuleId::kDeliveryUndocumented, 0, kNone, kReceiver, kZero, kEver, kUndocumented},
    {RuleId::kDeliveryUndocumentedSender, 0, kNone, kSender, kZero, kEver, kUndocumented},
};

}  // namespace

std::optional<SdkVersion> parse_sdk_version(std::string_view text) {
  text = text.substr(0, text.find_first_of("-+"));
  std::array<std::int64_t, 3> numbers{};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const std::string_view part = text.substr(0, text.find('.'));
    const auto [end, code] = std::from_chars(part.data(), part.data() + part.size(), numbers[i]);
    if (code != std::errc{} || end != part.data() + part.size() || part.empty() ||
        part.front() == '-') {
      return std::nullopt;
    }
    if (part.size() == text.size()) return SdkVersion{numbers[0], numbers[1], numbers[2]};
    text.remove_prefix(part.size() + 1);
  }
  return std::nullopt;
}

std::span<const DeliveryRule> delivery_rules() { return kDeliveryRules; }

const DeliveryRule& delivery_of(std::int64_t message_type, Role role, const SdkVersion& version) {
  for (const DeliveryRule& row : kDeliveryRules) {
    if (message_type >= row.first_type && message_type <= row.last_type && role == row.role &&
        version >= row.from && version < row.until) {
      return row;
    }
  }
  return *std::prev(std::end(kDeliveryRules));
}

std::string_view to_string(Delivery delivery) {
  switch (delivery) {
    case kDelivered:
      return "delivered";
    case kUnknown:
      return "unknown";
    case kAbsent:
      return "absent";
    case kUndocumented:
      return "undocumented";
  }
  return "";
}

std::string_view to_string(Role role) { return role == kSender ? "sender" : "receiver"; }

}  // namespace zimmock::inline contract
