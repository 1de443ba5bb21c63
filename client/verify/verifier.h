#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "client/import/run_context.h"
#include "client/verify/expected_list.h"

namespace zimmock::client {

// What QueryPeerMsg never returns, so that nobody can verify it. (docs/zim-api.md section 6)
inline constexpr std::string_view kUnverifiable = "SearchedContent, Priority and a media's Uid";

struct VerifyReport {
  ListComparison totals;    // without mismatches and moved: those went to the sink, or are the same
  std::uint64_t lists = 0;  // read to their end
  std::uint64_t unreadable_lists = 0;
  std::uint64_t refused_lists = 0;       // of these: because the service refuses to give them
  std::uint64_t lists_out_of_order = 0;  // MsgTime goes up along the list
  Stop stop = Stop::kNone;               // anything else: the comparison is not complete
  std::string stop_message;
  std::int64_t duration_ms = 0;

  // Everything planned is there, in order, and, unless `extra_allowed`, nothing else.
  bool verified(bool extra_allowed) const;
};

// Reads the list of every lane of every planned conversation, by Next alone, and compares. Each
// mismatch goes to the sink, one call at a time, a list's together; lists come in no fixed order,
// and last the messages of which only URLs moved, if not all of the run moved in one way.
// Blocks until all lists are read or the run is stopped (interrupted, credentials refused, source
// unreadable, service not to be reached, ten lists in a row that could not be read).
// `settle_ms`: lists that lack something are read once more so long after the others, as a service
// may give what was imported just now a little later; 0: they are not.
VerifyReport run_verification(const RunContext& context,
                              const std::function<void(const Mismatch&)>& sink,
                              std::int64_t settle_ms = 0);

}  // namespace zimmock::client
