#pragma once

// Source formats: one row in the table, one file that reads it.

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "contracts/api/field_reader.h"
#include "contracts/api/operations/import_peer_msg.h"
#include "contracts/api/operations/query_peer_msg.h"
#include "contracts/api/profile.h"
#include "contracts/api/result.h"
#include "contracts/record/entities.h"

namespace zimmock::client {

// Where a record stands in its file, so that it can be read again.
struct RecordPlace {
  std::uint64_t offset = 0;  // bytes
  std::uint32_t length = 0;  // bytes
  std::uint32_t line = 0;    // from 1
  std::uint32_t checksum = 0;
  std::uint32_t part = 0;  // from 1, of a record that became several messages; 0: of any other
};

// Where a person finds a record in the source.
struct SourcePlace {
  std::uint32_t line = 0;  // from 1; a whole document may be one line
  // JSON Pointer from the document's root, in a folder behind "FILE#"; "" where the line (or, of a
  // file of several documents, the document that begins there) is the record. Of one input of
  // several it begins with the input: "a.txt", "b.json#/messages/3", "slack.zip/D1/x.json#/0".
  std::string pointer;
};

// What tells a record from others of its line. What is not known is "" or 0.
struct RecordName {
  std::string pointer;       // SourcePlace's
  std::string id;            // the source's
  std::string from, to;      // ZIM user ids, of which the conversation is
  std::int64_t time_ms = 0;  // as in the source
};

struct NamedRecord {
  std::uint32_t line = 0;
  RecordName name;
};

// "line 3", or "line 1 (/messages/17, id 17, "aa" to "bb", 2026-11-26T10:13:20.000Z)" where the
// line is not the record's own. One line of ASCII.
std::string place_text(std::uint32_t line, const RecordName& name);

// Why a record of a source cannot be imported, where that is no rule of ZIM's contract.
struct SourceProblem {
  std::string pointer;  // into the source's own record; "" for the record itself
  std::string expected;
  std::string got;
};

// Which of the source's user ids become which ZIM user ids; the others stay as they are.
using UserMap = std::map<std::string, std::string, std::less<>>;

// One message of the source, as what it will be imported as.
struct SourceRecord {
  RecordPlace place;
  std::string pointer;                      // SourcePlace's
  std::string id;                           // "" if the source names none
  std::array<std::string, 2> source_users;  // sender and receiver in the source; "" if not known
  Message message;                          // meaningful if ok(), else what is known
  bool sender_sees = true;
  bool receiver_sees = true;
  Emptied emptied = Emptied::kNo;  // anything else: there is nothing to import
  // Against the contract, pointers into the source's own record. SendMessageTime is checked to be
  // given, not against any window: that depends on when it is sent.
  Findings findings;
  std::optional<SourceProblem> problem;

  bool ok() const { return findings.ok() && !problem; }
  RecordName name() const {
    return {pointer, id, message.from_user_id, message.to_user_id, message.send_time_ms};
  }
};

// What a whole source is like; complete once next() has come to the end.
struct SourceFacts {
  std::string format;              // "stream"
  std::vector<std::string> notes;  // sentences for the plan: what it cannot say
  std::map<std::string, std::uint64_t, std::less<>>
      skipped;  // things that are no messages, by kind
  std::map<std::string, std::uint64_t, std::less<>>
      repaired;  // what was broken and repaired, by kind
  // What it says of users, groups, members and relations, by its own user ids.
  Entities entities{};
};

class SourceReader {
 public:
  virtual ~SourceReader() = default;

  // The next record in the file's order, broken ones too; nothing at the end. An Error means that
  // the file cannot be read any further. Used by one thread.
  virtual Result<std::optional<SourceRecord>> next() = 0;

  // A record that next() gave, once more, as it gave it. An Error (kInput) if the file has changed
  // there since. Safe from several threads.
  virtual Result<SourceRecord> read_at(const RecordPlace& place) const = 0;

  // Bytes of the file, and how far next() has come.
  virtual std::uint64_t size() const = 0;
  virtual std::uint64_t position() const = 0;

  virtual const SourceFacts& facts() const = 0;

  // Which of several inputs a record is of, counted from 0; that input's name, "" if there is only
  // one; and its format.
  virtual std::uint32_t input_of(const RecordPlace& /*place*/) const { return 0; }
  virtual std::string input_name(std::uint32_t /*input*/) const { return ""; }
  virtual std::string_view format_of(const RecordPlace& /*place*/) const { return facts().format; }
};

// The name of a record that next() gave without refusals; empty if the file has changed there.
RecordName name_at(const SourceReader& source, const RecordPlace& place);

// What becomes of a medium that the source lost, or for which no URL is known.
enum class MissingPolicy { kStop, kPlaceholder, kSkip };

enum class DateOrder { kUnknown, kDayFirst, kMonthFirst, kYearFirst };

// What a source names, for whoever has to make --users and --media-map of it.
struct SourceSurvey {
  std::set<std::string, std::less<>> media;  // as --media-map takes them, those at a URL too
};

// What a source is read with.
struct FormatOptions {
  Profile profile;
  UserMap users{};
  std::map<std::string, std::string, std::less<>>
      media{};              // the beginning of a URL or path -> of a URL
  std::string time_zone{};  // of times without one: an IANA name, or ""
  DateOrder date_order = DateOrder::kUnknown;
  std::string language{};  // WhatsApp's words are of this one (WhatsAppWords::languages()), or ""
  MissingPolicy missing_media = MissingPolicy::kStop;
  bool null_is_text = false;                    // a WhatsApp message "null" is what a user wrote
  std::filesystem::path spool_folder = "/tmp";  // for a copy of what is not JSON Lines
  std::string input{};         // of one of several inputs, its name, and the folder or archive
  std::string media_folder{};  // that its files are in: `media` has "FOLDER/FILE" before FILE
  // Takes what the source names. With it, people whom `users` does not have stand for themselves,
  // times without a zone are UTC, and dates that can be read in two ways have the day first.
  SourceSurvey* survey = nullptr;
};

struct Format {
  std::string_view name;  // stands in journals and, by record_identity(), in tags: it stays
  std::string_view description;

  // An Error (kUsage) if the path cannot be read, or an option that the source needs is missing.
  // Blocks for as long as it takes to convert a source that is not read in place.
  Result<std::unique_ptr<SourceReader>> (*open)(const std::filesystem::path& path,
                                                const FormatOptions& options);

  // True if a source that begins so is of this format, and of no other row's. `head` is its first
  // 64 KiB, or empty for a folder.
  bool (*is_this)(std::string_view head, const std::filesystem::path& path);

  // True for one person's view of a chat: an id, if there is one, is of that export alone, and what
  // that person has deleted is not in it.
  bool is_personal = false;
};

std::span<const Format> formats();

// The format of that name, or nullptr.
const Format* find_format(std::string_view name);

// An Error (kUsage) that says what the file or folder is, and what to do with it, if it is no chat
// history: an archive, a text that is not in UTF-8, an HTML page.
Result<void> check_file(const std::filesystem::path& path);

// The format that the source at the path is in. An Error (kUsage) if that cannot be told, or the
// path cannot be read; those of check_file() come first.
Result<const Format*> detect_format(const std::filesystem::path& path);

}  // namespace zimmock::client
