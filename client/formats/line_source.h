#pragma once

// A source of which each line is a record, read in place.

#include <cstdint>
#include <optional>
#include <string>

#include "client/formats/format.h"
#include "client/formats/line_file.h"
#include "contracts/api/result.h"

namespace zimmock::client {

// A blank line is nothing, one over kMaxLineBytes a broken record.
class LineSource : public SourceReader {
 public:
  Result<std::optional<SourceRecord>> next() override;
  Result<SourceRecord> read_at(const RecordPlace& place) const override;
  std::uint64_t size() const override { return file_.size(); }
  std::uint64_t position() const override { return position_; }
  const SourceFacts& facts() const override { return facts_; }

 protected:
  LineSource(LineFile file, std::string format) : file_(std::move(file)) {
    facts_.format = std::move(format);
  }

  // Reads a line into `record`, all but its place; false for a line that is no record.
  virtual bool read_line(const std::string& text, SourceRecord& record) const = 0;

  // Takes a line that is no record, as next() meets it.
  virtual void take_other(const std::string& /*text*/, SourceFacts& /*facts*/) {}

  // The line again. The Error is the file's.
  Result<std::string> text_at(const RecordPlace& place) const {
    return file_.read(place.offset, place.length);
  }

 private:
  bool read_record(const LineFile::Line& line, SourceRecord& record) const;

  LineFile file_;
  SourceFacts facts_;
  std::uint64_t position_ = 0;
};

}  // namespace zimmock::client
