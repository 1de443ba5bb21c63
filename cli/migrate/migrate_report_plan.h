#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/plan/plan.h"

namespace zimmock::cli {

// Records that a report names of one reason; it counts the others.
inline constexpr std::size_t kMaxReportLines = 1000;

// The records that cannot be imported, by reason, as the plan finds them.
class BadLines {
 public:
  // What passes through `next` is noted. This must not move meanwhile.
  client::FindingLog::BadSink noting(client::FindingLog::BadSink next);

  // The first kMaxReportLines, each once; empty for a reason that it was not told.
  const std::vector<client::NamedRecord>& of(std::string_view reason) const;

  // How many there are between two users, the first in the order of their ids; at most of the first
  // 100,000 conversations.
  const std::map<std::pair<std::string, std::string>, std::uint64_t>& by_users() const {
    return by_users_;
  }

 private:
  void count(const client::RecordFinding& finding);

  std::map<std::string, std::vector<client::NamedRecord>, std::less<>> records_;
  std::map<std::pair<std::string, std::string>, std::uint64_t> by_users_;
  std::optional<std::pair<std::uint32_t, std::string>> last_;  // the record counted last
};

// What a journal keeps of the plan for its report, as the note "plan": JSON with the members
// `counts`, `bad` ([{"reason", "statement", "records", "lines", "places"}]), `bad_between` ([[user,
// user, records]]), `no_message` ({kind: count}) and `shift_ms`.
std::string plan_note(const client::MigrationPlan& plan, const BadLines& bad);

// What such a note, "" or of an earlier release too, says of bad records.
class NotedBad {
 public:
  explicit NotedBad(const std::string& plan_note);

  // Records between these two, in either direction, that cannot be imported.
  std::uint64_t between(const std::string& one, const std::string& other) const;

 private:
  std::map<std::pair<std::string, std::string>, std::uint64_t> records_;
};

}  // namespace zimmock::cli
