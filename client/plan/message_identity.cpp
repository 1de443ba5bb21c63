#include "client/plan/message_identity.h"

#include <fmt/format.h>

#include "contracts/api/message_body.h"
#include "contracts/api/returned_body.h"

namespace zimmock::client {
namespace {

// The lengths keep "ab" + "c" apart from "a" + "bc".
std::string joined(std::string_view sender, std::int64_t type, std::int64_t sub_type,
                   std::string_view body, std::string_view payload) {
  const std::string kept = body_identity(type, body);
  return fmt::format("{}:{}:{}:{}:{}:{}{}{}", type, type == kCustom ? sub_type : 0, sender.size(),
                     kept.size(), payload.size(), sender, kept, payload);
}

std::string returned(const Message& sent) {
  return returned_body(sent.content.type, sent.content.body);
}

}  // namespace

std::string message_identity(const Message& sent) {
  return joined(sent.from_user_id, sent.content.type, sent.content.sub_type, returned(sent),
                sent.content.extended_data);
}

std::string message_identity(const QueryItem& item) {
  return joined(item.sender, item.msg_type, item.sub_msg_type, item.msg_body, item.payload);
}

bool is_same_body(const Message& sent, const QueryItem& item) {
  return same_returned_body(sent.content.type, returned(sent), item.msg_body);
}

bool is_given_back(const Message& sent, const QueryItem& item) {
  const BodyComparison body =
      compare_returned_body(sent.content.type, sent.content.body, item.msg_body);
  return body.differences.empty() && body.urls_unchanged();
}

bool is_same_body(const Message& sent, const Message& other) {
  return same_returned_body(sent.content.type, returned(sent), returned(other));
}

}  // namespace zimmock::client
