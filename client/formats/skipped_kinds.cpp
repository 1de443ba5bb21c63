#include "client/formats/skipped_kinds.h"

namespace zimmock {

std::string_view why_skipped(std::string_view kind) {
  struct Row {
    std::string_view kind;
    std::string_view why;
  };
  constexpr std::string_view kTwoUsers = "ZIM imports conversations of two users only";
  constexpr Row kRows[] = {{kOfGroups, kTwoUsers},
                           {kOfChannels, kTwoUsers},
                           {kChannelsAndGroups, kTwoUsers},
                           {kToOneself, "ZIM has no conversation with oneself"},
                           {kServiceMessages, "the application wrote them"}};
  for (const Row& row : kRows) {
    if (row.kind == kind) return row.why;
  }
  return "";
}

}  // namespace zimmock
