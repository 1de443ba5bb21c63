// Wrong mocks that register, import, recall and clear otherwise.

#include <cmath>

#include "contracts/api/codes.h"
#include "contracts/api/json_text.h"
#include "contracts/api/message_body.h"
#include "contracts/api/operations/import_peer_msg.h"
#include "contracts/api/text.h"
#include "tests/wrong/edits.h"

namespace zimmock::wrong {
namespace {

using json = nlohmann::json;
using enum OperationId;

// --- UserRegister ---

void add_mixed_codes(Mocks& mocks) {
  const auto mixed = [&mocks](std::string variant, std::string what,
                              std::function<std::int64_t(const json& errors)> code) {
    add(mocks, {RuleId::kRegisterAllFailMixed, std::move(variant), std::move(what)}).reply =
        [code = std::move(code)](mock::Reply& reply, const WrongCall& call) {
          const auto errors = reply.members.find("ErrorList");
          if (call.action == kUserRegister && reply.code != 0 && errors != reply.members.end())
            reply.code = code(*errors);
        };
  };
  mixed("last-code", "Code is the SubCode of the last.",
        [](const json& errors) { return errors.back().value("SubCode", std::int64_t{0}); });
  mixed("user-exists", "Code is always that the users exist.",
        [](const json&) { return std::int64_t{660700002}; });
}

void add_registration(Mocks& mocks) {
  add_handle(
      mocks, {RuleId::kRegisterPartial, "all-or-nothing", "If one user fails none is registered."},
      kUserRegister, [](const WrongCall& call) {
        const auto checked = check_user_register(call.body, call.tenant->profile());
        for (const CheckedUser& one : checked.users) {
          if (!one.findings.ok()) {
            return mock::Reply::refuse(call.tenant->profile(), one.findings.refusals.front());
          }
        }
        return call.honest();
      });
  add_handle(mocks,
             {RuleId::kReceiverRegistered, "registers",
              "A receiver nobody knows is registered by the way."},
             kImportPeerMsg, [](const WrongCall& call) {
               const std::string to = text_at(call.body, "/ToUserId");
               if (!to.empty()) {
                 const std::lock_guard lock(call.tenant->mutex());
                 call.tenant->add_user({to, "", ""});
               }
               return call.honest();
             });
}

// --- whose list ---

std::string other_user(const json& body) {
  const std::string from = text_at(body, "/FromUserId");
  return text_at(body, "/ImportedUserId") == from ? text_at(body, "/ToUserId") : from;
}

void add_whose_list(Mocks& mocks) {
  constexpr RuleId kRule = RuleId::kImportOneList;
  add_handle(mocks, {kRule, "both", "A message goes into both lists."}, kImportPeerMsg,
             [](const WrongCall& call) {
               mock::Reply reply = call.honest();
               json body = call.body;
               body["ImportedUserId"] = other_user(call.body);
               if (reply.code == 0) call.honest(body);
               return reply;
             });
  const auto into = [&mocks](std::string variant, std::string what,
                             std::function<std::string(const json&)> whose) {
    add_body(mocks, {kRule, std::move(variant), std::move(what)}, kImportPeerMsg,
             [whose = std::move(whose)](json& body, const WrongCall&) {
               const std::string asked = text_at(body, "/ImportedUserId");
               const bool known =
                   asked == text_at(body, "/FromUserId") || asked == text_at(body, "/ToUserId");
               if (known) body["ImportedUserId"] = whose(body);
             });
  };
  into("other", "A message goes into the other user's list.", other_user);
  into("sender", "A message goes into the sender's list, always.",
       [](const json& body) { return text_at(body, "/FromUserId"); });
  into("receiver", "A message goes into the receiver's list, always.",
       [](const json& body) { return text_at(body, "/ToUserId"); });

  const auto refuses = [&mocks](std::string variant, std::string what, const char* whose) {
    add_refuses(mocks, {RuleId::kImportedUser, std::move(variant), std::move(what)}, kImportPeerMsg,
                [whose](const json& body, const WrongCall&) {
                  return !text_at(body, whose).empty() &&
                         text_at(body, "/ImportedUserId") == text_at(body, whose);
                });
  };
  refuses("refuses-sender", "FromUserId is refused.", "/FromUserId");
  refuses("refuses-receiver", "ToUserId is refused.", "/ToUserId");
}

// --- the answer to an import ---

void add_import_answers(Mocks& mocks) {
  constexpr RuleId kRule = RuleId::kImportIds;
  const auto ids = [&mocks](std::string variant, std::string what,
                            std::function<void(json&)> edit) {
    add_reply(
        mocks, {kRule, std::move(variant), std::move(what)}, kImportPeerMsg,
        [edit = std::move(edit)](mock::Reply& reply, const WrongCall&) { edit(reply.members); });
  };
  ids("number", "MsgId is a number.", [](json& members) {
    members["MsgId"] = parse_int64(members["MsgId"].get<std::string>()).value_or(0);
  });
  ids("hex", "MsgId has hex digits.",
      [](json& members) { members["MsgId"] = "d7" + members["MsgId"].get<std::string>(); });
  ids("no-msg-id", "MsgId is missing.", [](json& members) { members.erase("MsgId"); });
  ids("no-msg-seq", "MsgSeq is missing.", [](json& members) { members.erase("MsgSeq"); });
  ids("seq-text", "MsgSeq is a string.", [](json& members) {
    members["MsgSeq"] = std::to_string(members["MsgSeq"].get<std::int64_t>());
  });
}

void add_import_times(Mocks& mocks) {
  add_handle(mocks, {RuleId::kImportTimeNow, "zero-kept", "A SendMessageTime of 0 is 1970."},
             kImportPeerMsg, [](const WrongCall& call) {
               if (number_at(call.body, "/SendMessageTime", -1) != 0) return call.honest();
               json body = call.body;
               body["SendMessageTime"] = 1;
               return WrongCall{call.request, call.tenant, call.action, call.body, 1}.honest(body);
             });
  add_refuses(
      mocks,
      {RuleId::kImportTimeNow, "absent-refused", "Without a SendMessageTime a message is refused."},
      kImportPeerMsg,
      [](const json& body, const WrongCall&) { return !body.contains("SendMessageTime"); });
  add_body(mocks,
           {RuleId::kImportTimeNow, "absent-oldest",
            "Without a SendMessageTime a message is as old as can be."},
           kImportPeerMsg, [](json& body, const WrongCall& call) {
             const ImportWindow window = call.tenant->import_window(call.now_ms);
             if (!body.contains("SendMessageTime")) {
               body["SendMessageTime"] = window.now_ms - window.retention_ms;
             }
           });
  add_options(
      mocks,
      {RuleId::kImportOrder, "refused-always", "An older message after a newer one is refused."},
      [](mock::TenantOptions& options) { options.profile.refuse_out_of_order_import = true; });
  add_options(
      mocks, {RuleId::kImportOrder, "setting-ignored", "The setting that refuses it does nothing."},
      [](mock::TenantOptions& options) { options.profile.refuse_out_of_order_import = false; });
  add_options(
      mocks,
      {RuleId::kImportUnsupportedField, "setting-ignored",
       "The setting that refuses them does nothing."},
      [](mock::TenantOptions& options) { options.profile.refuse_unsupported_fields = false; });
  add_options(
      mocks,
      {RuleId::kMemberKnown, "setting-ignored", "The setting that refuses others does nothing."},
      [](mock::TenantOptions& options) { options.profile.refuse_unknown_members = false; });
}

// The message of that list that the call would import a second time, or nullptr; with the lock
// held.
const mock::StoredMessage* twin(const WrongCall& call) {
  const std::string whose = text_at(call.body, "/ImportedUserId");
  mock::MessageList* list = call.tenant->find_list(ListId::of_user(whose, other_user(call.body)));
  mock::StoredMessage like;
  like.sender = text_at(call.body, "/FromUserId");
  like.content.type = number_at(call.body, "/MessageType", 0);
  like.content.sub_type = number_at(call.body, "/SubMsgType", 0);
  like.content.body = text_at(call.body, "/MessageBody/Message");
  like.content.extended_data = text_at(call.body, "/MessageBody/ExtendedData");
  like.msg_time_ms = number_at(call.body, "/SendMessageTime", 0);
  return list == nullptr ? nullptr : list->find_copy(like);
}

void add_duplicates(Mocks& mocks) {
  add_handle(mocks,
             {RuleId::kImportNoDedup, "dropped",
              "The same call again stores nothing and answers the first ids."},
             kImportPeerMsg, [](const WrongCall& call) {
               {
                 const std::lock_guard lock(call.tenant->mutex());
                 if (const mock::StoredMessage* first = twin(call)) {
                   mock::Reply reply;
                   reply.members["MsgId"] = std::to_string(first->msg_id);
                   reply.members["MsgSeq"] = first->msg_seq;
                   return reply;
                 }
               }
               return call.honest();
             });
  add_handle(mocks, {RuleId::kImportNoDedup, "refused", "The same call again is refused."},
             kImportPeerMsg, [](const WrongCall& call) {
               {
                 const std::lock_guard lock(call.tenant->mutex());
                 if (twin(call) != nullptr) {
                   return mock::Reply::refuse(
                       call.tenant->profile(),
                       {RuleId::kImportNoDedup, "", "a new message", "the same"});
                 }
               }
               return call.honest();
             });
}

// --- members taken for another type ---

void add_types(Mocks& mocks) {
  constexpr RuleId kRule = RuleId::kMemberType;
  add_body(mocks, {kRule, "number-as-text", "A number may be written as a string."}, kImportPeerMsg,
           [](json& body, const WrongCall&) {
             for (json& value : body) {
               const auto number =
                   value.is_string() ? parse_int64(value.get<std::string>()) : std::nullopt;
               if (number) value = *number;
             }
           });
  add_body(mocks, {kRule, "body-as-text", "MessageBody may be a document as a string."},
           kImportPeerMsg, [](json& body, const WrongCall&) {
             json inner = json_or_discarded(text_at(body, "/MessageBody"));
             if (inner.is_object()) body["MessageBody"] = std::move(inner);
           });
  add_body(mocks, {kRule, "null-is-absent", "A member that is null counts as absent."},
           kImportPeerMsg, [](json& body, const WrongCall&) {
             for (auto it = body.begin(); it != body.end();)
               it = it->is_null() ? body.erase(it) : ++it;
           });
  add(mocks, {kRule, "point-refused", "An integer that is written 1.0 is refused."}).options =
      [](mock::TenantOptions& options) { options.profile.refuse_numbers_with_point = true; };
  add_body(mocks, {RuleId::kMemberPresent, "priority-optional", "Priority may be left out."},
           kImportPeerMsg, [](json& body, const WrongCall&) { body.emplace("Priority", 2); });
  add_body(mocks,
           {RuleId::kMemberPresent, "imported-user-optional", "ImportedUserId may be left out."},
           kImportPeerMsg, [](json& body, const WrongCall&) {
             body.emplace("ImportedUserId", text_at(body, "/FromUserId"));
           });
  add_body(mocks, {RuleId::kImportSubMsgTypeNeeded, "default-0", "Without a SubMsgType it is 0."},
           kImportPeerMsg, [](json& body, const WrongCall&) {
             if (number_at(body, "/MessageType", 0) == kCustom) body.emplace("SubMsgType", 0);
           });
}

// --- RevokePeerMessage and ClearPeerMessage ---

void add_recalls(Mocks& mocks) {
  add_handle(mocks, {RuleId::kRevokeShown, "no-effect", "A recall is answered and does nothing."},
             kRevokePeerMessage, [](const WrongCall& call) {
               mock::Reply reply = call.honest();
               if (reply.code != 0) return reply;
               const std::lock_guard lock(call.tenant->mutex());
               mock::MessageList* list = call.tenant->find_list(list_of_body(call.body));
               list->find(number_at(call.body, "/MsgSeq", 0))->recalled = false;
               return reply;
             });
  add_items(mocks, {RuleId::kRevokeShown, "as-deleted", "A recalled message has IsEmpty 1."},
            [](json& item, const WrongCall&) {
              if (item["IsEmpty"] == 2) item["IsEmpty"] = 1;
            });
  add_options(
      mocks,
      {RuleId::kRevokeReceiver, "sender-only", "A recall leaves the receiver's copy as it is."},
      [](mock::TenantOptions& options) { options.profile.recall_reaches_receiver = false; });
  add_options(mocks,
              {RuleId::kRevokeReceiver, "setting-ignored",
               "The setting that spares the receiver's copy does nothing."},
              [](mock::TenantOptions& options) { options.profile.recall_reaches_receiver = true; });
}

mock::Reply clear(const WrongCall& call, const std::string& from, const std::string& to) {
  json body = call.body;
  body["FromUserId"] = from;
  body["ToUserId"] = to;
  return call.honest(body);
}

void add_clears(Mocks& mocks) {
  add_handle(mocks,
             {RuleId::kClearShown, "no-effect", "ClearPeerMessage is answered and does nothing."},
             kClearPeerMessage, [](const WrongCall&) { return mock::Reply{}; });
  add_items(mocks, {RuleId::kClearShown, "as-recalled", "A deleted message has IsEmpty 2."},
            [](json& item, const WrongCall&) {
              if (item["IsEmpty"] == 1) item["IsEmpty"] = 2;
            });
  add_items(mocks,
            {RuleId::kClearShown, "keeps-last", "The last message before it is not emptied."},
            [](json& item, const WrongCall& call) {
              const std::lock_guard lock(call.tenant->mutex());
              const mock::MessageList* list = call.tenant->find_list(list_of_body(call.body));
              const bool last = item["MsgSeq"] == list->cleared_through_seq();
              if (item["IsEmpty"] == 1 && last) item["IsEmpty"] = 0;
            });
  add_handle(mocks, {RuleId::kClearOneSide, "both", "The other user's list is emptied too."},
             kClearPeerMessage, [](const WrongCall& call) {
               const std::string from = text_at(call.body, "/FromUserId");
               const std::string to = text_at(call.body, "/ToUserId");
               mock::Reply reply = call.honest();
               if (reply.code == 0) clear(call, to, from);
               return reply;
             });
  add_handle(
      mocks,
      {RuleId::kClearOneSide, "other", "The other user's list is emptied, and the own is not."},
      kClearPeerMessage, [](const WrongCall& call) {
        return clear(call, text_at(call.body, "/ToUserId"), text_at(call.body, "/FromUserId"));
      });
}

}  // namespace

void add_imports(Mocks& mocks) {
  add_mixed_codes(mocks);
  add_registration(mocks);
  add_whose_list(mocks);
  add_import_answers(mocks);
  add_import_times(mocks);
  add_duplicates(mocks);
  add_types(mocks);
  add_recalls(mocks);
  add_clears(mocks);
}

}  // namespace zimmock::wrong
