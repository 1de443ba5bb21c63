#pragma once

// Asks a service what the documents leave open and a migration builds on: a throw-away pair of
// users gets some 80 messages, their lists are read, and what came is held against a profile.

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "client/api/patience.h"
#include "client/api/zim_api.h"
#include "contracts/api/profile.h"

namespace zimmock::client {

enum class ProbeVerdict { kAsAssumed, kOtherwise, kUnknown };

// One question, and what the service answered to it.
struct ProbeAnswer {
  std::string_view id;
  std::string_view question;
  std::string assumed;
  std::string observed;
  ProbeVerdict verdict = ProbeVerdict::kUnknown;
  std::string_view meaning;  // for a migration; "" unless the verdict is kOtherwise
};

// One import of the probe, and what became of it.
struct ProbeImport {
  ImportPeerMsg request;
  ApiStatus status;
  ImportAnswer answer;  // meaningful if status.ok()
  std::int64_t sent_ms = 0;
  std::int64_t answered_ms = 0;
};

// How an import came to be in its list: looked for at once, and then again and again.
struct ReadLag {
  bool found = false;
  int looks = 0;
  std::int64_t ms = 0;  // from the import's answer to the last look
};

// The service's clock minus ours lies between these.
struct ClockOffset {
  std::int64_t least_ms = 0;
  std::int64_t most_ms = 0;

  std::int64_t middle_ms() const { return least_ms + (most_ms - least_ms) / 2; }
};

// All that the calls brought to light.
struct ProbeEvidence {
  std::vector<ProbeImport> timed;                 // into both lists, in turn
  std::vector<ReadLag> lags;                      // of these
  std::array<ProbeImport, 2> tied;                // with one SendMessageTime
  std::vector<ProbeImport> extended;              // with an ExtendedData each
  std::array<ProbeImport, 2> equal;               // the same call twice
  ProbeImport image;                              // its body is a document
  ProbeImport now;                                // without SendMessageTime
  ProbeImport late;                               // older than what the list had
  std::array<std::vector<QueryItem>, 2> lists;    // of the two users, newest first
  std::array<std::vector<std::int64_t>, 2> seqs;  // MsgSeqs of each list's imports, in order
  std::optional<ClockOffset> date;                // by the header Date
  ApiStatus nonce_again;                          // a query with the nonce of the one before
  ApiStatus hyphen;                               // a query for a viewer with a hyphen
  std::int64_t full_pages = 0;                    // of those between the first and the last
  std::int64_t short_pages = 0;
  std::int64_t taken_age_s = 0;    // the oldest Timestamp taken
  std::int64_t refused_age_s = 0;  // the youngest refused; 0: none was
  ApiStatus expired;               // what that one was refused with

  // The item of that import in its list, or nullptr.
  const QueryItem* item(const ProbeImport& import) const;
  // By Date, else by the message without SendMessageTime.
  std::optional<ClockOffset> clock_offset() const;
};

struct ProbeOptions {
  std::array<std::string, 2> users;
  Profile assumed;
};

// How a probe ended; `answers` has a row for every question if none of the other ways is set.
struct ProbeReport {
  std::vector<ProbeAnswer> answers;
  Profile observed;  // the assumed one, with what differs
  std::uint64_t imports = 0;
  std::uint64_t queries = 0;
  bool wrote = false;       // so there was something to clear
  std::string not_cleared;  // why; "" if both lists were cleared
  bool interrupted = false;
  std::optional<Error> error;
  std::string refused_call;          // the call that the service refused as a whole, ...
  std::optional<ApiStatus> refused;  // ... and how

  bool finished() const { return !interrupted && !error && !refused; }
  std::size_t count(ProbeVerdict verdict) const;
};

// Every call waits its turn at `calls_per_second`, all operations together.
inline constexpr std::int64_t kProbeCallsPerSecond = 19;

// Registers the users, makes the calls, clears both lists, and judges. Blocks for about 10 s, or
// while the service's reads lag. The lists are cleared however it ends, an interruption included.
ProbeReport run_probe(Transport& transport, const Credentials& credentials, const Clock& clock,
                      Waiter& waiter, const ProbeOptions& options);

// What the evidence says to each question; `observed` begins as the assumed profile.
std::vector<ProbeAnswer> judge_probe(const ProbeEvidence& evidence, const Profile& assumed,
                                     Profile& observed);

// "as-assumed", "otherwise", "unknown".
std::string_view to_string(ProbeVerdict verdict);

}  // namespace zimmock::client
