#pragma once

// What a command line names as inputs, down to the files and folders that a format reads.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "client/formats/format.h"
#include "client/formats/zip_file.h"
#include "contracts/api/result.h"

namespace zimmock::client {

struct InputFile {
  // As it was named; of what was found in a folder or a .zip, "NAMED/PATH/IN/IT".
  std::string name;
  std::filesystem::path path;
  const Format* format = nullptr;
  std::string digest;  // input_digest(); "" of a single input
};

struct Inputs {
  std::vector<InputFile> files;          // one at least
  std::vector<std::string> no_chats;     // files of folders and archives that no format reads
  bool is_single = true;                 // one file, named itself: its records need not name it
  std::vector<UnpackedFolder> unpacked;  // has some of the files until they are open
};

// - A file, or a folder that is one export (Slack's), is an input.
// - Another folder is searched, with the folders in it. So is a .zip, also in a folder; it is
//   unpacked in `spool_folder`.
// - What is not there and has one of *?[ is a pattern, as the shell's.
// `format` is that of a file that is named itself; of what is searched, the files that it reads are
// taken. nullptr: it is told from the file's content. Reads all of them if there are several.
// Relative names are in `folder`, "" for the current one.
// An Error (kUsage) names what cannot be read, has no chat, or is there twice.
Result<Inputs> find_inputs(std::span<const std::string> named, const Format* format,
                           const std::filesystem::path& spool_folder,
                           const std::filesystem::path& folder = {});

// All of them as one source. Blocks for as long as it takes to convert them. Keeps a file open for
// each. The Error is the reader's, and names the input.
Result<std::unique_ptr<SourceReader>> open_inputs(const Inputs& inputs,
                                                  const FormatOptions& options);

// Of a single input input_digest(); of several, a digest of theirs, in order.
Result<std::string> digest_of(const Inputs& inputs);

// "a.txt", `a.txt and 2 more inputs`.
std::string inputs_text(std::span<const std::string> named);

}  // namespace zimmock::client
