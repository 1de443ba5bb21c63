#include "contracts/api/request_body.h"

#include <utility>

#include <fmt/format.h>

#include "contracts/api/json_text.h"
#include "contracts/api/text.h"

namespace zimmock::inline contract {
namespace {

using json = nlohmann::json;

bool is_form(std::string_view content_type) {
  return content_type.starts_with("application/x-www-form-urlencoded") ||
         content_type.starts_with("multipart/form-data");
}

bool is_json_type(std::string_view content_type) {
  return equal_ignoring_case(trim(content_type.substr(0, content_type.find(';'))),
                             "application/json");
}

}  // namespace

tl::expected<json, Finding> read_request_body(const HttpRequest& request, const Profile& profile,
                                              std::vector<Finding>& warnings, RuleSet& checked) {
  checked.add(RuleId::kBodyReadable);
  if (request.body_state != BodyState::kComplete) {
    const bool large = request.body_state == BodyState::kTooLarge;
    return tl::unexpected(Finding{RuleId::kBodyReadable, "", "a whole body within the limit",
                                  large ? "a larger body" : "a body cut off"});
  }
  const std::string_view type = header(request.headers, "Content-Type");
  auto parsed = parse_json(request.body, {profile.max_json_depth, profile.refuse_duplicate_members},
                           &checked);
  if (!parsed) {
    Finding finding = parsed.error();
    if (is_form(type)) {
      finding.got = fmt::format("a form body ({}): send JSON, with Content-Type application/json",
                                printable_line(type.substr(0, type.find(';'))));
    }
    return tl::unexpected(std::move(finding));
  }
  checked.add(RuleId::kBodyIsObject);
  if (!parsed->is_object()) {
    return tl::unexpected(
        Finding{RuleId::kBodyIsObject, "", "a JSON object", json_type_and_value(*parsed)});
  }
  if (!profile.refuse_numbers_with_point) make_numbers_whole(*parsed);
  checked.add(RuleId::kContentTypeIsJson);
  if (!is_json_type(type)) {
    warnings.push_back({RuleId::kContentTypeIsJson, "Content-Type", "application/json",
                        type.empty() ? "nothing" : quote(type)});
  }
  return std::move(*parsed);
}

}  // namespace zimmock::inline contract
