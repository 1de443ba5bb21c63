#include "contracts/api/sdk_delivery.h"

#include <array>
#include <charconv>
#include <iterator>
#include <limits>

namespace zimmock {
namespace {

using enum Delivery;
using enum Mark;
using enum Role;

constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::max();
constexpr SdkVersion kZero{0, 0, 0};
constexpr SdkVersion kEver{kNone, 0, 0};

constexpr DeliveryRule kDeliveryRules[] = {
    {"delivery.text-sender",
     1,
     1,
     kSender,
     {2, 7, 0},
     kEver,
     kDelivered,
     kDocumented,
     "a text reaches the sender's own client from SDK 2.7.0"},
    {"delivery.text-sender-old",
     1,
     1,
     kSender,
     kZero,
     {2, 7, 0},
     kAbsent,
     kInferred,
     "a text does not reach the sender's own client before SDK 2.7.0"},
    {"delivery.text-receiver",
     1,
     1,
     kReceiver,
     {2, 0, 0},
     kEver,
     kDelivered,
     kInferred,
     "a text reaches the receiver from SDK 2.0.0"},
    {"delivery.text-receiver-1x",
     1,
     1,
     kReceiver,
     kZero,
     {2, 0, 0},
     kUndocumented,
     kAssumed,
     "nobody says what a receiver on SDK 1.x gets of a text"},
    {"delivery.custom-receiver",
     200,
     200,
     kReceiver,
     {2, 8, 0},
     kEver,
     kDelivered,
     kDocumented,
     "a custom message reaches the receiver in full from SDK 2.8.0"},
    {"delivery.custom-receiver-unknown",
     200,
     200,
     kReceiver,
     {2, 0, 0},
     {2, 8, 0},
     kUnknown,
     kDocumented,
     "a receiver on SDK 2.0.0 up to 2.8.0 gets a custom message as type unknown, without content"},
    {"delivery.custom-receiver-1x",
     200,
     200,
     kReceiver,
     kZero,
     {2, 0, 0},
     kAbsent,
     kDocumented,
     "a receiver on SDK 1.x gets nothing of a custom message, not even unknown"},
    {"delivery.custom-sender",
     200,
     200,
     kSender,
     {2, 8, 0},
     kEver,
     kDelivered,
     kInferred,
     "a custom message reaches the sender's own client from SDK 2.8.0, which sending needs"},
    {"delivery.sender-1x",
     3,
     200,
     kSender,
     kZero,
     {2, 0, 0},
     kAbsent,
     kInferred,
     "for a sender on SDK 1.x the service carries command messages only"},
    {"delivery.custom-sender-old",
     200,
     200,
     kSender,
     {2, 0, 0},
     {2, 8, 0},
     kUndocumented,
     kAssumed,
     "nobody says what the sender's own client gets of a custom message before SDK 2.8.0"},
    {"delivery.media-receiver",
     11,
     14,
     kReceiver,
     {2, 1, 0},
     kEver,
     kDelivered,
     kInferred,
     "image, file, audio and video reach the receiver from SDK 2.1.0"},
    {"delivery.multi-receiver",
     10,
     10,
     kReceiver,
     {2, 19, 0},
     kEver,
     kDelivered,
     kInferred,
     "a multi-item message reaches the receiver from SDK 2.19.0"},
    {"delivery.undocumented", 0, kNone, kReceiver, kZero, kEver, kUndocumented, kAssumed,
     "nobody says what this receiver's SDK version gets of this type"},
    {"delivery.undocumented-sender", 0, kNone, kSender, kZero, kEver, kUndocumented, kAssumed,
     "nobody says what the sender's own client gets of this type"},
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

}  // namespace zimmock
