#include "cli/migrate/quarantine_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/files.h"
#include "cli/migrate/record_places.h"
#include "client/formats/quarantine.h"
#include "client/formats/zim_line.h"
#include "contracts/api/json_text.h"
#include "contracts/api/message_body.h"

namespace zimmock::cli {
namespace {

tl::unexpected<Error> cannot_write(const std::filesystem::path& path) {
  return fail(ErrorKind::kUsage,
              fmt::format("{}: could not write: {}; --journal and --quarantine put it elsewhere",
                          path.string(), std::strerror(errno)));
}

// What is replaced or removed without asking must be of an earlier run: never the chat history, a
// journal or a device.
Result<void> check_replaceable(const std::filesystem::path& path) {
  std::error_code ignored;
  const auto kind = std::filesystem::status(path, ignored).type();
  if (kind == std::filesystem::file_type::not_found) return {};
  if (kind == std::filesystem::file_type::regular) {
    std::string line;
    std::getline(std::ifstream(path), line);
    const auto document = json_or_discarded(line);
    if (line.empty() && std::filesystem::file_size(path, ignored) == 0) return {};
    if (document.is_object() && document.contains("line") && document.contains("reason")) return {};
  }
  return fail(ErrorKind::kUsage,
              fmt::format("{}: expected a new file for what is quarantined, or that of an earlier "
                          "run, got another file; --quarantine FILE puts it elsewhere",
                          path.string()));
}

bool has_equal_content(const std::filesystem::path& a, const std::filesystem::path& b) {
  std::ifstream one(a, std::ios::binary), other(b, std::ios::binary);
  using Bytes = std::istreambuf_iterator<char>;
  return std::equal(Bytes(one), Bytes(), Bytes(other), Bytes());
}

// The user who alone sees the record; "" if both do.
const std::string& only_viewer(const client::SourceRecord& record) {
  static const std::string kBoth;
  if (record.sender_sees == record.receiver_sees) return kBoth;
  return record.sender_sees ? record.message.from_user_id : record.message.to_user_id;
}

// What `migrate retry` reads, once it is repaired. A record of which nothing is known but where it
// belongs becomes a text.
void put_record(const client::SourceRecord& record, const std::string& only_for,
                std::string_view format, nlohmann::json& row) {
  Message message = record.message;
  if (message.content.type == 0) message.content.type = kText;
  row[client::kQuarantinedRecord] = client::zim_line(message, record.id, only_for);
  row[client::kQuarantinedFormat] = format;
}

}  // namespace

QuarantineFile::~QuarantineFile() {
  if (file_ == nullptr) return;
  std::error_code ignored;
  std::filesystem::remove(part(), ignored);
}

Result<void> QuarantineFile::open(const std::filesystem::path& path) {
  path_ = path;
  for (const auto& target : {path_, part()}) {
    if (auto checked = check_replaceable(target); !checked) return checked;
  }
  file_.reset(open_private_file(part()));
  if (file_ == nullptr) return cannot_write(part());
  return {};
}

void QuarantineFile::add(const nlohmann::json& row) {
  ++count_;
  std::fputs((printable_json(json_line(row)) + "\n").c_str(), file_.get());
}

client::FindingLog::BadSink QuarantineFile::bad_sink() {
  return [this](std::string_view reason, const client::RecordFinding& finding,
                const client::FindingLog::Bad& bad) {
    nlohmann::json row = place_json(finding.line, finding.record);
    row.update({{"reason", reason},
                {"pointer", finding.pointer},
                {"expected", finding.expected},
                {"got", finding.got}});
    std::pair place{finding.line, finding.record.pointer};
    if (last_ == place) {
      row[client::kFurtherReason] = true;
    } else if (bad.record != nullptr) {
      put_record(*bad.record, only_viewer(*bad.record), bad.format, row);
    }
    last_ = std::move(place);
    add(row);
  };
}

Result<void> QuarantineFile::finish(const client::MigrationPlan& plan,
                                    const client::SourceReader& source,
                                    const client::Quarantine& refused) {
  std::error_code ignored;
  if (file_ == nullptr) {
    if (refused.entries().empty()) return {};
    return fail(ErrorKind::kSystem, "the quarantine file was not opened");
  }
  for (const auto& [key, entry] : refused.entries()) {
    const client::RecordPlace& place = plan.records[key.record].place;
    nlohmann::json row = place_json(place.line, client::name_at(source, place));
    row.update({{"viewer", plan.owner(key.lane)},
                {"peer", plan.peer(key.lane)},
                {"code", entry.code},
                {"reason", entry.why}});
    if (const auto record = source.read_at(place))
      put_record(*record, plan.owner(key.lane), source.format_of(place), row);
    add(row);
  }
  const bool failed = std::ferror(file_.get()) != 0 || std::fflush(file_.get()) != 0;
  file_.reset();
  if (failed) return cannot_write(part());
  if (count_ == 0) {
    std::filesystem::remove(part(), ignored);
    std::filesystem::remove(path_, ignored);
    return {};
  }
  std::error_code error;
  // Somebody may have repaired the one that is there.
  if (std::filesystem::exists(path_, error) && !has_equal_content(path_, part()))
    std::filesystem::rename(path_, path_.string() + ".old", error);
  std::filesystem::rename(part(), path_, error);
  if (!error) return {};
  errno = error.value();
  return cannot_write(path_);
}

}  // namespace zimmock::cli
