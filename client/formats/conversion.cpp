#include "client/formats/conversion.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include "client/formats/json_members.h"
#include "client/formats/line_file.h"
#include "client/formats/owned_file.h"
#include "client/formats/zim_line.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"

namespace zimmock::client {
namespace {

using json = nlohmann::json;

// A line of the spool: the line in the source, how many bytes its pointer has, that, then a record
// or, as an array, a problem and what is known of its record; spaces between them.
constexpr std::size_t kMaxRecordBytes = kMaxLineBytes - 1024;
constexpr std::size_t kMaxBadTextBytes = 64 * 1024;
constexpr std::size_t kMaxNamedBytes = 256;  // of an id that a problem is told with

struct Spool {
  std::filesystem::path path;
  OwnedFile file;
};

Result<Spool> create_spool(const std::filesystem::path& folder) {
  std::string name = (folder / "zimmock-spool-XXXXXX").string();
  const int fd = ::mkostemp(name.data(), O_CLOEXEC);
  std::FILE* file = fd < 0 ? nullptr : ::fdopen(fd, "w");
  if (file == nullptr) {
    return fail(ErrorKind::kSystem,
                fmt::format("{}: could not create a file for the converted messages: {}",
                            folder.string(), std::strerror(errno)));
  }
  return Spool{name, OwnedFile(file)};
}

class SpoolWriter : public Conversion {
 public:
  SpoolWriter(const FormatOptions& options, Spool& spool, SourceFacts& facts)
      : options_(options), spool_(spool), facts_(facts) {}

  const FormatOptions& options() const override { return options_; }

  Result<void> message(const SourcePlace& place, const json& record) override {
    const std::string text = json_line(record);
    if (text.size() > kMaxRecordBytes) {
      return bad(place,
                 {"", fmt::format("a message of at most {} bytes", kMaxRecordBytes),
                  fmt::format("{} bytes", text.size())},
                 record);
    }
    return write(place, text);
  }

  Result<void> bad(const SourcePlace& place, const SourceProblem& problem,
                   const json& known) override {
    json out{problem.pointer, problem.expected, problem.got};
    for (const char* name : {"Id", "FromUserId", "ToUserId"})
      out.push_back(string_of(known, name).substr(0, kMaxNamedBytes));
    out.push_back(integer_of(known, "SendMessageTime").value_or(0));
    out.push_back(string_of(known, "Message").substr(0, kMaxBadTextBytes));
    return write(place, json_line(out));
  }

  void skipped(std::string_view kind) override { ++facts_.skipped[std::string(kind)]; }
  void repaired(std::string_view kind) override { ++facts_.repaired[std::string(kind)]; }

  void person(const std::string& source_id, std::string_view name,
              std::string_view avatar) override {
    if (source_id.empty() || (name.empty() && avatar.empty())) return;
    UserEntity& one = facts_.entities.users[source_id];
    if (one.name.empty()) one.name = name;
    if (one.avatar.empty() && !avatar.empty())
      one.avatar = media_url(avatar, options_).value_or(std::string(avatar));
  }

  void note(std::string sentence) override {
    auto& notes = facts_.notes;
    if (std::find(notes.begin(), notes.end(), sentence) == notes.end())
      notes.push_back(std::move(sentence));
  }

 private:
  Result<void> write(const SourcePlace& place, const std::string& text) {
    const std::string whole =
        fmt::format("{} {} {} {}\n", place.line, place.pointer.size(), place.pointer, text);
    if (std::fwrite(whole.data(), 1, whole.size(), spool_.file.get()) == whole.size()) return {};
    return fail(ErrorKind::kSystem, fmt::format("{}: could not write the converted messages: {}",
                                                spool_.path.string(), std::strerror(errno)));
  }

  const FormatOptions& options_;
  Spool& spool_;
  SourceFacts& facts_;
};

class SpoolReader : public SourceReader {
 public:
  SpoolReader(LineFile file, const FormatOptions& options, SourceFacts facts)
      : file_(std::move(file)),
        reader_(options.profile),
        users_(options.users),
        facts_(std::move(facts)) {}

  Result<std::optional<SourceRecord>> next() override {
    auto line = file_.next();
    if (!line) return tl::unexpected(line.error());
    if (!*line) return std::nullopt;
    position_ = (*line)->offset + (*line)->length;
    return parse((*line)->offset, (*line)->text);
  }

  Result<SourceRecord> read_at(const RecordPlace& place) const override {
    const auto text = file_.read(place.offset, place.length);
    if (!text) return tl::unexpected(text.error());
    return parse(place.offset, *text);
  }

  std::uint64_t size() const override { return file_.size(); }
  std::uint64_t position() const override { return position_; }
  const SourceFacts& facts() const override { return facts_; }

 private:
  SourceRecord parse(std::uint64_t offset, std::string_view text) const {
    SourceRecord record;
    record.place.offset = offset;
    record.place.length = static_cast<std::uint32_t>(text.size());
    record.place.line = static_cast<std::uint32_t>(take_number(text));
    const auto pointer_bytes = static_cast<std::size_t>(take_number(text));
    record.pointer = text.substr(0, pointer_bytes);
    text.remove_prefix(pointer_bytes + 1);
    if (text.starts_with('[')) {
      read_problem(json_or_discarded(text), record);
    } else {
      read_zim_line(text, reader_, users_, record);
    }
    return record;
  }

  // The number that a line goes on with, and the space behind it.
  static std::int64_t take_number(std::string_view& text) {
    const auto space = text.find(' ');
    const std::int64_t number = parse_int64(text.substr(0, space)).value_or(0);
    text.remove_prefix(space + 1);
    return number;
  }

  // What bad() has written.
  void read_problem(const json& words, SourceRecord& record) const {
    record.problem = SourceProblem{string_of(words[0]), string_of(words[1]), string_of(words[2])};
    record.id = string_of(words[3]);
    record.source_users = {string_of(words[4]), string_of(words[5])};
    record.message.from_user_id = zim_user(users_, record.source_users[0]);
    record.message.to_user_id = zim_user(users_, record.source_users[1]);
    record.message.send_time_ms = integer_of(words[6]).value_or(0);
    record.message.content.body = string_of(words[7]);
  }

  LineFile file_;
  MessageRecordReader reader_;
  UserMap users_;
  SourceFacts facts_;
  std::uint64_t position_ = 0;
};

}  // namespace

Result<std::unique_ptr<SourceReader>> open_converted(std::string_view format,
                                                     const std::filesystem::path& path,
                                                     const FormatOptions& options,
                                                     Converter convert) {
  auto spool = create_spool(options.spool_folder);
  if (!spool) return tl::unexpected(spool.error());
  auto file = LineFile::open(spool->path);
  ::unlink(spool->path.c_str());
  if (!file) return tl::unexpected(file.error());
  SourceFacts facts;
  facts.format = format;
  SpoolWriter writer(options, *spool, facts);
  if (auto done = convert(path, writer); !done) return tl::unexpected(done.error());
  if (std::fflush(spool->file.get()) != 0) {
    return fail(ErrorKind::kSystem, fmt::format("{}: could not write the converted messages: {}",
                                                spool->path.string(), std::strerror(errno)));
  }
  if (auto measured = file->measure(); !measured) return tl::unexpected(measured.error());
  return std::make_unique<SpoolReader>(*std::move(file), options, std::move(facts));
}

namespace {

bool is_url(std::string_view text) {
  return text.starts_with("http://") || text.starts_with("https://");
}

// The row with the longest beginning of `source`, or nullptr. The rows are sorted, so that what
// stands before `source` shares with it all that a shorter beginning could have.
const std::pair<const std::string, std::string>* row_of(std::string_view source,
                                                        const FormatOptions& options) {
  std::string_view beginning = source;
  while (true) {
    auto row = options.media.upper_bound(beginning);
    if (row == options.media.begin()) return nullptr;
    --row;
    if (beginning.starts_with(row->first)) return &*row;
    const auto [end, ignored] =
        std::mismatch(beginning.begin(), beginning.end(), row->first.begin(), row->first.end());
    beginning = beginning.substr(0, static_cast<std::size_t>(end - beginning.begin()));
  }
}

}  // namespace

std::optional<std::string> media_url(std::string_view source, const FormatOptions& options) {
  std::string name(source);
  if (!options.media_folder.empty() && !is_url(source)) name = options.media_folder + "/" + name;
  if (options.survey != nullptr && !source.empty()) options.survey->media.insert(name);
  const auto* row = row_of(name, options);
  // Somebody may have named the input from another folder: the longest end of the path counts.
  for (auto slash = name.find('/'); row == nullptr && name.size() > source.size();
       slash = name.find('/')) {
    name.erase(0, slash + 1);
    row = row_of(name, options);
  }
  if (row != nullptr && row->second.empty()) return std::nullopt;
  std::string url = row == nullptr ? name : row->second + name.substr(row->first.size());
  if (!is_url(url)) return std::nullopt;
  return url;
}

}  // namespace zimmock::client
