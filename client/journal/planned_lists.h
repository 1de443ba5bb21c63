#pragma once

// The lists of a plan in the words that a journal keeps: a list by its two users, a message by its
// place in the list. A release that reads a file differently numbers lists and records
// differently; these words stay.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "client/journal/journal.h"
#include "client/plan/plan.h"

namespace zimmock::client {

// Which messages one list has, in order.
struct ListTags {
  std::string digest;    // 32 hex digits, of all tags
  std::string marks;     // the first kMarkBytes of each tag, for naming the first difference
  std::string contents;  // PlannedRecord::content of each, as many bytes
};

// Keeps 4 bytes an import. The plan must outlive it. Safe from several threads once made.
class PlannedLists {
 public:
  static constexpr std::size_t kMarkBytes = 4;

  explicit PlannedLists(const MigrationPlan& plan);

  const MigrationPlan& plan() const { return plan_; }

  // Those with imports, in the order of plan.lists.
  const std::vector<Lane>& lanes() const { return lanes_; }

  // The records that are imported into the list, in order; none of a lane that the plan has not.
  std::span<const std::uint32_t> records(Lane lane) const;

  // Counted from 0; nothing if the plan does not have the import.
  std::optional<std::uint32_t> place(const ImportKey& key) const;

  // By MigrationPlan::tag(), also in a plan whose messages carry no tags. Costs a digest a message.
  ListTags tags(Lane lane) const;

 private:
  const MigrationPlan& plan_;
  std::vector<Lane> lanes_;
  std::vector<std::size_t> first_;      // by list, into records_; and the end
  std::vector<std::uint32_t> records_;  // list after list
};

}  // namespace zimmock::client
