#pragma once

// The first half of an import: a state document, read and checked line by line, that touches no
// tenant yet.

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "contracts/api/list_id.h"
#include "contracts/api/operations/user_register.h"
#include "contracts/api/profile.h"
#include "contracts/api/result.h"
#include "contracts/record/entities.h"
#include "mock_server/tenant/devices.h"
#include "mock_server/world/message_list.h"

namespace zimmock::mock {

// One entry of one user's list.
struct StateEntry {
  std::uint32_t line = 0;
  std::uint32_t list = 0;  // into StateDocument::lists
  bool deleted = false;
  StoredMessage message;  // msg_id or msg_seq 0: the document names none
};

struct StateDocument {
  std::map<std::string, RegisterUser> users;  // with a line of their own
  std::map<std::string, std::vector<Device>> devices;
  std::optional<std::int64_t> last_msg_id;
  std::vector<ListId> lists;
  std::deque<StateEntry> entries;  // in the document's order
  EntityCounts left_out;           // which the mock does not have
};

// Reads a document that comes in parts, cut anywhere, and holds no more of its text than one
// unfinished line. Lines end at U+000A; blank ones, a CR before it and a byte order mark at the
// start are skipped. Used by one thread, once.
class StateReader {
 public:
  // A message without SendMessageTime, or with 0, is dated `now_ms`.
  StateReader(const Profile& profile, std::int64_t now_ms);
  ~StateReader();

  void add(std::string_view part);

  // An Error (kInput) of the form "line 3: import.type: /MessageType: expected X, got Y" for the
  // first bad line.
  Result<StateDocument> finish();

 private:
  class Lines;
  std::unique_ptr<Lines> lines_;
};

}  // namespace zimmock::mock
