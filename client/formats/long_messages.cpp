#include "client/formats/long_messages.h"

#include <algorithm>
#include <deque>
#include <utility>

#include <fmt/format.h>

#include "client/formats/media_message.h"
#include "contracts/api/message_body.h"
#include "contracts/api/signature.h"
#include "contracts/api/text.h"

namespace zimmock::client {
namespace {

constexpr std::size_t kNameDigits = 16;

// How many bytes of the text the first part has.
std::size_t part_bytes(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text.size();
  const std::string_view most = text.substr(0, max_bytes);
  for (const std::string_view end : {"\n", "。", "！", "？", " "}) {
    const auto last = most.rfind(end);
    if (last != most.npos && last >= max_bytes / 2) return last + end.size();
  }
  std::size_t whole = 0;
  while (whole < text.size()) {
    const std::size_t bytes = code_point_at(text, whole).bytes;
    if (whole + bytes > max_bytes) break;
    whole += bytes;
  }
  return std::max<std::size_t>(whole, 1);
}

class LongMessageReader : public SourceReader {
 public:
  LongMessageReader(std::unique_ptr<SourceReader> source, LongMessages how,
                    const FormatOptions& options)
      : source_(std::move(source)),
        how_(std::move(how)),
        options_(options),
        max_bytes_(static_cast<std::size_t>(options.profile.max_message_bytes)) {}

  Result<std::optional<SourceRecord>> next() override {
    if (!parts_.empty()) {
      SourceRecord part = std::move(parts_.front());
      parts_.pop_front();
      return part;
    }
    auto record = source_->next();
    if (!record) return record;
    if (!*record) {
      finish();
      return record;
    }
    if (!is_long(**record)) return record;
    ++long_;
    if (how_.policy == LongPolicy::kFile) {
      const std::string& text = (*record)->message.content.body;
      if (auto kept = how_.keep(file_name(text), text); !kept) return tl::unexpected(kept.error());
      return as_file(**std::move(record));
    }
    parts_ = parts_of(**record);
    made_ += parts_.size();
    return next();
  }

  Result<SourceRecord> read_at(const RecordPlace& place) const override {
    auto record = source_->read_at(place);
    if (!record || !is_long(*record)) return record;
    if (how_.policy == LongPolicy::kFile) return as_file(*std::move(record));
    return parts_of(*record).at(place.part - 1);
  }

  std::uint64_t size() const override { return source_->size(); }
  std::uint64_t position() const override { return source_->position(); }
  const SourceFacts& facts() const override { return complete_ ? facts_ : source_->facts(); }
  std::uint32_t input_of(const RecordPlace& place) const override {
    return source_->input_of(place);
  }
  std::string input_name(std::uint32_t input) const override { return source_->input_name(input); }
  std::string_view format_of(const RecordPlace& place) const override {
    return source_->format_of(place);
  }

 private:
  bool is_long(const SourceRecord& record) const {
    const auto& refusals = record.findings.refusals;
    return record.message.content.type == kText && record.emptied == Emptied::kNo &&
           !record.problem && refusals.size() == 1 &&
           refusals.front().rule_id == RuleId::kMessageLength &&
           record.message.content.body.size() > max_bytes_;
  }

  std::deque<SourceRecord> parts_of(const SourceRecord& record) const {
    std::deque<SourceRecord> out;
    for (std::string& text : split_text(record.message.content.body, max_bytes_)) {
      SourceRecord& part = out.emplace_back(record);
      part.findings.refusals.clear();
      part.place.part = static_cast<std::uint32_t>(out.size());
      if (!record.id.empty()) part.id += fmt::format("#{}", part.place.part);
      part.message.content.body = std::move(text);
      if (out.size() > 1) part.message.content.extended_data.clear();
    }
    return out;
  }

  static std::string file_name(std::string_view text) {
    return md5_hex(text).substr(0, kNameDigits) + ".txt";
  }

  SourceRecord as_file(SourceRecord record) const {
    const std::string text = std::exchange(record.message.content.body, {});
    record.findings.refusals.clear();
    const auto url = fetchable_url("/Message", "long-messages/" + file_name(text), options_);
    if (!url) {
      record.problem = url.error();
      return record;
    }
    Media file;
    file.url = *url;
    file.file_name = file_name(text);
    file.size = static_cast<std::int64_t>(text.size());
    const MessagePart part = media_part(file);
    record.message.content.type = part.type;
    record.message.content.body = part.message;
    check_message(part.type, part.message, "/Message", options_.profile, record.findings);
    return record;
  }

  void finish() {
    facts_ = source_->facts();
    complete_ = true;
    if (long_ == 0) return;
    facts_.repaired[how_.policy == LongPolicy::kFile
                        ? fmt::format("texts over {} bytes, made files", max_bytes_)
                        : fmt::format("texts over {} bytes, split into {} messages", max_bytes_,
                                      made_)] = long_;
  }

  std::unique_ptr<SourceReader> source_;
  const LongMessages how_;
  const FormatOptions options_;
  const std::size_t max_bytes_;
  SourceFacts facts_;
  std::deque<SourceRecord> parts_;  // of the record before, still to be given
  bool complete_ = false;           // facts_ are
  std::uint64_t long_ = 0;
  std::uint64_t made_ = 0;  // parts
};

}  // namespace

std::vector<std::string> split_text(std::string_view text, std::size_t max_bytes) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t bytes = part_bytes(text, max_bytes);
    out.emplace_back(text.substr(0, bytes));
    text.remove_prefix(bytes);
  }
  return out;
}

std::unique_ptr<SourceReader> read_long_messages(std::unique_ptr<SourceReader> source,
                                                 LongMessages how, const FormatOptions& options) {
  if (how.policy == LongPolicy::kStop) return source;
  return std::make_unique<LongMessageReader>(std::move(source), std::move(how), options);
}

}  // namespace zimmock::client
