#pragma once

// Why a converter makes no message of something: it is none to import, or it is a broken one.

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

#include "client/formats/conversion.h"

namespace zimmock {

struct NoMessage {
  std::string_view skipped;  // its kind, which must outlive it; "": it is bad
  SourceProblem problem;
  bool lost_medium = false;  // a medium that the source itself does not have any more
};

template <typename T>
using Made = tl::expected<T, NoMessage>;

inline tl::unexpected<NoMessage> left_out(std::string_view kind) {
  return tl::unexpected(NoMessage{kind, {}, false});
}

inline tl::unexpected<NoMessage> broken(std::string pointer, std::string expected,
                                        std::string got) {
  return tl::unexpected(
      NoMessage{{}, {std::move(pointer), std::move(expected), std::move(got)}, false});
}

// A part of a message: see MessageParts.
inline tl::unexpected<NoMessage> lost_medium(std::string pointer, std::string expected,
                                             std::string got) {
  return tl::unexpected(
      NoMessage{{}, {std::move(pointer), std::move(expected), std::move(got)}, true});
}

// Says so to the conversion. `known` is the record as far as it came.
inline Result<void> report(const SourcePlace& place, const NoMessage& why,
                           const nlohmann::json& known, Conversion& out) {
  if (why.skipped.empty()) return out.bad(place, why.problem, known);
  out.skipped(why.skipped);
  return {};
}

}  // namespace zimmock
