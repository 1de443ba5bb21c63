#include <algorithm>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/formats/format.h"
#include "client/formats/line_file.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"

namespace zimmock {
namespace {

using json = nlohmann::json;

constexpr std::string_view kBodyPointer = "/MessageBody";

// FNV-1a, enough to notice that a file was edited under our feet.
std::uint32_t checksum_of(std::string_view text) {
  std::uint32_t sum = 2166136261U;
  for (const char c : text) sum = (sum ^ static_cast<unsigned char>(c)) * 16777619U;
  return sum;
}

// The members of ours that ImportPeerMsg does not have, and all the names it does.
void check_names(const json& source, SourceRecord& record) {
  FieldReader reader(source, "", record.findings);
  for (const std::string_view name :
       {"FromUserId", "ToUserId", "MessageType", "Priority", "MessageBody", "Message",
        "ExtendedData", "SubMsgType", "SearchedContent", "SendMessageTime", "ImportedUserId",
        "VisibleTo"}) {
    reader.has(name);
  }
  record.id = reader.optional_string("Id").value_or("");
  reader.report_unknown(true);
}

// ImportPeerMsg's own body, made from the source's record; false in `flat` if it had a MessageBody.
json body_of(const json& source, bool& flat, Findings& findings) {
  json body = json::object();
  for (const char* name : {"FromUserId", "ToUserId", "MessageType", "Priority", "SubMsgType",
                           "SearchedContent", "SendMessageTime", "ImportedUserId", "MessageBody"}) {
    if (const auto found = source.find(name); found != source.end()) body[name] = *found;
  }
  if (!body.contains("Priority")) body["Priority"] = ImportPeerMsg{}.priority;
  if (!body.contains("ImportedUserId"))
    body["ImportedUserId"] = source.value("FromUserId", json(""));
  flat = !body.contains("MessageBody");
  if (flat) body["MessageBody"] = json::object();
  for (const char* name : {"Message", "ExtendedData"}) {
    const auto found = source.find(name);
    if (found == source.end()) continue;
    if (flat) {
      body["MessageBody"][name] = *found;
    } else {
      findings.refuse(RuleId::kMemberOnce, pointer_to("", name),
                      "MessageBody or a flat " + std::string(name), "both");
    }
  }
  return body;
}

void check_time(const json& source, Findings& findings) {
  const auto found = source.find("SendMessageTime");
  if (found == source.end()) {
    findings.refuse(RuleId::kMemberPresent, "/SendMessageTime",
                    "Unix milliseconds (without it a message is dated now)", "nothing");
  } else if (*found == 0) {
    findings.refuse(RuleId::kMemberPresent, "/SendMessageTime", "Unix milliseconds",
                    "0, which dates a message now");
  }
}

// Who has the message in their list: VisibleTo, or an ImportedUserId, or both users.
void read_visibility(const json& source, SourceRecord& record) {
  const ImportPeerMsg& message = record.message;
  const auto visible_to = source.find("VisibleTo");
  const auto imported = source.find("ImportedUserId");
  if (visible_to == source.end()) {
    if (imported == source.end() || !imported->is_string()) return;
    record.sender_sees = *imported == message.from_user_id;
    record.receiver_sees = *imported == message.to_user_id;
    return;
  }
  if (imported != source.end()) {
    record.findings.refuse(RuleId::kMemberOnce, "/ImportedUserId", "VisibleTo or ImportedUserId",
                           "both");
  }
  if (!visible_to->is_array() || visible_to->empty()) {
    record.findings.refuse(visible_to->is_array() ? RuleId::kImportedUser : RuleId::kMemberType,
                           "/VisibleTo", "a list of FromUserId, ToUserId or both",
                           json_type_and_value(*visible_to));
    return;
  }
  record.sender_sees = record.receiver_sees = false;
  for (std::size_t i = 0; i < visible_to->size(); ++i) {
    const json& user = (*visible_to)[i];
    bool* sees = user == message.from_user_id ? &record.sender_sees
                 : user == message.to_user_id ? &record.receiver_sees
                                              : nullptr;
    if (sees == nullptr || *sees) {
      record.findings.refuse(RuleId::kImportedUser, pointer_to("/VisibleTo", i),
                             sees == nullptr ? "FromUserId or ToUserId" : "each user once",
                             json_type_and_value(user));
      continue;
    }
    *sees = true;
  }
}

// The source's flat members stand where it has them, not in the body that was made of them.
void flatten_pointers(std::vector<Finding>& findings) {
  for (Finding& finding : findings) {
    if (finding.pointer.starts_with(kBodyPointer)) finding.pointer.erase(0, kBodyPointer.size());
  }
}

// Times are judged when it is known when they are sent: no time is too old or too new here.
constexpr ImportWindow kAnyTime{std::numeric_limits<std::int64_t>::max(),
                                std::numeric_limits<std::int64_t>::max()};

void read_record(const json& source, const Profile& profile, SourceRecord& record) {
  check_names(source, record);
  bool flat = true;
  const json body = body_of(source, flat, record.findings);
  Checked<ImportPeerMsg> checked = check_import_peer_msg(body, profile, kAnyTime);
  if (flat) {
    flatten_pointers(checked.findings.refusals);
    flatten_pointers(checked.findings.warnings);
  }
  const auto take = [](std::vector<Finding>& to, std::vector<Finding>& from) {
    std::move(from.begin(), from.end(), std::back_inserter(to));
  };
  take(record.findings.refusals, checked.findings.refusals);
  take(record.findings.warnings, checked.findings.warnings);
  record.findings.checked |= checked.findings.checked;
  record.message = std::move(checked.value);
  check_time(source, record.findings);
  read_visibility(source, record);
  record.message.imported_user_id.clear();
}

class ZimJsonl : public SourceReader {
 public:
  ZimJsonl(LineFile file, const Profile& profile) : file_(std::move(file)), profile_(profile) {
    // A misspelt member would be lost without a word, so unlike the service we take none.
    profile_.refuse_unknown_members = true;
  }

  Result<std::optional<SourceRecord>> next() override {
    while (true) {
      auto line = file_.next();
      if (!line) return tl::unexpected(line.error());
      if (!*line) return std::nullopt;
      position_ = (*line)->offset + (*line)->length;
      const bool blank = (*line)->length <= kMaxLineBytes && trim((*line)->text).empty();
      if (!blank) return parse(**line);
    }
  }

  Result<SourceRecord> read_at(const RecordPlace& place) const override {
    LineFile::Line line{place.offset, place.length, place.line, {}};
    auto text = file_.read(place.offset, place.length);
    if (!text) return tl::unexpected(text.error());
    line.text = *std::move(text);
    SourceRecord record = parse(line);
    if (record.place.checksum != place.checksum || !record.findings.ok()) {
      return fail(ErrorKind::kInput, fmt::format("{}: line {} has changed since it was planned",
                                                 file_.path().string(), place.line));
    }
    return record;
  }

  std::uint64_t size() const override { return file_.size(); }
  std::uint64_t position() const override { return position_; }

 private:
  SourceRecord parse(const LineFile::Line& line) const {
    SourceRecord record;
    record.place.line = line.number;
    record.place.offset = line.offset;
    if (line.length > kMaxLineBytes) {
      record.findings.refuse(RuleId::kBodyIsJson, "",
                             fmt::format("a line of at most {} bytes", kMaxLineBytes),
                             fmt::format("{} bytes", line.length));
      return record;
    }
    record.place.length = static_cast<std::uint32_t>(line.length);
    record.place.checksum = checksum_of(line.text);
    auto document = parse_json(line.text, {});
    if (!document) {
      Finding finding = document.error();
      constexpr std::string_view kOwnLine = "line 1, ";  // of the one line that it is
      if (const auto at = finding.got.find(kOwnLine); at != finding.got.npos) {
        finding.got.erase(at, kOwnLine.size());
      }
      record.findings.refuse(std::move(finding));
    } else if (!document->is_object()) {
      record.findings.refuse(RuleId::kBodyIsObject, "", "a JSON object",
                             json_type_and_value(*document));
    } else {
      read_record(*document, profile_, record);
    }
    return record;
  }

  LineFile file_;
  Profile profile_;
  std::uint64_t position_ = 0;
};

}  // namespace

Result<std::unique_ptr<SourceReader>> open_zim_jsonl(const std::filesystem::path& path,
                                                     const Profile& profile) {
  auto file = LineFile::open(path);
  if (!file) return tl::unexpected(file.error());
  return std::make_unique<ZimJsonl>(*std::move(file), profile);
}

}  // namespace zimmock
