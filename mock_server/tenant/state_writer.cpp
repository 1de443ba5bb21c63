// export_state() of state_document.h.

#include <algorithm>
#include <mutex>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "contracts/api/message_body.h"
#include "mock_server/tenant/state_document.h"

namespace zimmock::mock {
namespace {

// One line, member by member in the order written. By hand, because a document of a million lines
// is written with the tenant's lock held.
class Line {
 public:
  explicit Line(std::string& out) : out_(out) { out_ += '{'; }
  ~Line() { out_ += "}\n"; }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  void number(std::string_view name, std::int64_t value) {
    fmt::format_to(std::back_inserter(key(name)), "{}", value);
  }

  void digits(std::string_view name, std::int64_t value) {
    fmt::format_to(std::back_inserter(key(name)), "\"{}\"", value);
  }

  void text(std::string_view name, std::string_view value) { quoted(key(name), value); }

  // Members with their usual value are left out.
  void text_if_any(std::string_view name, std::string_view value) {
    if (!value.empty()) text(name, value);
  }
  void flag_if_set(std::string_view name, bool value) {
    if (value) key(name) += "true";
  }

  void open(std::string_view name, char bracket) {
    key(name) += bracket;
    first_ = true;
  }
  void close(char bracket) {
    out_ += bracket;
    first_ = false;
  }
  void item(std::string_view value) {
    comma();
    quoted(out_, value);
  }

 private:
  void comma() {
    if (!first_) out_ += ',';
    first_ = false;
  }

  std::string& key(std::string_view name) {
    comma();
    out_ += '"';
    out_ += name;
    out_ += "\":";
    return out_;
  }

  static void quoted(std::string& out, std::string_view text) {
    const bool plain = std::none_of(text.begin(), text.end(), [](char c) {
      return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\' || c == 0x7F;
    });
    if (plain) {
      out += '"';
      out += text;
      out += '"';
    } else {
      out += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    }
  }

  std::string& out_;
  bool first_ = true;
};

void write_user(const RegisterUser& user, std::string& out) {
  Line line(out);
  line.text("Record", "user");
  line.text("UserId", user.user_id);
  line.text_if_any("UserName", user.user_name);
  line.text_if_any("UserAvatar", user.user_avatar);
}

void write_devices(const std::string& user_id, const std::vector<Device>& devices,
                   std::string& out) {
  Line line(out);
  line.text("Record", "devices");
  line.text("UserId", user_id);
  line.open("SdkVersions", '[');
  for (const Device& device : devices) line.item(device.sdk_version);
  line.close(']');
}

void write_message(const MessageList& list, const StoredMessage& message, const ListId& id,
                   std::string& out) {
  const MessageContent& content = message.content;
  Line line(out);
  line.digits("Id", message.msg_id);
  line.text("ImportedUserId", id.owner);
  line.text("FromUserId", message.sender);
  line.text("ToUserId", message.sender == id.owner ? id.peer : id.owner);
  line.number("MessageType", content.type);
  if (content.type == kCustom || content.sub_type != 0) line.number("SubMsgType", content.sub_type);
  line.number("Priority", content.priority);
  line.number("SendMessageTime", message.msg_time_ms);
  line.text("Message", content.body);
  line.text_if_any("ExtendedData", content.extended_data);
  line.text_if_any("SearchedContent", content.searched_content);
  line.open("Stored", '{');
  line.digits("MsgId", message.msg_id);
  line.number("MsgSeq", message.msg_seq);
  line.flag_if_set("Recalled", message.recalled);
  line.flag_if_set("Deleted", list.cleared(message));
  line.close('}');
}

// The keys of a hash map in ascending order, as pointers into it.
template <typename Map>
std::vector<const typename Map::value_type*> sorted(const Map& map) {
  std::vector<const typename Map::value_type*> out;
  out.reserve(map.size());
  for (const auto& pair : map) out.push_back(&pair);
  std::sort(out.begin(), out.end(), [](auto* a, auto* b) { return a->first < b->first; });
  return out;
}

}  // namespace

std::string export_state(Tenant& tenant) {
  std::string out;
  const std::lock_guard lock(tenant.mutex());
  {
    Line line(out);
    line.text("Record", "tenant");
    line.digits("LastMsgId", tenant.last_msg_id());
  }
  for (const auto* user : sorted(tenant.users())) write_user(user->second, out);
  for (const auto& [user_id, devices] : tenant.devices().all()) {
    write_devices(user_id, devices, out);
  }
  for (const auto* pair : sorted(tenant.lists())) {
    const auto& [id, list] = *pair;
    for (const StoredMessage& message : list.messages()) {
      write_message(list, message, id, out);
    }
  }
  return out;
}

}  // namespace zimmock::mock
