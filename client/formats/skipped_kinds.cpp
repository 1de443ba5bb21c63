#include "client/formats/skipped_kinds.h"

#include "contracts/record/entities.h"

namespace zimmock::client {

std::string_view why_skipped(std::string_view kind) {
  struct Row {
    std::string_view kind;
    std::string_view why;
  };
  constexpr std::string_view kTwoUsers = "ZIM imports conversations of two users only";
  constexpr std::string_view kNotYet = "zimmock does not import these yet";
  constexpr Row kRows[] = {{kOfGroups, kTwoUsers},
                           {kOfChannels, kTwoUsers},
                           {kChannelsAndGroups, kTwoUsers},
                           {kToOneself, "ZIM has no conversation with oneself"},
                           {kServiceMessages, "the application wrote them"},
                           {kGroups, kNotYet},
                           {kMembers, kNotYet},
                           {kFriends, kNotYet},
                           {kBlockedUsers, kNotYet}};
  for (const Row& row : kRows) {
    if (row.kind == kind) return row.why;
  }
  return "";
}

}  // namespace zimmock::client
