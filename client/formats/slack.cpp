#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/formats/json_elements.h"
#include "client/formats/json_members.h"
#include "client/formats/rows.h"
#include "client/formats/skipped_kinds.h"
#include "client/formats/slack_content.h"
#include "client/formats/slack_text.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"

// A Slack export, unpacked: a folder with dms.json, and in it one folder for each direct
// conversation, with one file for each day. Slack's standard export has public channels only; one
// with direct messages is made by the plans that allow it, or by slackdump.
//
//   source                                    ZIM
//   dms.json [{id, members}]                  the conversations; of exactly two members
//   ID/YYYY-MM-DD.json [..], user             FromUserId; the other member is ToUserId
//   ts "1460147760.000002"                    Id; SendMessageTime, to the millisecond below
//   text                                      1, with <@U..>, <#C..>, <URL|label> and &amp; &lt;
//                                             &gt; written out, names by users.json
//   blocks                                    their words, where the text does not say them
//   attachments[] of a forwarded message      its words below the text, each line behind "> "
//   other attachments[]                       their words below the text
//   files[] {url_private_download, name,      11 (original_w, original_h), 12, 13, 14
//     mimetype, size} (duration_ms)           type 10 with the text or several
//   file, before 2018                         the same; the text is Slack's own, the user's is in
//                                             initial_comment
//   subtype file_comment                      1, of comment.user
//   thread_ts of a reply                      ExtendedData {"thread_ts":".."}
//   subtype tombstone                         left out: nobody sees it
//   subtype bot_message, channel_*, ...       left out: no message of the two
//   a member alone in dms.json                left out: messages to oneself
//   files without a URL (hidden_by_limit)     left out of a message that says more
//   attachments of links                      left out: previews of what the text has
//   reactions, edited                         left out: the text is the last one
//   channels.json, groups.json, mpims.json    left out: channels and groups
//
// Slack's own URLs can be read with a token only, so they need --media-map. What one user has
// deleted on his side is not said.

namespace zimmock::client {
namespace {

using json = nlohmann::json;
namespace fs = std::filesystem;

struct SubtypeRow {
  std::string_view subtype;
  std::string_view skipped;  // "" for messages
};
constexpr std::string_view kEdits = "records of edits";
// With a * what begins so; the first that fits counts.
constexpr SubtypeRow kSubtypes[] = {{"", ""},
                                    {"file_share", ""},
                                    {"file_comment", ""},
                                    {"me_message", ""},
                                    {"reply_broadcast", ""},
                                    {"thread_broadcast", ""},
                                    {"tombstone", kDeletedForBoth},
                                    {"message_deleted", kDeletedForBoth},
                                    {"message_changed", kEdits},
                                    {"bot_message", kOfBots},
                                    {"slackbot_response", kOfBots},
                                    {"huddle_thread", kCalls},
                                    {"sh_room_*", kCalls},
                                    {"app_conversation_*", kServiceMessages},
                                    {"assistant_app_thread", kServiceMessages},
                                    {"bot_*", kServiceMessages},
                                    {"channel_*", kServiceMessages},
                                    {"document_mention", kServiceMessages},
                                    {"file_mention", kServiceMessages},
                                    {"group_*", kServiceMessages},
                                    {"joiner_notification*", kServiceMessages},
                                    {"message_replied", kServiceMessages},
                                    {"pinned_item", kServiceMessages},
                                    {"reminder_*", kServiceMessages},
                                    {"tabbed_canvas_updated", kServiceMessages},
                                    {"unpinned_item", kServiceMessages}};

const SubtypeRow* row_of_subtype(std::string_view subtype) {
  for (const SubtypeRow& row : kSubtypes) {
    const bool begins = row.subtype.ends_with('*');
    if (begins ? subtype.starts_with(row.subtype.substr(0, row.subtype.size() - 1))
               : subtype == row.subtype)
      return &row;
  }
  return nullptr;
}

constexpr std::string_view kCapitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

struct Dm {
  std::string id;
  std::vector<std::string> members;
};

// "1460147760.000002": milliseconds.
std::optional<std::int64_t> ms_of_ts(std::string_view ts) {
  const auto dot = ts.find('.');
  const auto seconds = parse_int64(ts.substr(0, dot));
  std::string fraction(dot == ts.npos ? "" : ts.substr(dot + 1));
  const bool digits = fraction.find_first_not_of("0123456789") == fraction.npos;
  constexpr std::int64_t kMaxSeconds = 100'000'000'000;
  if (!seconds || *seconds <= 0 || *seconds > kMaxSeconds || !digits) return std::nullopt;
  fraction.resize(3, '0');
  return *seconds * 1000 + *parse_int64(fraction);
}

class SlackExport {
 public:
  SlackExport(const fs::path& root, Conversion& out) : root_(root), out_(out) {}

  Result<void> convert() {
    std::error_code ignored;
    if (!fs::exists(root_, ignored)) return refuse("could not open: no such file or folder");
    if (!fs::is_directory(root_, ignored))
      return refuse("expected the folder of an unpacked Slack export, got a file");
    if (!fs::exists(root_ / "dms.json", ignored)) {
      return refuse(
          "expected dms.json in it, got none: Slack's standard export has no direct "
          "messages");
    }
    out_.note(
        "a Slack export says nothing of messages that one user deleted on his side: both "
        "users get every message");
    out_.note("the lines named are those of each day's file");
    std::vector<Dm> dms;
    auto done = each("dms.json", [&](JsonElement& element) { return add_dm(element, dms); });
    if (!done) return done;
    if (done = read_names(); !done) return done;
    for (const char* name : {"channels.json", "groups.json", "mpims.json"}) {
      if (!fs::exists(root_ / name, ignored)) continue;
      done = each(name, [&](JsonElement&) -> Result<void> {
        out_.skipped(kChannelsAndGroups);
        return {};
      });
      if (!done) return done;
    }
    for (const Dm& dm : dms) {
      if (done = conversation(dm); !done) return done;
    }
    count_unnamed(dms);
    return {};
  }

 private:
  tl::unexpected<Error> refuse(std::string_view why) const {
    return fail(ErrorKind::kUsage, fmt::format("{}: {}", root_.string(), why));
  }

  Result<void> each(const std::string& file, const TakeElement& take) const {
    constexpr std::array<std::string_view, 1> kElements{"/*"};
    return read_json_elements(root_ / file, kElements, take);
  }

  Result<void> add_dm(const JsonElement& element, std::vector<Dm>& dms) {
    Dm dm{string_of(element.value, "id"), {}};
    const bool named = !dm.id.empty() && dm.id.find_first_not_of(
                                             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                             "0123456789_-") == dm.id.npos;
    if (!named) {
      return out_.bad({element.line, "dms.json#" + element.pointer},
                      {"/id", "an id of letters and digits",
                       json_type_and_value(member_of(element.value, "id"))},
                      nullptr);
    }
    std::set<std::string> members;
    for (const json& member : array_of(element.value, "members")) members.insert(id_of(member));
    dm.members.assign(members.begin(), members.end());
    dms.push_back(std::move(dm));
    return {};
  }

  // How a mention of each user reads.
  Result<void> read_names() {
    std::error_code ignored;
    if (!fs::exists(root_ / "users.json", ignored)) return {};
    return each("users.json", [&](JsonElement& element) -> Result<void> {
      const json& profile = member_of(element.value, "profile");
      for (const std::string& name :
           {string_of(profile, "display_name"), string_of(profile, "real_name"),
            string_of(element.value, "real_name"), string_of(element.value, "name")}) {
        if (name.empty()) continue;
        names_[string_of(element.value, "id")] = name;
        break;
      }
      const std::string& id = string_of(element.value, "id");
      if (const auto name = names_.find(id); name != names_.end())
        out_.person(id, name->second, "");
      for (const char* image : {"image_original", "image_512", "image_192"})
        out_.person(id, "", string_of(profile, image));
      return {};
    });
  }

  // Folders of direct conversations that dms.json does not have.
  void count_unnamed(const std::vector<Dm>& dms) {
    std::error_code failed;
    for (fs::directory_iterator at(root_, failed), end; !failed && at != end;
         at.increment(failed)) {
      const std::string name = at->path().filename().string();
      const bool direct = name.starts_with('D') && name.find_first_not_of(kCapitals) == name.npos;
      if (!direct || !at->is_directory(failed)) continue;
      if (std::none_of(dms.begin(), dms.end(), [&](const Dm& dm) { return dm.id == name; }))
        out_.skipped("folders that dms.json does not name");
    }
  }

  // The names of the conversation's days, in order.
  std::set<std::string> days_of(const Dm& dm) {
    std::set<std::string> days;
    std::error_code failed;
    fs::directory_iterator at(root_ / dm.id, failed);
    if (failed) out_.skipped("conversations without a folder");
    for (; !failed && at != fs::directory_iterator(); at.increment(failed)) {
      const std::string name = at->path().filename().string();
      if (!name.ends_with(".json")) continue;
      if (name.front() >= '0' && name.front() <= '9') {
        days.insert(name);
      } else {  // canvas_in_the_conversation.json and the like
        out_.skipped("files that are no day of a conversation");
      }
    }
    return days;
  }

  Result<void> conversation(const Dm& dm) {
    const std::set<std::string> days = days_of(dm);
    for (const std::string& day : days) {
      const std::string file = dm.id + "/" + day;
      auto done = each(file, [&](JsonElement& element) -> Result<void> {
        const SourcePlace place{element.line, ascii_line(file) + "#" + element.pointer};
        json record = json::object();
        const auto made = fill(dm, element.value, record);
        if (!made) return report(place, made.error(), record, out_);
        return out_.message(place, record);
      });
      if (!done) return done;
    }
    return {};
  }

  // Fills `record`, as far as it comes.
  Made<void> fill(const Dm& dm, const json& source, json& record) {
    const std::string& ts = string_of(source, "ts");
    const auto time = ms_of_ts(ts);
    if (!ts.empty()) record["Id"] = ts;
    if (time) record["SendMessageTime"] = *time;
    if (!source.is_object()) return broken("", "an object", json_type_and_value(source));
    if (string_of(source, "type") != "message") {
      return broken("/type", "\"message\"", json_type_and_value(member_of(source, "type")));
    }
    const SubtypeRow* row = row_of_subtype(string_of(source, "subtype"));
    if (row == nullptr) {
      return broken("/subtype", "a subtype of message that Slack documents",
                    json_type_and_value(member_of(source, "subtype")));
    }
    if (!row->skipped.empty()) return left_out(row->skipped);
    if (dm.members.size() > 2) return left_out(kOfGroups);
    const std::string& user = user_of(source);
    const bool member = std::find(dm.members.begin(), dm.members.end(), user) != dm.members.end();
    const bool bot = source.contains("bot_id") || user == "USLACKBOT";
    if (!member && bot) return left_out(kOfBots);
    if (dm.members.size() == 1 && member) return left_out(kToOneself);
    if (dm.members.size() != 2) {
      return broken("", fmt::format("two members of {} in dms.json", quote(dm.id)),
                    fmt::format("{}", dm.members.size()));
    }
    if (!member) {
      return broken("/user", fmt::format("{} or {}", quote(dm.members[0]), quote(dm.members[1])),
                    json_type_and_value(member_of(source, "user")));
    }
    record["FromUserId"] = user;
    record["ToUserId"] = dm.members[user == dm.members[0] ? 1 : 0];
    if (!time) {
      return broken("/ts", "seconds with a decimal point, in a string",
                    json_type_and_value(member_of(source, "ts")));
    }
    const std::string& thread = string_of(source, "thread_ts");
    if (!thread.empty() && thread != ts)
      record["ExtendedData"] = json_line({{"thread_ts", thread}});
    auto parts = slack_parts(source, names_, out_);
    if (!parts) return tl::unexpected(std::move(parts.error()));
    put_parts(*parts, record);
    return {};
  }

  // The author; of a comment on a file, the author of the comment.
  static const std::string& user_of(const json& source) {
    const std::string& user = string_of(source, "user");
    return user.empty() ? string_of(member_of(source, "comment"), "user") : user;
  }

  fs::path root_;
  Conversion& out_;
  SlackNames names_;
};

Result<void> convert_slack(const fs::path& path, Conversion& out) {
  return SlackExport(path, out).convert();
}

}  // namespace

bool is_slack(std::string_view /*head*/, const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored) && fs::is_regular_file(path / "dms.json", ignored);
}

Result<std::unique_ptr<SourceReader>> open_slack(const fs::path& path,
                                                 const FormatOptions& options) {
  return open_converted("slack", path, options, convert_slack);
}

}  // namespace zimmock::client
