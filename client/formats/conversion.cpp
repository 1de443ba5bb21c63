#include "client/formats/conversion.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include "client/formats/line_file.h"
#include "client/formats/zim_line.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"

namespace zimmock {
namespace {

using json = nlohmann::json;

// A line of the spool: the line in the source, a space, then a record, or a problem as an array.
constexpr std::size_t kMaxRecordBytes = kMaxLineBytes - 16;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using OwnedFile = std::unique_ptr<std::FILE, CloseFile>;

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

  Result<void> message(std::uint32_t line, json record) override {
    for (const char* name : {"FromUserId", "ToUserId"}) map_user(record, name);
    if (const auto visible = record.find("VisibleTo"); visible != record.end()) {
      for (json& user : *visible) map_user(user);
    }
    const std::string text = json_line(record);
    if (text.size() > kMaxRecordBytes) {
      return bad(line, {"", fmt::format("a message of at most {} bytes", kMaxRecordBytes),
                        fmt::format("{} bytes", text.size())});
    }
    return write(line, text);
  }

  Result<void> bad(std::uint32_t line, SourceProblem problem) override {
    return write(line, json_line(json{problem.pointer, problem.expected, problem.got}));
  }

  void skipped(std::string_view kind) override { ++facts_.skipped[std::string(kind)]; }
  void repaired(std::string_view kind) override { ++facts_.repaired[std::string(kind)]; }

  void note(std::string sentence) override {
    auto& notes = facts_.notes;
    if (std::find(notes.begin(), notes.end(), sentence) == notes.end())
      notes.push_back(std::move(sentence));
  }

 private:
  void map_user(json& record, const char* name) const {
    if (const auto found = record.find(name); found != record.end()) map_user(*found);
  }

  void map_user(json& user) const {
    if (!user.is_string()) return;
    const auto found = options_.users.find(user.get_ref<const std::string&>());
    if (found != options_.users.end()) user = found->second;
  }

  Result<void> write(std::uint32_t line, const std::string& text) {
    const std::string whole = fmt::format("{} {}\n", line, text);
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
  SpoolReader(LineFile file, const Profile& profile, SourceFacts facts)
      : file_(std::move(file)), reader_(profile), facts_(std::move(facts)) {}

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
    const auto space = text.find(' ');
    record.place.line = static_cast<std::uint32_t>(parse_int64(text.substr(0, space)).value_or(0));
    const std::string_view rest = text.substr(space + 1);
    if (rest.starts_with('[')) {
      const auto words = json_or_discarded(rest).get<std::array<std::string, 3>>();
      record.problem = SourceProblem{words[0], words[1], words[2]};
    } else {
      read_zim_line(rest, reader_, record);
    }
    return record;
  }

  LineFile file_;
  MessageRecordReader reader_;
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
  facts.ids_per_conversation = true;
  SpoolWriter writer(options, *spool, facts);
  if (auto done = convert(path, writer); !done) return tl::unexpected(done.error());
  if (std::fflush(spool->file.get()) != 0) {
    return fail(ErrorKind::kSystem, fmt::format("{}: could not write the converted messages: {}",
                                                spool->path.string(), std::strerror(errno)));
  }
  if (auto measured = file->measure(); !measured) return tl::unexpected(measured.error());
  return std::make_unique<SpoolReader>(*std::move(file), options.profile, std::move(facts));
}

std::optional<std::string> media_url(std::string_view source, const FormatOptions& options) {
  const std::pair<const std::string, std::string>* best = nullptr;
  for (const auto& row : options.media) {
    const bool longer = best == nullptr || row.first.size() > best->first.size();
    if (longer && source.starts_with(row.first)) best = &row;
  }
  std::string url(source);
  if (best != nullptr) url.replace(0, best->first.size(), best->second);
  if (!url.starts_with("http://") && !url.starts_with("https://")) return std::nullopt;
  return url;
}

}  // namespace zimmock
