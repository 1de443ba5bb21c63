#pragma once

#include <filesystem>

#include "client/formats/json_elements.h"

namespace zimmock::client {

// Calls `take` for every line of JSON Lines, or for every element of a file that is one array, as
// JsonElement says; blank lines are none. A line that cannot be read, or a value that is no object,
// is an element with a problem. Errors: as read_json_elements; broken lines are none.
Result<void> read_json_items(const std::filesystem::path& path, const TakeElement& take);

// The first line of `head` that is a JSON object, for telling a format of JSON Lines; null if none
// is. Broken lines are no reason not to read a file: they are counted.
nlohmann::json first_object_line(std::string_view head);

// Calls `take` for every document of a file of several (one a line or not), or for every element of
// a file that is one array: each whole, so of 16 MiB at most. Errors: as read_json_elements.
Result<void> read_json_documents(const std::filesystem::path& path, const TakeElement& take);

}  // namespace zimmock::client
