#include "client/formats/line_source.h"

#include <fmt/format.h>

#include "contracts/api/text.h"

namespace zimmock::client {

Result<std::optional<SourceRecord>> LineSource::next() {
  while (true) {
    auto line = file_.next();
    if (!line) return tl::unexpected(line.error());
    if (!*line) return std::nullopt;
    position_ = (*line)->offset + (*line)->length;
    if ((*line)->length <= kMaxLineBytes && trim((*line)->text).empty()) continue;
    SourceRecord record;
    if (read_record(**line, record)) return record;
    take_other((*line)->text, facts_);
  }
}

Result<SourceRecord> LineSource::read_at(const RecordPlace& place) const {
  LineFile::Line line{place.offset, place.length, place.line, {}};
  auto text = text_at(place);
  if (!text) return tl::unexpected(text.error());
  line.text = *std::move(text);
  SourceRecord record;
  if (read_record(line, record) && record.place.checksum == place.checksum) return record;
  return fail(ErrorKind::kInput, fmt::format("{}: line {} has changed since it was planned",
                                             file_.path().string(), place.line));
}

bool LineSource::read_record(const LineFile::Line& line, SourceRecord& record) const {
  record.place.line = line.number;
  record.place.offset = line.offset;
  if (line.length > kMaxLineBytes) {
    record.findings.refuse(RuleId::kBodyIsJson, "",
                           fmt::format("a line of at most {} bytes", kMaxLineBytes),
                           fmt::format("{} bytes", line.length));
    return true;
  }
  record.place.length = static_cast<std::uint32_t>(line.length);
  record.place.checksum = line_checksum(line.text);
  return read_line(line.text, record);
}

}  // namespace zimmock::client
