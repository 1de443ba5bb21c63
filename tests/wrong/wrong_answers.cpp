// Wrong mocks whose answers have another form.

#include <algorithm>

#include "contracts/api/text.h"
#include "tests/wrong/edits.h"

namespace zimmock::wrong {
namespace {

using json = nlohmann::json;

void add_http(Mocks& mocks, const Named& named, std::function<void(HttpResponse&)> edit) {
  add(mocks, named).http = std::move(edit);
}

void set_type(HttpResponse& response, const std::string& type) {
  for (auto& [name, value] : response.headers) {
    if (equal_ignoring_case(name, "Content-Type")) value = type;
  }
}

void add_forms(Mocks& mocks) {
  add_options(mocks, {RuleId::kAnswerStatus, "400", "A refusal is HTTP 400."},
              [](mock::TenantOptions& options) { options.profile.error_http_status = 400; });
  add_http(mocks, {RuleId::kAnswerStatus, "201", "An answer is HTTP 201."},
           [](HttpResponse& response) {
             if (response.status == 200) response.status = 201;
           });
  constexpr RuleId kJson = RuleId::kAnswerIsJson;
  add_http(mocks, {kJson, "html-type", "Content-Type says text/html."},
           [](HttpResponse& response) { set_type(response, "text/html"); });
  add_http(mocks, {kJson, "no-type", "There is no Content-Type."}, [](HttpResponse& response) {
    std::erase_if(response.headers, [](const auto& field) {
      return equal_ignoring_case(field.first, "Content-Type");
    });
  });
  add_http(mocks, {kJson, "array", "The object is inside an array."},
           [](HttpResponse& response) { response.body = "[" + response.body + "]"; });
  add_http(mocks, {kJson, "byte-order-mark", "The text begins with a byte order mark."},
           [](HttpResponse& response) { response.body = "\xEF\xBB\xBF" + response.body; });
  add_http(mocks, {kJson, "cut", "The last byte is missing."},
           [](HttpResponse& response) { response.body.pop_back(); });
}

void add_envelopes(Mocks& mocks) {
  add_json(mocks, {RuleId::kAnswerCode, "text", "Code is a string."},
           [](json& answer) { answer["Code"] = answer["Code"].dump(); });
  add_json(mocks, {RuleId::kAnswerCode, "missing", "There is no Code."},
           [](json& answer) { answer.erase("Code"); });
  add_json(mocks, {RuleId::kAnswerCode, "unlisted", "A refusal has a Code in no table."},
           [](json& answer) {
             if (answer["Code"] != 0) answer["Code"] = 4711;
           });
  add_json(mocks, {RuleId::kAnswerCode, "lower-case", "Code is called code."}, [](json& answer) {
    answer["code"] = answer["Code"];
    answer.erase("Code");
  });
  add_json(mocks, {RuleId::kAnswerMessage, "missing", "There is no Message."},
           [](json& answer) { answer.erase("Message"); });
  add_json(mocks, {RuleId::kAnswerMessage, "number", "Message is a number."},
           [](json& answer) { answer["Message"] = answer["Code"]; });
  add_json(mocks, {RuleId::kAnswerMessage, "ok", "Message is ok with Code 0."}, [](json& answer) {
    if (answer["Code"] == 0) answer["Message"] = "ok";
  });
  add_json(mocks, {RuleId::kAnswerRequestId, "missing", "There is no RequestId."},
           [](json& answer) { answer.erase("RequestId"); });
  add_json(mocks, {RuleId::kAnswerRequestId, "number", "RequestId is a number."}, [](json& answer) {
    answer["RequestId"] = parse_int64(answer["RequestId"].get<std::string>()).value_or(0);
  });
  add_json(mocks, {RuleId::kAnswerRequestId, "hex", "RequestId has letters."}, [](json& answer) {
    answer["RequestId"] = "a" + answer["RequestId"].get<std::string>();
  });
  add_json(mocks, {RuleId::kAnswerRequestId, "empty", "RequestId is empty."},
           [](json& answer) { answer["RequestId"] = ""; });
}

}  // namespace

void add_answers(Mocks& mocks) {
  add_forms(mocks);
  add_envelopes(mocks);
}

}  // namespace zimmock::wrong
