#pragma once

// Why a converter makes no message of something: it is none to import, or it is a broken one.

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

#include "client/formats/conversion.h"

namespace zimmock::client {

// What a part is that cannot be imported.
enum class MissingMedium {
  kNo,          // no medium
  kLost,        // the source itself does not have it any more
  kWithoutUrl,  // the source has it, and it is not known at which URL
};

struct NoMessage {
  std::string_view skipped{};  // its kind, which must outlive it; "": it is bad
  SourceProblem problem{};
  MissingMedium medium = MissingMedium::kNo;
  std::string file{};  // the medium's file name; "" if it is not known
};

template <typename T>
using Made = tl::expected<T, NoMessage>;

inline tl::unexpected<NoMessage> left_out(std::string_view kind) {
  return tl::unexpected(NoMessage{kind, {}});
}

inline tl::unexpected<NoMessage> broken(std::string pointer, std::string expected,
                                        std::string got) {
  return tl::unexpected(NoMessage{{}, {std::move(pointer), std::move(expected), std::move(got)}});
}

// A part of a message: see MessageParts.
inline tl::unexpected<NoMessage> lost_medium(std::string pointer, std::string expected,
                                             std::string got) {
  return tl::unexpected(NoMessage{
      {}, {std::move(pointer), std::move(expected), std::move(got)}, MissingMedium::kLost});
}

// Says so to the conversion. `known` is the record as far as it came.
inline Result<void> report(const SourcePlace& place, const NoMessage& why,
                           const nlohmann::json& known, Conversion& out) {
  if (why.skipped.empty()) return out.bad(place, why.problem, known);
  out.skipped(why.skipped);
  return {};
}

}  // namespace zimmock::client
