// Wrong mocks that list other messages, or the right ones with other members.

#include <cmath>

#include "contracts/api/http.h"
#include "contracts/api/json_text.h"
#include "contracts/api/message_body.h"
#include "tests/wrong/edits.h"

namespace zimmock::wrong {
namespace {

using json = nlohmann::json;
using enum OperationId;

bool is_content(const json& item) { return !is_media(item["MsgType"].get<std::int64_t>()); }

// What is stored of an item; with the lock held.
const mock::StoredMessage* stored(const json& item, const WrongCall& call) {
  mock::MessageList* list = call.tenant->find_list(list_of_body(call.body));
  return list == nullptr ? nullptr : list->find(item["MsgSeq"].get<std::int64_t>());
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

void add_members(Mocks& mocks) {
  constexpr RuleId kRule = RuleId::kQueryItem;
  for (const char* member : {"Sender", "MsgType", "SubMsgType", "MsgBody", "MsgId", "MsgSeq",
                             "Payload", "MsgTime", "IsEmpty"}) {
    add_items(mocks, {kRule, "no-" + lower(member), std::string("An item has no ") + member + "."},
              [member](json& item, const WrongCall&) { item.erase(member); });
  }
  for (const char* member : {"MsgType", "SubMsgType", "MsgSeq", "MsgTime", "IsEmpty"}) {
    add_items(mocks, {kRule, lower(member) + "-text", std::string(member) + " is a string."},
              [member](json& item, const WrongCall&) { item[member] = item[member].dump(); });
  }
  add_items(mocks,
            {kRule, "isempy", "IsEmpty is misspelt IsEempy, as in a sample of the vendor's."},
            [](json& item, const WrongCall&) {
              item["IsEempy"] = item["IsEmpty"];
              item.erase("IsEmpty");
            });
  add_items(mocks, {kRule, "sender-is-viewer", "The viewer is the Sender of every message."},
            [](json& item, const WrongCall& call) { item["Sender"] = call.body["FromUserId"]; });
  add_items(mocks, {kRule, "isempty-boolean", "IsEmpty is true or false."},
            [](json& item, const WrongCall&) { item["IsEmpty"] = item["IsEmpty"] != 0; });
  add_items(mocks, {kRule, "payload-null", "An empty Payload is null."},
            [](json& item, const WrongCall&) {
              if (item["Payload"] == "") item["Payload"] = nullptr;
            });
  add_items(mocks, {kRule, "body-document", "MsgBody is a document, not a string."},
            [](json& item, const WrongCall&) {
              item["MsgBody"] = {{"Message", item["MsgBody"]}};
            });
}

void add_ids(Mocks& mocks) {
  constexpr RuleId kRule = RuleId::kQueryMsgId;
  add_items(mocks, {kRule, "double", "MsgId has gone through a double."},
            [](json& item, const WrongCall&) {
              item["MsgId"] = static_cast<std::int64_t>(item["MsgId"].get<double>());
            });
  add_items(mocks, {kRule, "text", "MsgId is a string."},
            [](json& item, const WrongCall&) { item["MsgId"] = item["MsgId"].dump(); });
  add_items(mocks, {kRule, "seq", "MsgId is the MsgSeq."},
            [](json& item, const WrongCall&) { item["MsgId"] = item["MsgSeq"]; });
  add_items(mocks, {kRule, "float", "MsgId is written with an exponent."},
            [](json& item, const WrongCall&) { item["MsgId"] = item["MsgId"].get<double>(); });
}

void add_message_times(Mocks& mocks) {
  constexpr RuleId kRule = RuleId::kQueryMsgTime;
  add_options(mocks, {kRule, "arrival", "MsgTime is when the import arrived."},
              [](mock::TenantOptions& options) { options.profile.msg_time_is_arrival = true; });
  add_options(
      mocks, {kRule, "setting-ignored", "The setting that makes MsgTime the arrival does nothing."},
      [](mock::TenantOptions& options) { options.profile.msg_time_is_arrival = false; });
  add_items(mocks, {kRule, "seconds", "MsgTime is in seconds."}, [](json& item, const WrongCall&) {
    item["MsgTime"] = item["MsgTime"].get<std::int64_t>() / kMillisPerSecond;
  });
  add_items(mocks, {kRule, "whole-seconds", "MsgTime has lost its milliseconds."},
            [](json& item, const WrongCall&) {
              const auto time = item["MsgTime"].get<std::int64_t>();
              item["MsgTime"] = time - time % kMillisPerSecond;
            });
  add_items(mocks, {kRule, "now", "MsgTime is when the list is read."},
            [](json& item, const WrongCall& call) { item["MsgTime"] = call.now_ms; });
}

void add_contents(Mocks& mocks) {
  const auto content = [&mocks](std::string variant, std::string what,
                                std::function<std::string(std::string)> edit) {
    add_items(mocks, {RuleId::kQueryContent, std::move(variant), std::move(what)},
              [edit = std::move(edit)](json& item, const WrongCall&) {
                if (is_content(item)) item["MsgBody"] = edit(item["MsgBody"].get<std::string>());
              });
  };
  content("url-encoded", "A text is URL-encoded too.",
          [](const std::string& text) { return url_encode(text); });
  content("cut", "A text is cut at 1000 bytes, without a word.",
          [](const std::string& text) { return text.substr(0, 1000); });
  content("trimmed", "White space around a text is lost.", [](const std::string& text) {
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first == std::string::npos) return std::string();
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
  });
  content("ascii", "Characters outside ASCII become question marks.", [](std::string text) {
    for (char& c : text) {
      if (static_cast<unsigned char>(c) > 0x7E) c = '?';
    }
    return text;
  });
  content("json-text", "A text is written as JSON, in quotes.",
          [](const std::string& text) { return json_line(text); });

  constexpr RuleId kPayload = RuleId::kQueryPayload;
  add_items(mocks, {kPayload, "empty", "Payload is always empty."},
            [](json& item, const WrongCall&) { item["Payload"] = ""; });
  add_items(mocks, {kPayload, "cut", "Payload is cut at 100 bytes."},
            [](json& item, const WrongCall&) {
              item["Payload"] = item["Payload"].get<std::string>().substr(0, 100);
            });
  add_items(mocks, {kPayload, "url-encoded", "Payload is URL-encoded."},
            [](json& item, const WrongCall&) {
              item["Payload"] = url_encode(item["Payload"].get<std::string>());
            });
}

void add_media(Mocks& mocks) {
  constexpr RuleId kRule = RuleId::kQueryMedia;
  const auto media = [&mocks](std::string variant, std::string what,
                              std::function<std::string(const std::string&)> edit) {
    add_items(mocks, {kRule, std::move(variant), std::move(what)},
              [edit = std::move(edit)](json& item, const WrongCall&) {
                if (!is_content(item)) item["MsgBody"] = edit(item["MsgBody"].get<std::string>());
              });
  };
  media("plain", "The document is not URL-encoded.",
        [](const std::string& text) { return url_decode(text); });
  media("twice", "The document is URL-encoded twice.",
        [](const std::string& text) { return url_encode(text); });
  add_items(mocks, {kRule, "names-of-the-import", "The document is the import's own, URL-encoded."},
            [](json& item, const WrongCall& call) {
              const std::lock_guard lock(call.tenant->mutex());
              const mock::StoredMessage* message = stored(item, call);
              if (!is_content(item) && item["MsgBody"] != "") {
                item["MsgBody"] = url_encode(message->content.body);
              }
            });
  const auto edited = [media](std::string variant, std::string what,
                              std::function<void(json&)> edit) {
    media(std::move(variant), std::move(what), [edit = std::move(edit)](const std::string& text) {
      json document = json_or_discarded(url_decode(text));
      if (!document.is_object()) return text;
      edit(document);
      return url_encode(json_line(document));
    });
  };
  edited("size-number", "file_size is a number.", [](json& document) {
    if (document.contains("file_size")) document["file_size"] = 1;
  });
  edited("no-download-url", "download_url is missing.",
         [](json& document) { document.erase("download_url"); });
  edited("no-sub-msg-type", "A custom item's sub_msg_type is missing.", [](json& document) {
    if (!document.contains("multi_msg")) return;
    for (json& item : document["multi_msg"]) item.erase("sub_msg_type");
  });
  edited("no-items", "multi_msg is empty.", [](json& document) {
    if (document.contains("multi_msg")) document["multi_msg"] = json::array();
  });

  constexpr RuleId kHidden = RuleId::kQueryNotReturned;
  add_items(mocks, {kHidden, "searched-content", "SearchedContent is returned."},
            [](json& item, const WrongCall& call) {
              const std::lock_guard lock(call.tenant->mutex());
              const mock::StoredMessage* message = stored(item, call);
              if (message != nullptr) item["SearchedContent"] = message->content.searched_content;
            });
  add_items(mocks, {kHidden, "priority", "Priority is returned."},
            [](json& item, const WrongCall& call) {
              const std::lock_guard lock(call.tenant->mutex());
              const mock::StoredMessage* message = stored(item, call);
              if (message != nullptr) item["Priority"] = message->content.priority;
            });
  add_items(mocks, {kHidden, "uid", "Uid is returned."},
            [](json& item, const WrongCall&) { item["Uid"] = "1"; });
}

// --- which messages ---

mock::Reply of_the_other(const WrongCall& call) {
  json body = call.body;
  if (body.contains("FromUserId") && body.contains("ToUserId")) {
    std::swap(body["FromUserId"], body["ToUserId"]);
  }
  return call.honest(body);
}

void add_viewers(Mocks& mocks) {
  constexpr RuleId kRule = RuleId::kQueryViewer;
  add_handle(mocks, {kRule, "other", "The list of ToUserId is read."}, kQueryPeerMsg, of_the_other);
  add_handle(mocks, {kRule, "both", "The messages of both lists are shown."}, kQueryPeerMsg,
             [](const WrongCall& call) {
               mock::Reply reply = call.honest();
               const mock::Reply other = of_the_other(call);
               if (reply.code != 0 || other.code != 0) return reply;
               for (const json& item : other.members["List"]) reply.members["List"].push_back(item);
               return reply;
             });
}

void add_emptied(Mocks& mocks) {
  constexpr RuleId kRule = RuleId::kQueryHidesEmpty;
  const auto asks = [&mocks](std::string variant, std::string what, int with_empty) {
    add_handle(mocks, {kRule, std::move(variant), std::move(what)}, kQueryPeerMsg,
               [with_empty](const WrongCall& call) {
                 const std::int64_t asked = number_at(call.body, "/WithEmptyMsg", 0);
                 if (asked != 0 && asked != 1) return call.honest();
                 return call.honest(with(call.body, "WithEmptyMsg", with_empty));
               });
  };
  asks("shown-always", "Recalled and deleted messages are listed, always.", 1);
  asks("shown-never", "Recalled and deleted messages are not listed, never mind WithEmptyMsg.", 0);
  const auto drops = [&mocks](std::string variant, std::string what, std::int64_t empty) {
    add_reply(mocks, {kRule, std::move(variant), std::move(what)}, kQueryPeerMsg,
              [empty](mock::Reply& reply, const WrongCall&) {
                json kept = json::array();
                for (const json& item : reply.members["List"]) {
                  if (item["IsEmpty"] != empty) kept.push_back(item);
                }
                reply.members["List"] = std::move(kept);
              });
  };
  drops("deleted-never", "WithEmptyMsg 1 does not bring deleted messages.", 1);
  drops("recalled-never", "WithEmptyMsg 1 does not bring recalled messages.", 2);
  add_handle(mocks, {kRule, "inverted", "WithEmptyMsg is taken the other way round."},
             kQueryPeerMsg, [](const WrongCall& call) {
               const std::int64_t asked = number_at(call.body, "/WithEmptyMsg", 0);
               if (asked != 0 && asked != 1) return call.honest();
               return call.honest(with(call.body, "WithEmptyMsg", 1 - asked));
             });
}

void add_empty_conversations(Mocks& mocks) {
  const auto empty = [&mocks](std::string variant, std::string what,
                              std::function<void(mock::Reply&, const WrongCall&)> edit) {
    add_reply(mocks, {RuleId::kQueryEmpty, std::move(variant), std::move(what)}, kQueryPeerMsg,
              [edit = std::move(edit)](mock::Reply& reply, const WrongCall& call) {
                const bool nothing = reply.members["List"].empty() && reply.members["Next"] == 0;
                if (nothing) edit(reply, call);
              });
  };
  empty("null-list", "List is null.",
        [](mock::Reply& reply, const WrongCall&) { reply.members["List"] = nullptr; });
  empty("no-list", "List is missing.",
        [](mock::Reply& reply, const WrongCall&) { reply.members.erase("List"); });
  empty("next-minus-1", "Next is -1.",
        [](mock::Reply& reply, const WrongCall&) { reply.members["Next"] = -1; });
  empty("no-next", "Next is missing.",
        [](mock::Reply& reply, const WrongCall&) { reply.members.erase("Next"); });
  empty("refused", "It is refused as not found.", [](mock::Reply& reply, const WrongCall& call) {
    reply = mock::Reply::refuse(call.tenant->profile(),
                                {RuleId::kRevokeFound, "", "a conversation", "none"});
  });
}

}  // namespace

void add_lists(Mocks& mocks) {
  add_members(mocks);
  add_ids(mocks);
  add_message_times(mocks);
  add_contents(mocks);
  add_media(mocks);
  add_viewers(mocks);
  add_emptied(mocks);
  add_empty_conversations(mocks);
}

}  // namespace zimmock::wrong
