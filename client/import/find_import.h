#pragma once

// Finding out whether an import in doubt was applied: its list is read back.

#include <cstdint>
#include <optional>
#include <string>

#include "client/import/run_context.h"

namespace zimmock::client {

// False for 0 and for what is too little to be milliseconds, which an emptied message may have.
bool is_time(std::int64_t time_ms);

// True if the item's MsgTime is before that, and by more than a service takes off that cuts times
// to the second.
bool is_long_before(const QueryItem& item, std::int64_t time_ms);

struct Landed {
  std::string msg_id;
  std::int64_t msg_seq = 0;
};

// What a look at the list came to; at most one member is set. None: it is not there.
struct Look {
  std::optional<Landed> landed;
  std::optional<std::string> ambiguous;  // something is there that may be it: one line
  std::optional<ApiStatus> refused;      // the service does not give the list
  std::optional<Error> error;            // it could not be read, or the source could not
  bool interrupted = false;
};

// Looks for the import in its list: by its tag; in a plan without tags by message_identity() and
// time: it is there if the list has more messages equal to it than were sent before it, which does
// not see what others write. A message of its identity that may be another one, of which the body
// is not the same, is ambiguous unless the list's body says which it is, whatever the service has
// filled in. Reads from the newest
// message back to a second before its time, or all where MsgTime is when a message arrived.
Look find_import(const RunContext& context, ZimApi& api, CallSite& site, const ImportKey& key);

}  // namespace zimmock::client
