#pragma once

#include <filesystem>
#include <string>

#include "contracts/api/result.h"

namespace zimmock::client {

// The SHA-256 of a file, or of all files of a folder with their names, in lower-case hex. Reads all
// of it, without keeping it. An Error (kUsage) names what cannot be read.
Result<std::string> input_digest(const std::filesystem::path& path);

}  // namespace zimmock::client
