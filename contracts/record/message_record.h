#pragma once

// The lines of the JSON Lines documents that messages are kept in: the source of a migration
// (format zim), a seed of the mock and a snapshot of its state are one kind of document. A line
// without a member Record is a message, in ImportPeerMsg's own names.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

#include "contracts/api/field_reader.h"
#include "contracts/api/message.h"
#include "contracts/api/profile.h"

namespace zimmock::inline contract {

// What a line is about: its member Record, "tenant", "devices", or an entity ("user", "group",
// "member", "relation": entities.h); without one, a message.
enum class RecordKind { kMessage, kTenant, kDevices, kUser, kGroup, kMember, kRelation };

// A line as a JSON object. The Finding is that of parse_json, with the column only, or says that it
// is no object.
tl::expected<nlohmann::json, Finding> parse_record_line(std::string_view line);

// `line` must be an object. The Finding names the known kinds.
tl::expected<RecordKind, Finding> record_kind(const nlohmann::json& line);

// A MsgId written as a string of digits, as ImportPeerMsg answers it: 1 to 9.1 * 10^18, which
// leaves room for later ones.
std::optional<std::int64_t> parse_msg_id(std::string_view text);

// What only the service knows of a message: its member Stored.
struct StoredPart {
  std::optional<std::int64_t> msg_id;
  std::optional<std::int64_t> msg_seq;
  bool recalled = false;
  bool deleted = false;  // by ClearPeerMessage
};

struct MessageRecord {
  std::string id;   // "" if the line names none
  Message message;  // meaningful if findings.ok()
  bool sender_sees = true;
  bool receiver_sees = true;
  StoredPart stored;
  // Against the contract, with pointers into the line. SendMessageTime is held against no window,
  // and may be absent.
  Findings findings;
};

// Reads message lines. Stateless after construction, so safe from several threads.
class MessageRecordReader {
 public:
  // Unlike the service, takes no unknown members, whatever the profile says of them: a misspelt one
  // would be lost without a word.
  explicit MessageRecordReader(const Profile& profile) : profile_(profile) {
    profile_.refuse_unknown_members = true;
  }

  // `line` must be an object of kind kMessage; its texts are moved out of it.
  MessageRecord read(nlohmann::json line) const;

  const Profile& profile() const { return profile_; }

 private:
  Profile profile_;
};

}  // namespace zimmock::inline contract
