// What an earlier run could not import: its quarantine file, each line with a record in format zim,
// that somebody has repaired. User ids are ZIM's already.

#include "client/formats/quarantine.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/formats/json_items.h"
#include "client/formats/json_members.h"
#include "client/formats/line_file.h"
#include "client/formats/rows.h"
#include "client/formats/zim_line.h"
#include "contracts/api/json_text.h"
#include "contracts/api/message_record.h"
#include "contracts/api/text.h"

namespace zimmock {
namespace {

using json = nlohmann::json;

class QuarantineReader : public SourceReader {
 public:
  QuarantineReader(LineFile file, const FormatOptions& options)
      : file_(std::move(file)), reader_(options.profile) {}

  Result<std::optional<SourceRecord>> next() override {
    while (true) {
      auto line = file_.next();
      if (!line) return tl::unexpected(line.error());
      if (!*line) return std::nullopt;
      position_ = (*line)->offset + (*line)->length;
      if ((*line)->length <= kMaxLineBytes && trim((*line)->text).empty()) continue;
      const json row = json_or_discarded((*line)->text);
      if (!row.is_object() || !is_true(row, kFurtherReason)) return parse(**line, row);
    }
  }

  Result<SourceRecord> read_at(const RecordPlace& place) const override {
    LineFile::Line line{place.offset, place.length, place.line, {}};
    auto text = file_.read(place.offset, place.length);
    if (!text) return tl::unexpected(text.error());
    line.text = *std::move(text);
    SourceRecord record = parse(line, json_or_discarded(line.text));
    if (record.place.checksum == place.checksum) return record;
    return fail(ErrorKind::kInput, fmt::format("{}: line {} has changed since it was planned",
                                               file_.path().string(), place.line));
  }

  std::uint64_t size() const override { return file_.size(); }
  std::uint64_t position() const override { return position_; }
  const SourceFacts& facts() const override { return facts_; }

  // A tag is made of the format of the source, so that the repaired record has the one that it
  // would have had.
  std::string_view format_of(const RecordPlace& place) const override {
    const auto text = file_.read(place.offset, place.length);
    if (!text) return facts_.format;
    const Format* format = find_format(string_of(json_or_discarded(*text), kQuarantinedFormat));
    return format == nullptr ? facts_.format : format->name;
  }

 private:
  SourceRecord parse(const LineFile::Line& line, const json& row) const {
    SourceRecord record;
    record.place.line = line.number;
    record.place.offset = line.offset;
    if (line.length > kMaxLineBytes) {
      record.problem = SourceProblem{"", fmt::format("a line of at most {} bytes", kMaxLineBytes),
                                     fmt::format("{} bytes", line.length)};
      return record;
    }
    record.place.length = static_cast<std::uint32_t>(line.length);
    record.place.checksum = line_checksum(line.text);
    const json& inner = member_of(row, kQuarantinedRecord);
    if (!inner.is_object()) {
      record.problem = SourceProblem{
          fmt::format("/{}", kQuarantinedRecord), "the repaired record, in format zim",
          row.is_object() ? json_type_and_value(inner) : "a line that is no JSON object"};
    } else if (!read_zim_line(json_line(inner), reader_, {}, record)) {
      record.problem = SourceProblem{fmt::format("/{}/Record", kQuarantinedRecord), "a message",
                                     "something else"};
    }
    return record;
  }

  LineFile file_;
  MessageRecordReader reader_;
  SourceFacts facts_{"quarantine", {}, {}, {}, {}};
  std::uint64_t position_ = 0;
};

}  // namespace

bool is_quarantine(std::string_view head, const std::filesystem::path& /*path*/) {
  const json line = first_object_line(head);
  return line.contains("line") && line.contains("reason");
}

Result<std::unique_ptr<SourceReader>> open_quarantine(const std::filesystem::path& path,
                                                      const FormatOptions& options) {
  auto file = LineFile::open(path);
  if (!file) return tl::unexpected(file.error());
  return std::make_unique<QuarantineReader>(*std::move(file), options);
}

}  // namespace zimmock
