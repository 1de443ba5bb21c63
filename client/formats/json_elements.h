#pragma once

// Reads documents in JSON that are too large to be held: what is wanted of them comes one by one.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "client/formats/format.h"
#include "contracts/api/result.h"

namespace zimmock::client {

// A value that stands where a path says. A path is that of a JSON Pointer without escapes, with `*`
// for each element of an array: "/chats/list/*/messages/*"; "" is the whole document.
struct JsonElement {
  std::size_t path = 0;         // which of the paths that were asked for
  std::size_t document = 0;     // which of the file's documents, from 0
  std::vector<std::size_t> at;  // the place in its array, from 0, for each `*` of the path
  std::uint32_t line = 0;       // from 1, where it begins
  std::string pointer;          // JSON Pointer from its document's root
  nlohmann::json value;         // no deeper than 64 levels
  // A member given twice, whose last value stands: for converters to report, or to leave alone.
  std::optional<SourceProblem> problem;

  SourcePlace source_place() const { return {line, pointer}; }
};

// An Error ends the reading and is its result.
using TakeElement = std::function<Result<void>(JsonElement& element)>;

struct JsonReading {
  bool several = false;  // documents one after the other, as of JSON Lines; otherwise one only
  // Mends what Telegram Desktop writes: \xNN for control characters, and the bare path of a
  // "document_id". Told of each, where given.
  bool mend_telegram = false;
  std::function<void()> repaired_escape;
  std::function<void()> repaired_path;
};

// Calls `take` for every value at one of the paths, in the file's order. A small value beside a
// long array (a chat's name beside its messages) has a path of its own; where it may come after the
// array, the file is read twice. Of two paths of which one goes through the other, the shorter
// takes all. Memory: one value, of at most 16 MiB. Errors: kUsage if the file cannot be opened,
// kInput "path: line N: expected X, got Y" if it is not JSON in UTF-8, and those of `take`.
Result<void> read_json_elements(const std::filesystem::path& path,
                                std::span<const std::string_view> paths, const TakeElement& take,
                                const JsonReading& reading = {});

// Whether something stands at each of the paths in the first document of a file that begins with
// `head`, which may be cut off anywhere, or no JSON at all.
std::vector<bool> json_paths_in(std::string_view head, std::span<const std::string_view> paths,
                                const JsonReading& reading = {});

// True if something stands at any of them.
bool has_json_path(std::string_view head, std::initializer_list<std::string_view> paths);

}  // namespace zimmock::client
