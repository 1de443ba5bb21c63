#include "contracts/api/codes.h"

#include <algorithm>
#include <iterator>

namespace zimmock::inline contract {
namespace {

using enum CodeClass;

constexpr ReturnCode kReturnCodes[] = {
    {0, kSuccess, "success"},
    {1, kInDoubt, "failed, server busy"},
    {2, kRefused, "input parameter error"},
    {3, kCredentials, "authentication failed"},
    {7, kWait, "more requests per second than the system allows"},
    {50014, kRefused, "login failed, UserName too long"},
    {51102, kRefused, "user does not exist (not logged in)"},
    {105001, kInDoubt, "database request failed"},
    {100000000, kCredentials, "host of the request URL is wrong"},
    {100000001, kCredentials, "AppId format error"},
    {100000002, kCredentials, "Timestamp is empty"},
    {100000003, kCredentials, "Timestamp format error"},
    {100000004, kCredentials, "signature expired"},
    {100000005, kCredentials, "signature error"},
    {100000006, kCredentials, "Action is empty"},
    {100000007, kCredentials, "Action not supported"},
    {100000008, kCredentials, "SignatureNonce is empty"},
    {100000009, kCredentials, "Signature is empty"},
    {100000010, kCredentials, "could not get the ServerSecret"},
    {100000011, kCredentials, "could not get the App configuration"},
    {100000012, kRefused, "could not read the HTTP body"},
    {100000013, kCredentials, "SignatureVersion is empty"},
    {100000014, kCredentials, "SignatureVersion not supported"},
    {100000015, kInDoubt, "gateway internal error"},
    {100000016, kCredentials, "App not configured for production"},
    {100000017, kCredentials, "App not enabled for this service"},
    {660000001, kInDoubt, "general business error"},
    {660000002, kRefused, "input parameter error"},
    {660000003, kInDoubt, "logic processing error"},
    {660000011, kRefused, "too many users in the list"},
    {660000012, kRefused, "UserID longer than 32 bytes"},
    {660000022, kRefused, "message not found (deleted or never existed)"},
    {660000023, kRefused, "message already recalled"},
    {660000024, kRefused, "recall time exceeded"},
    {660000026, kRefused, "the message to recall is not FromUserId's"},
    {660300005, kWait, "AppID-level call frequency exceeded"},
    {660400001, kRefused, "message too large"},
    {660500002, kRefused, "operator (FromUserId) not registered"},
    {660600021, kRefused, "send-message parameter error"},
    {660600023, kRefused, "message length exceeds limit"},
    {660600030, kRefused, "FromUserId equals ToUserId"},
    {660700001, kWait, "UserRegister called too often"},
    {660700002, kRefused, "user already exists"},
    {660700006, kRefused, "UserName over 256 bytes"},
    {660700007, kRefused, "UserAvatar over 500 bytes"},
    {660700008, kRefused, "listed by QueryUserInfos, which does not explain it"},
    {660700012, kRefused, "user does not exist"},
    {660700015, kRefused, "user not registered"},
    {660800045, kRefused, "sender is on the receiver's block list"},
    {660800046, kRefused, "the given timestamp is later than now"},
};

}  // namespace

std::span<const ReturnCode> return_codes() { return kReturnCodes; }

const ReturnCode* find_code(std::int64_t code) {
  const auto* row = std::lower_bound(
      std::begin(kReturnCodes), std::end(kReturnCodes), code,
      [](const ReturnCode& candidate, std::int64_t wanted) { return candidate.code < wanted; });
  return row != std::end(kReturnCodes) && row->code == code ? row : nullptr;
}

std::string_view code_meaning(std::int64_t code) {
  const ReturnCode* row = find_code(code);
  return row == nullptr ? "unknown code" : row->meaning;
}

std::string_view to_string(CodeClass code_class) {
  switch (code_class) {
    case kSuccess:
      return "success";
    case kRefused:
      return "refused";
    case kWait:
      return "wait";
    case kCredentials:
      return "credentials";
    case kInDoubt:
      return "in-doubt";
  }
  return "";
}

}  // namespace zimmock::inline contract
