#pragma once

// Source formats: one row in the table, one file that reads it.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "contracts/api/field_reader.h"
#include "contracts/api/profile.h"
#include "contracts/api/requests.h"
#include "contracts/api/result.h"

namespace zimmock {

// Where a record stands in its file, so that it can be read again.
struct RecordPlace {
  std::uint64_t offset = 0;  // bytes
  std::uint32_t length = 0;  // bytes
  std::uint32_t line = 0;    // from 1
  std::uint32_t checksum = 0;
};

// One message of the source, as what it will be imported as.
struct SourceRecord {
  RecordPlace place;
  std::string id;         // "" if the source names none
  ImportPeerMsg message;  // without imported_user_id; meaningful if findings.ok()
  bool sender_sees = true;
  bool receiver_sees = true;
  Emptied emptied = Emptied::kNo;  // anything else: there is nothing to import
  // Against the contract, pointers into the source's own record. SendMessageTime is checked to be
  // given, not against any window: that depends on when it is sent.
  Findings findings;
};

class SourceReader {
 public:
  virtual ~SourceReader() = default;

  // The next record in the file's order, broken ones too; nothing at the end. An Error means that
  // the file cannot be read any further. Used by one thread.
  virtual Result<std::optional<SourceRecord>> next() = 0;

  // A record that next() gave without refusals, once more. An Error (kInput) if the file has
  // changed there since. Safe from several threads.
  virtual Result<SourceRecord> read_at(const RecordPlace& place) const = 0;

  // Bytes of the file, and how far next() has come.
  virtual std::uint64_t size() const = 0;
  virtual std::uint64_t position() const = 0;
};

struct Format {
  std::string_view name;
  std::string_view description;

  // An Error (kUsage) if the path is not a readable regular file.
  Result<std::unique_ptr<SourceReader>> (*open)(const std::filesystem::path& path,
                                                const Profile& profile);
};

std::span<const Format> formats();

// The format of that name, or nullptr.
const Format* find_format(std::string_view name);

// The rows' open functions.
Result<std::unique_ptr<SourceReader>> open_zim_jsonl(const std::filesystem::path& path,
                                                     const Profile& profile);

}  // namespace zimmock
