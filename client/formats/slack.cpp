#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/formats/json_elements.h"
#include "client/formats/json_members.h"
#include "client/formats/media_message.h"
#include "client/formats/no_message.h"
#include "client/formats/rows.h"
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
//   files[] {url_private_download, name,      11 (original_w, original_h), 12, 13, 14
//   (duration_ms);
//     mimetype, size}                         type 10 with the text or several
//   thread_ts of a reply                      ExtendedData {"thread_ts":".."}
//   subtype tombstone                         left out: nobody sees it
//   subtype bot_message, channel_*, ...       left out: no message of the two
//   reactions, edited, attachments, blocks    left out: the text says it
//   channels.json, groups.json, mpims.json    left out: channels and groups
//
// Slack's own URLs can be read with a token only, so they need --media-map. What one user has
// deleted on his side is not said.

namespace zimmock {
namespace {

using json = nlohmann::json;
namespace fs = std::filesystem;

struct SubtypeRow {
  std::string_view subtype;
  std::string_view skipped;  // "" for messages
};
constexpr SubtypeRow kSubtypes[] = {{"", ""},
                                    {"file_share", ""},
                                    {"me_message", ""},
                                    {"thread_broadcast", ""},
                                    {"tombstone", "messages deleted for both users"},
                                    {"message_deleted", "messages deleted for both users"},
                                    {"bot_message", "messages of bots"},
                                    {"huddle_thread", "calls"},
                                    {"sh_room_created", "calls"}};

struct Dm {
  std::string id;
  std::vector<std::string> members;
};

// A URL that only Slack's users can read.
bool is_slacks_own(std::string_view url) {
  const auto begin = url.find("://");
  if (begin == url.npos) return false;
  const std::string_view host =
      url.substr(begin + 3, url.find_first_of("/?#", begin + 3) - begin - 3);
  return host == "slack.com" || host.ends_with(".slack.com");
}

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
        out_.skipped("channels and groups");
        return {};
      });
      if (!done) return done;
    }
    for (const Dm& dm : dms) {
      if (done = conversation(dm); !done) return done;
    }
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
      return {};
    });
  }

  Result<void> conversation(const Dm& dm) {
    std::set<std::string> days;
    std::error_code failed;
    for (fs::directory_iterator at(root_ / dm.id, failed), end; !failed && at != end;
         at.increment(failed)) {
      const std::string name = at->path().filename().string();
      // canvas_in_the_conversation.json and the like are no messages.
      if (name.ends_with(".json") && name.front() >= '0' && name.front() <= '9') days.insert(name);
    }
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
    if (string_of(source, "type") != "message") return left_out("service messages");
    const std::string& subtype = string_of(source, "subtype");
    const auto row = std::find_if(std::begin(kSubtypes), std::end(kSubtypes),
                                  [&](const SubtypeRow& one) { return one.subtype == subtype; });
    if (row == std::end(kSubtypes)) return left_out("service messages");
    if (!row->skipped.empty()) return left_out(row->skipped);
    if (dm.members.size() > 2) return left_out("messages of groups");
    const std::string& user = string_of(source, "user");
    if (user.empty() && source.contains("bot_id")) return left_out("messages of bots");
    if (dm.members.size() != 2) {
      return broken("", fmt::format("two members of {} in dms.json", quote(dm.id)),
                    fmt::format("{}", dm.members.size()));
    }
    if (user != dm.members[0] && user != dm.members[1]) {
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
    auto parts = parts_of(source);
    if (!parts) return tl::unexpected(std::move(parts.error()));
    put_parts(*parts, record);
    return {};
  }

  Made<std::vector<MessagePart>> parts_of(const json& source) {
    std::vector<MessagePart> parts;
    if (auto text = slack_text(string_of(source, "text"), names_); !text.empty())
      parts.push_back(text_part(std::move(text)));
    const json& files = array_of(source, "files");
    std::size_t deleted = 0;
    for (std::size_t i = 0; i < files.size(); ++i) {
      if (string_of(files[i], "mode") == "tombstone") {
        ++deleted;
        continue;
      }
      auto part = file(files[i], pointer_to("/files", i));
      if (!part) return tl::unexpected(std::move(part.error()));
      parts.push_back(*std::move(part));
    }
    if (parts.empty() && deleted > 0) return left_out("messages whose files were deleted");
    for (; deleted > 0; --deleted) out_.repaired("deleted files, left out of their message");
    if (parts.empty())
      return broken("/text", "a text or files", json_type_and_value(member_of(source, "text")));
    return parts;
  }

  Made<MessagePart> file(const json& source, const std::string& at) {
    const char* member =
        source.contains("url_private_download") ? "url_private_download" : "url_private";
    const std::string& where = string_of(source, member);
    const std::string pointer = pointer_to(at, member);
    auto url = fetchable_url(pointer, where, out_.options());
    if (!url) return broken(url.error().pointer, url.error().expected, url.error().got);
    if (is_slacks_own(*url)) {
      return broken(pointer, "a URL that needs no Slack token, which --media-map makes of it",
                    quote(where));
    }
    Media media;
    media.url = *std::move(url);
    media.uid = string_of(source, "id");
    media.file_name = string_of(source, "name");
    media.size = integer_of(source, "size");
    media.type = media_type_of_mime(string_of(source, "mimetype"));
    if (media.type == kFile) media.type = media_type_of_name(media.file_name);
    media.width = integer_of(source, "original_w").value_or(0);
    media.height = integer_of(source, "original_h").value_or(0);
    if (const auto ms = integer_of(source, "duration_ms")) media.duration_s = *ms / 1000;
    return media_part(media);
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

}  // namespace zimmock
