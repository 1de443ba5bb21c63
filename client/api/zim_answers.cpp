#include "client/api/zim_answers.h"

#include <optional>

#include <fmt/format.h>

#include "contracts/api/json_text.h"
#include "contracts/api/text.h"

namespace zimmock::client {
namespace {

using json = nlohmann::json;

tl::unexpected<Error> unusable(std::string_view where, std::string_view pointer,
                               std::string_view expected, const std::string& got) {
  return fail(ErrorKind::kUnusableAnswer, fmt::format("{}: {}{}expected {}, got {}", where, pointer,
                                                      pointer.empty() ? "" : ": ", expected, got));
}

std::string got_at(const json& object, std::string_view name) {
  const auto found = object.find(name);
  return found == object.end() ? "nothing" : json_type_and_value(*found);
}

std::optional<std::int64_t> integer_at(const json& object, std::string_view name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number_integer()) return std::nullopt;
  if (found->is_number_unsigned() && found->get<std::uint64_t>() > INT64_MAX) return std::nullopt;
  return found->get<std::int64_t>();
}

std::optional<std::string> string_at(const json& object, std::string_view name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

// An integer or a string of digits; never a double, which has lost digits already.
std::optional<std::string> digits_at(const json& object, std::string_view name) {
  const auto found = object.find(name);
  if (found == object.end()) return std::nullopt;
  std::string digits;
  if (found->is_string()) {
    digits = found->get<std::string>();
  } else if (found->is_number_integer()) {
    digits = found->dump();
  }
  if (digits.empty() || digits.find_first_not_of("0123456789") != digits.npos) return std::nullopt;
  return digits;
}

// Reads one entry of List; notes what is wrong in `error` and then returns an entry in part.
class ItemReader {
 public:
  ItemReader(std::string_view where, std::size_t index, const json& item)
      : where_(where), pointer_(pointer_to("/List", index)), item_(item) {}

  Result<QueryItem> read() {
    if (!item_.is_object()) {
      return unusable(where_, pointer_, "an object", json_type_and_value(item_));
    }
    QueryItem out;
    // One of the vendor's samples has it misspelt. (docs/zim-api.md section 6)
    out.is_empty = integer_at(item_, "IsEmpty").value_or(integer_at(item_, "IsEempy").value_or(0));
    const bool complete = out.is_empty == 0;
    out.msg_id = need(digits_at(item_, "MsgId"), "MsgId", "an integer", true);
    out.msg_seq = need(integer_at(item_, "MsgSeq"), "MsgSeq", "an integer", true);
    out.sender = need(string_at(item_, "Sender"), "Sender", "a string", complete);
    out.msg_type = need(integer_at(item_, "MsgType"), "MsgType", "an integer", complete);
    out.msg_body = need(string_at(item_, "MsgBody"), "MsgBody", "a string", complete);
    out.msg_time_ms = need(integer_at(item_, "MsgTime"), "MsgTime", "an integer", complete);
    out.sub_msg_type = need(integer_at(item_, "SubMsgType"), "SubMsgType", "an integer", false);
    out.payload = need(string_at(item_, "Payload"), "Payload", "a string", false);
    if (error_) return tl::unexpected(*error_);
    return out;
  }

 private:
  // A member that may be missing must still have its type when it is there.
  template <typename Value>
  Value need(std::optional<Value> value, std::string_view name, std::string_view expected,
             bool required) {
    if (value) return *std::move(value);
    const auto found = item_.find(name);
    const bool missing = found == item_.end() || found->is_null();
    if ((required || !missing) && !error_) {
      error_ = unusable(where_, pointer_to(pointer_, name), expected, got_at(item_, name)).value();
    }
    return Value{};
  }

  std::string_view where_;
  std::string pointer_;
  const json& item_;
  std::optional<Error> error_;
};

std::string not_this_api(const HttpResponse& response) {
  std::string got = fmt::format("HTTP {} with {}", response.status, quote(response.body));
  if (const auto location = header(response.headers, "Location"); !location.empty()) {
    got += fmt::format(" (a redirect to {}, which is not followed)", quote(location));
  }
  return got;
}

}  // namespace

Result<Envelope> read_envelope(std::string_view where, const HttpResponse& response) {
  Envelope out;
  out.body = json_or_discarded(response.body);
  if (!out.body.is_object()) {
    return unusable(where, "", "a JSON object", not_this_api(response));
  }
  const auto code = integer_at(out.body, "Code");
  if (!code) return unusable(where, "/Code", "an integer", got_at(out.body, "Code"));
  if (*code == 0 && (response.status < 200 || response.status > 299)) {
    return unusable(where, "", "HTTP 200 with Code 0", fmt::format("HTTP {}", response.status));
  }
  out.status.code = *code;
  out.status.message = string_at(out.body, "Message").value_or("");
  out.status.request_id = digits_at(out.body, "RequestId").value_or("");
  out.status.explain = header(response.headers, "X-Zimmock-Explain");
  return out;
}

Result<RegisterAnswer> read_register_answer(std::string_view where, const json& body) {
  RegisterAnswer out;
  const auto list = body.find("ErrorList");
  if (list == body.end() || list->is_null()) return out;
  if (!list->is_array()) {
    return unusable(where, "/ErrorList", "an array", json_type_and_value(*list));
  }
  for (std::size_t i = 0; i < list->size(); ++i) {
    const json& entry = (*list)[i];
    const std::string pointer = pointer_to("/ErrorList", i);
    if (!entry.is_object())
      return unusable(where, pointer, "an object", json_type_and_value(entry));
    const auto user = string_at(entry, "UserId");
    const auto code = integer_at(entry, "SubCode");
    if (!user) return unusable(where, pointer + "/UserId", "a string", got_at(entry, "UserId"));
    if (!code) return unusable(where, pointer + "/SubCode", "an integer", got_at(entry, "SubCode"));
    out.failures.push_back({*user, *code, string_at(entry, "SubMessage").value_or("")});
  }
  return out;
}

Result<ImportAnswer> read_import_answer(std::string_view where, const json& body) {
  const auto id = digits_at(body, "MsgId");
  const auto seq = integer_at(body, "MsgSeq");
  if (!id) return unusable(where, "/MsgId", "a string of digits", got_at(body, "MsgId"));
  if (!seq) return unusable(where, "/MsgSeq", "an integer", got_at(body, "MsgSeq"));
  return ImportAnswer{*id, *seq};
}

Result<QueryAnswer> read_query_answer(std::string_view where, json& body) {
  QueryAnswer out;
  const auto list = body.find("List"), next = body.find("Next");
  // What is 0 or empty may be left out. (docs/zim-api.md section 6)
  if (next != body.end() && !next->is_null()) {
    const auto value = integer_at(body, "Next");
    if (!value) return unusable(where, "/Next", "an integer", got_at(body, "Next"));
    out.next = *value;
  }
  if (list == body.end() || list->is_null()) return out;
  if (!list->is_array()) return unusable(where, "/List", "an array", got_at(body, "List"));
  out.items.reserve(list->size());
  for (std::size_t i = 0; i < list->size(); ++i) {
    auto item = ItemReader(where, i, (*list)[i]).read();
    if (!item) return tl::unexpected(item.error());
    item->raw = std::move((*list)[i]);
    out.items.push_back(*std::move(item));
  }
  return out;
}

}  // namespace zimmock::client
