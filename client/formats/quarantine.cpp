// Reads the quarantine file of an earlier run. Each line has a record in format zim that somebody
// has repaired; its user ids are ZIM's already.

#include "client/formats/quarantine.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/formats/json_items.h"
#include "client/formats/json_members.h"
#include "client/formats/line_source.h"
#include "client/formats/rows.h"
#include "client/formats/zim_line.h"
#include "contracts/api/json_text.h"
#include "contracts/record/message_record.h"

namespace zimmock::client {
namespace {

using json = nlohmann::json;

class QuarantineReader : public LineSource {
 public:
  QuarantineReader(LineFile file, const FormatOptions& options)
      : LineSource(std::move(file), "quarantine"), reader_(options.profile) {}

  // A tag is made of the format of the source, so that the repaired record has the one that it
  // would have had.
  std::string_view format_of(const RecordPlace& place) const override {
    const auto text = text_at(place);
    const Format* format =
        text ? find_format(string_of(json_or_discarded(*text), kQuarantinedFormat)) : nullptr;
    return format == nullptr ? facts().format : format->name;
  }

 private:
  bool read_line(const std::string& text, SourceRecord& record) const override {
    const json row = json_or_discarded(text);
    if (is_true(row, kFurtherReason)) return false;
    const json& inner = member_of(row, kQuarantinedRecord);
    if (!inner.is_object()) {
      record.problem = SourceProblem{
          fmt::format("/{}", kQuarantinedRecord), "the repaired record, in format zim",
          row.is_object() ? json_type_and_value(inner) : "a line that is no JSON object"};
    } else if (!read_zim_line(json_line(inner), reader_, {}, record)) {
      record.problem = SourceProblem{fmt::format("/{}/Record", kQuarantinedRecord), "a message",
                                     "something else"};
    }
    return true;
  }

  MessageRecordReader reader_;
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

}  // namespace zimmock::client
