// Wrong mocks that draw a limit one too early or one too late, or measure in something else.

#include <algorithm>

#include <fmt/format.h>

#include "contracts/api/json_text.h"
#include "contracts/api/message_body.h"
#include "contracts/api/operations/import_peer_msg.h"
#include "contracts/api/operations/query_peer_msg.h"
#include "contracts/api/operations/revoke_peer_message.h"
#include "contracts/api/operations/user_register.h"
#include "contracts/api/text.h"
#include "contracts/api/user_id.h"
#include "tests/wrong/edits.h"

namespace zimmock::wrong {
namespace {

using json = nlohmann::json;
using enum OperationId;

FindingTest got(std::string text) {
  return [text = std::move(text)](const Finding& finding) {
    return finding.got == text || finding.got.starts_with(text + " ");
  };
}

TextTest of_size(std::size_t bytes) {
  return [bytes](std::string_view text) { return text.size() == bytes; };
}

// A text of exactly the limit is refused; one of a byte more is taken.
void add_text_limit(Mocks& mocks, RuleId rule_id, std::size_t max) {
  add_overlooks(mocks, {rule_id, "one-more", fmt::format("{} bytes are taken.", max + 1)},
                got(fmt::format("{} bytes", max + 1)));
}

void add_text_limit(Mocks& mocks, RuleId rule_id, OperationId action, const char* pointer,
                    std::size_t max) {
  add_text_limit(mocks, rule_id, max);
  add_refuses(mocks, {rule_id, "edge-exclusive", fmt::format("{} bytes are refused.", max)}, action,
              [pointer, max](const json& body, const WrongCall&) {
                return text_at(body, pointer).size() == max;
              });
}

void add_user_limit(Mocks& mocks, RuleId rule_id, const char* member, std::size_t max) {
  add_text_limit(mocks, rule_id, max);
  add_refuses_user(mocks, {rule_id, "edge-exclusive", fmt::format("{} bytes are refused.", max)},
                   member, of_size(max));
}

void add_inner_limit(Mocks& mocks, RuleId rule_id, const char* member, std::size_t max) {
  add_text_limit(mocks, rule_id, max);
  add_refuses(mocks, {rule_id, "edge-exclusive", fmt::format("{} bytes are refused.", max)},
              kImportPeerMsg, [member, max](const json& body, const WrongCall&) {
                const auto texts = inner_texts(body, member);
                return std::any_of(texts.begin(), texts.end(), of_size(max));
              });
}

void add_texts(Mocks& mocks) {
  add_text_limit(mocks, RuleId::kUserIdLength, kMaxUserIdBytes);
  add_refuses_id(mocks, {RuleId::kUserIdLength, "edge-exclusive", "32 bytes are refused."},
                 of_size(kMaxUserIdBytes));
  add_user_limit(mocks, RuleId::kUserNameLength, "UserName", kMaxUserNameBytes);
  add_user_limit(mocks, RuleId::kUserAvatarLength, "UserAvatar", kMaxUserAvatarBytes);
  add_text_limit(mocks, RuleId::kImportSearchedLength, kImportPeerMsg, "/SearchedContent",
                 kMaxSearchedContentBytes);
  add_text_limit(mocks, RuleId::kExtendedDataLength, kImportPeerMsg, "/MessageBody/ExtendedData",
                 kMaxExtendedDataBytes);
  add_text_limit(mocks, RuleId::kRevokePayloadLength, kRevokePeerMessage, "/Payload",
                 kMaxRecallPayloadBytes);
  add_inner_limit(mocks, RuleId::kMediaUrlLength, "Url", kMaxUrlBytes);
  add_inner_limit(mocks, RuleId::kMediaFileNameLength, "FileName", kMaxFileNameBytes);
}

void add_messages(Mocks& mocks) {
  const auto limits = [&mocks](std::string variant, std::string what,
                               std::function<void(Profile&)> edit) {
    add_options(mocks, {RuleId::kMessageLength, std::move(variant), std::move(what)},
                [edit = std::move(edit)](mock::TenantOptions& options) { edit(options.profile); });
  };
  limits("edge-exclusive", "2048 bytes are refused.", [](Profile& p) { --p.max_message_bytes; });
  limits("one-more", "2049 bytes are taken.", [](Profile& p) { ++p.max_message_bytes; });
  limits("multi-edge-exclusive", "5120 bytes of a multi-item message are refused.",
         [](Profile& p) { --p.max_multi_bytes; });
  limits("multi-one-more", "5121 bytes of a multi-item message are taken.",
         [](Profile& p) { ++p.max_multi_bytes; });
  limits("multi-as-text", "A multi-item message may be as long as a text only.",
         [](Profile& p) { p.max_multi_bytes = p.max_message_bytes; });
}

std::size_t characters(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count) at += code_point_at(text, at).bytes;
  return count;
}

// Sizes in something other than bytes of UTF-8.
void add_measures(Mocks& mocks) {
  add_handle(mocks, {RuleId::kSizesAreBytes, "characters", "Sizes count characters."},
             kImportPeerMsg, [](const WrongCall& call) {
               const std::string text = text_at(call.body, "/MessageBody/Message");
               json body = call.body;
               const auto max = static_cast<std::size_t>(call.tenant->profile().max_message_bytes);
               if (text.size() > max && characters(text) <= max) {
                 body["MessageBody"]["Message"] = "x";
               }
               return call.honest(body);
             });
  add_options(mocks, {RuleId::kSizesAreBytes, "kilo-is-1000", "1 KB is 1000 bytes."},
              [](mock::TenantOptions& options) {
                std::int64_t& max = options.profile.max_message_bytes;
                max = max / 1024 * 1000 + max % 1024;
              });
  add_handle(mocks, {RuleId::kSizesAreBytes, "utf-16", "Sizes count two bytes a character."},
             kImportPeerMsg, [](const WrongCall& call) {
               const std::string text = text_at(call.body, "/MessageBody/Message");
               const Profile& profile = call.tenant->profile();
               const bool multi = number_at(call.body, "/MessageType", 0) == kMulti;
               const auto max = static_cast<std::size_t>(multi ? profile.max_multi_bytes
                                                               : profile.max_message_bytes);
               if (2 * characters(text) <= max) return call.honest();
               return mock::Reply::refuse(profile, {RuleId::kMessageLength, "/MessageBody/Message",
                                                    "a shorter text", "a longer one"});
             });
}

// --- user ids ---

std::string name_of(unsigned char c) { return fmt::format("{:02x}", c); }

void add_characters(Mocks& mocks) {
  for (const char c : kUserIdSpecials) {
    add_refuses_id(mocks,
                   {RuleId::kUserIdCharacters, "refuses-" + name_of(static_cast<unsigned char>(c)),
                    fmt::format("The allowed character {} is refused.", quote(std::string(1, c)))},
                   [c](std::string_view id) { return id.find(c) != std::string_view::npos; });
  }
  for (const char c : std::string_view("\"'*,/\\`\x01\x1f\x7f")) {
    const auto byte = static_cast<unsigned char>(c);
    const std::string point = fmt::format("U+{:04X}", byte);
    add_overlooks(mocks,
                  {RuleId::kUserIdCharacters, "takes-" + name_of(byte),
                   fmt::format("The character {} is taken.", quote(std::string(1, c)))},
                  [point](const Finding& finding) { return finding.got.starts_with(point); });
  }
  add_overlooks(
      mocks, {RuleId::kUserIdCharacters, "takes-non-ascii", "Characters outside ASCII are taken."},
      [](const Finding& finding) {
        return finding.got.starts_with("U+") && !finding.got.starts_with("U+00");
      });
  for (const char c : std::string_view("Zq")) {
    const bool upper = c == 'Z';
    add_refuses_id(mocks,
                   {RuleId::kUserIdCharacters, upper ? "refuses-upper-z" : "refuses-lower-q",
                    fmt::format("The letter {} is refused.", c)},
                   [c](std::string_view id) { return id.find(c) != std::string_view::npos; });
  }
  add_options(mocks, {RuleId::kQueryHyphen, "refused", "QueryPeerMsg refuses hyphens."},
              [](mock::TenantOptions& options) { options.profile.refuse_hyphen_in_query = true; });
  add_options(
      mocks,
      {RuleId::kQueryHyphen, "setting-ignored", "The setting that refuses hyphens does nothing."},
      [](mock::TenantOptions& options) { options.profile.refuse_hyphen_in_query = false; });
}

// --- numbers ---

// `taken` outside the range is taken, `refused` inside it is refused.
struct Number {
  RuleId rule_id;
  OperationId action;
  const char* pointer;
  std::vector<std::int64_t> refused;
  std::vector<std::int64_t> taken;
};

void add_number(Mocks& mocks, const Number& row) {
  const auto text = [](std::int64_t number) {
    return number < 0 ? fmt::format("minus-{}", -number) : std::to_string(number);
  };
  for (const std::int64_t number : row.refused) {
    add_refuses(mocks,
                {row.rule_id, "refuses-" + text(number), fmt::format("{} is refused.", number)},
                row.action, [number, pointer = row.pointer](const json& body, const WrongCall&) {
                  return number_at(body, pointer, number - 1) == number;
                });
  }
  for (const std::int64_t number : row.taken) {
    add_overlooks(mocks,
                  {row.rule_id, "takes-" + text(number), fmt::format("{} is taken.", number)},
                  got(std::to_string(number)));
  }
}

void add_numbers(Mocks& mocks) {
  const Number rows[] = {
      {RuleId::kImportType,
       kImportPeerMsg,
       "/MessageType",
       {1, 10, 11, 12, 13, 14, 200},
       {0, 3, 15, 201}},
      {RuleId::kImportPriority, kImportPeerMsg, "/Priority", {1, 2, 3}, {0, 4}},
      {RuleId::kImportSubMsgTypeRange, kImportPeerMsg, "/SubMsgType", {0, 200}, {-1, 201}},
      {RuleId::kImportTimeNegative, kImportPeerMsg, "/SendMessageTime", {0}, {-1}},
      {RuleId::kQueryWithEmpty, kQueryPeerMsg, "/WithEmptyMsg", {0, 1}, {2, -1}},
  };
  for (const Number& row : rows) add_number(mocks, row);
}

void add_counts(Mocks& mocks) {
  add_overlooks(mocks, {RuleId::kRegisterMax, "one-more", "101 users are taken."},
                got("101 users"));
  add_refuses(mocks, {RuleId::kRegisterMax, "edge-exclusive", "100 users are refused."},
              kUserRegister, [](const json& body, const WrongCall&) {
                return body.value("UserInfo", json()).size() == kMaxRegisterUsers;
              });
  const auto items = [](const json& body) {
    return inner_document(body).value("MultiMsg", json());
  };
  add_overlooks(mocks, {RuleId::kMultiCount, "one-more", "21 items are taken."}, got("21 items"));
  add_overlooks(mocks, {RuleId::kMultiCount, "none", "0 items are taken."}, got("0 items"));
  add_refuses(mocks, {RuleId::kMultiCount, "edge-exclusive", "20 items are refused."},
              kImportPeerMsg, [items](const json& body, const WrongCall&) {
                return inner_document(body).is_object() && items(body).size() == kMaxMultiItems;
              });
  add_refuses(mocks, {RuleId::kMultiCount, "refuses-1", "A single item is refused."},
              kImportPeerMsg, [items](const json& body, const WrongCall&) {
                return inner_document(body).is_object() && items(body).size() == 1;
              });
  for (const std::int64_t type : {kText, kImage, kFile, kAudio, kVideo, kCustom}) {
    add_refuses(mocks,
                {RuleId::kMultiType, fmt::format("refuses-{}", std::int64_t{type}),
                 fmt::format("An item of type {} is refused.", std::int64_t{type})},
                kImportPeerMsg, [items, type](const json& body, const WrongCall&) {
                  if (!inner_document(body).is_object()) return false;
                  const json all = items(body);
                  return std::any_of(all.begin(), all.end(), [type](const json& item) {
                    return item.is_object() && number_at(item, "/MsgType", 0) == type;
                  });
                });
  }
  add_overlooks(mocks,
                {RuleId::kMultiType, "takes-10", "A multi-item message inside another is taken."},
                got("10"));
}

// --- times ---

void add_time_edges(Mocks& mocks) {
  const auto refuses = [&mocks](RuleId rule_id, std::int64_t (*edge)(const ImportWindow&)) {
    add_refuses(mocks,
                {rule_id, "edge-exclusive", "A SendMessageTime at the very edge is refused."},
                kImportPeerMsg, [edge](const json& body, const WrongCall& call) {
                  const std::int64_t wanted = edge(call.tenant->import_window(call.now_ms));
                  return number_at(body, "/SendMessageTime", wanted - 1) == wanted;
                });
  };
  refuses(RuleId::kImportTimeFuture, [](const ImportWindow& window) { return window.now_ms; });
  refuses(RuleId::kImportTimeTooOld,
          [](const ImportWindow& window) { return window.now_ms - window.retention_ms; });
  const auto moved = [&mocks](RuleId rule_id, std::string variant, std::string what,
                              std::int64_t by_ms) {
    add_handle(mocks, {rule_id, std::move(variant), std::move(what)}, kImportPeerMsg,
               [by_ms](const WrongCall& call) {
                 const WrongCall later{call.request, call.tenant, call.action, call.body,
                                       call.now_ms + by_ms};
                 return later.honest();
               });
  };
  moved(RuleId::kImportTimeFuture, "one-more", "A SendMessageTime 1 ms from now is taken.", 1);
  moved(RuleId::kImportTimeFuture, "a-minute", "A SendMessageTime a minute from now is taken.",
        60 * kMillisPerSecond);
  moved(RuleId::kImportTimeTooOld, "one-more", "A SendMessageTime 1 ms too old is taken.", -1);
  add_options(
      mocks,
      {RuleId::kImportTimeTooOld, "one-day-more", "Retention is a day longer than the plan's."},
      [](mock::TenantOptions& options) { ++options.retention_days; });
  add_options(mocks,
              {RuleId::kRevokeWindow, "edge-exclusive", "A recall after exactly 120 s is refused."},
              [](mock::TenantOptions& options) { --options.profile.recall_window_s; });
  add_options(mocks, {RuleId::kRevokeWindow, "one-more", "A recall a second late is taken."},
              [](mock::TenantOptions& options) { ++options.profile.recall_window_s; });
}

// --- rates ---

void add_rates(Mocks& mocks) {
  const auto calls = [&mocks](std::string variant, std::string what, std::int64_t more) {
    add_options(mocks, {RuleId::kRate, std::move(variant), std::move(what)},
                [more](mock::TenantOptions& options) {
                  if (options.calls_per_second) *options.calls_per_second += more;
                });
  };
  calls("edge-exclusive", "The last call of a second that is allowed is refused.", -1);
  calls("one-more", "One call a second more is taken.", 1);
  add_options(
      mocks, {RuleId::kRateBuckets, "shared", "All operations share one budget."},
      [](mock::TenantOptions& options) { options.profile.rate_shared_by_operations = true; });
  add_options(
      mocks,
      {RuleId::kRateBuckets, "setting-ignored", "The setting that shares one budget does nothing."},
      [](mock::TenantOptions& options) { options.profile.rate_shared_by_operations = false; });
  add_options(mocks, {RuleId::kRateSliding, "fixed", "Calls are counted per second of the clock."},
              [](mock::TenantOptions& options) { options.profile.rate_fixed_second = true; });
  add_options(mocks,
              {RuleId::kBodyDepth, "edge-exclusive", "A body of exactly the depth is refused."},
              [](mock::TenantOptions& options) { --options.profile.max_json_depth; });
  add_options(mocks, {RuleId::kBodyDepth, "one-more", "A body one level deeper is taken."},
              [](mock::TenantOptions& options) { ++options.profile.max_json_depth; });
}

}  // namespace

void add_limits(Mocks& mocks) {
  add_texts(mocks);
  add_messages(mocks);
  add_measures(mocks);
  add_characters(mocks);
  add_numbers(mocks);
  add_counts(mocks);
  add_time_edges(mocks);
  add_rates(mocks);
}

}  // namespace zimmock::wrong
