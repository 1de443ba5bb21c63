#pragma once

// A tenant's state as one document: at once seed, snapshot and migration source. It is JSON Lines
// in UTF-8, in any order of lines:
//
//   {"Record":"tenant","LastMsgId":"971..."}    MsgIds given from now on are greater; at most once
//   {"Record":"user","UserId","UserName"?,"UserAvatar"?}
//   {"Record":"devices","UserId","SdkVersions":["2.8.0"]}      does not register the user
//   {"Record":"group"...}, "member", "relation"                are read and left out: counted
//   {"FromUserId","ToUserId","MessageType","Message",...}      a message: no member Record
//
// A message line is a record of the format `zim` (message_record.h). It goes into both users'
// lists, or into those that ImportedUserId or VisibleTo names; users that are not registered are
// registered. A member Stored {"MsgId"?,"MsgSeq"?,"Recalled"?,"Deleted"?} says what only the
// service knows: MsgSeq must be the next of its list and MsgId one that no other message has;
// Deleted, by ClearPeerMessage, holds for a list's first messages only. Without them a message gets
// the next ones, so that a seed needs none of this. Id is not kept.
//
// Each message must pass every check of ImportPeerMsg with the tenant's profile, but its time may
// be in the future or outside the retention; its SendMessageTime is its MsgTime whatever the
// profile says, and a line with a MsgSeq may be out of order. Unknown members are errors, and so is
// a line of more than 1 MiB.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "contracts/api/result.h"
#include "contracts/record/entities.h"
#include "mock_server/tenant/tenant.h"

namespace zimmock::mock {

class StateReader;

struct StateCounts {
  std::uint64_t users = 0;
  std::uint64_t devices = 0;
  std::uint64_t messages = 0;  // entries of lists: a message of both users' lists counts twice
  EntityCounts left_out{};     // groups, members, relations: the mock has none yet
};

enum class StateMode {
  kAdd,      // to what is there. A user or a user's devices that are there are replaced by the line
  kReplace,  // all users, devices and lists. MsgIds go on from LastMsgId where the document has one
};

// Imports all of the document and returns what is in it, or changes nothing and returns an Error
// (kInput): "line 3: import.type: /MessageType: expected 1, 10, ..., got 99", of the first bad
// line.
//
// Reads the document without the tenant's lock. kReplace takes the lock for a moment only; kAdd for
// as long as it takes to place the entries, and to look through all messages there if the document
// has MsgIds. About 12 us and 300 bytes beside its texts for an entry, which are those it then
// keeps. Thread-safe.
Result<StateCounts> import_state(Tenant& tenant, std::string_view document, StateMode mode);

// The same for a document that comes in parts, cut anywhere. Each line is read when it is there: of
// the document itself no more than one unfinished line is held. Used by one thread, once.
class StateImport {
 public:
  // `tenant` must outlive it, and is left alone until finish().
  StateImport(Tenant& tenant, StateMode mode);
  ~StateImport();

  // After a bad line what follows is ignored.
  void add(std::string_view part);
  Result<StateCounts> finish();

 private:
  Tenant& tenant_;
  const StateMode mode_;
  std::unique_ptr<StateReader> reader_;
};

// The tenant's state, a line for each entry of each list: first the tenant, then users and devices
// sorted by id, then the lists sorted by viewer and peer, each in the order of its MsgSeqs. The
// same state gives the same bytes, and so does an import of them with kReplace into another tenant.
// Id is the MsgId. About 2 us and 250 bytes beside its texts for an entry (twice that while it
// grows), with the tenant's lock held. Thread-safe.
std::string export_state(Tenant& tenant);

// Forgets users, devices, lists and which calls were made (rate limit, nonces). MsgIds go on
// ascending. Thread-safe; the lock is held for a moment only.
void clear_state(Tenant& tenant);

// O(lists). Thread-safe.
StateCounts count_state(Tenant& tenant);

}  // namespace zimmock::mock
