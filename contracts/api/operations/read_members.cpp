#include "contracts/api/operations/read_members.h"

#include "contracts/api/user_id.h"

namespace zimmock::inline contract {

std::string read_user_id(FieldReader& reader, std::string_view name, Findings& findings,
                         bool hyphen_allowed) {
  const auto id = reader.required_string(name);
  if (!id) return {};
  if (auto finding = check_user_id(*id, reader.pointer(name), hyphen_allowed, &findings.checked)) {
    findings.refuse(*std::move(finding));
  }
  return *id;
}

std::string text_member(const nlohmann::json& body, const char* name) {
  const auto found = body.find(name);
  return found != body.end() && found->is_string() ? found->get<std::string>() : "";
}

CallFacts facts_of_two(const nlohmann::json& body, const char* list_member) {
  CallFacts out{.from = text_member(body, "FromUserId"), .to = text_member(body, "ToUserId")};
  std::string owner = text_member(body, list_member);
  if (owner.empty()) return out;
  const std::string& peer = owner == out.from ? out.to : out.from;
  out.list = ListId::of_user(std::move(owner), peer);
  return out;
}

CallFacts facts_of_owner(const nlohmann::json& body) { return facts_of_two(body, "FromUserId"); }

}  // namespace zimmock::inline contract
