#include "tests/wrong/edits.h"

#include <algorithm>

#include <fmt/format.h>

#include "contracts/api/codes.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"

namespace zimmock::wrong {
namespace {

using json = nlohmann::json;

constexpr std::int64_t kGeneral = 660000001;
constexpr std::int64_t kInvalid = 660000002;

std::int64_t another_code(std::int64_t code) { return code == kGeneral ? kInvalid : kGeneral; }

const Profile& profile_of(const WrongCall& call) {
  static const Profile standard;
  return call.tenant == nullptr ? standard : call.tenant->profile();
}

void accept(mock::Reply& reply, const WrongCall& call) {
  reply.code = 0;
  reply.message.clear();
  reply.refusal.reset();
  reply.members = json::object();
  if (call.action == OperationId::kUserRegister) reply.members["ErrorList"] = json::array();
  if (call.action == OperationId::kImportPeerMsg) {
    reply.members["MsgId"] = "971000000000000003";
    reply.members["MsgSeq"] = 1;
  }
  if (call.action == OperationId::kQueryPeerMsg) {
    reply.members["List"] = json::array();
    reply.members["Next"] = 0;
  }
}

// What UserRegister found wrong with the users in ErrorList, in its order. One that broke nothing
// by itself was there already.
std::vector<Finding> findings_of_users(const json& errors, const WrongCall& call) {
  std::vector<Finding> out;
  const CheckedRegister checked = check_user_register(call.body, profile_of(call));
  for (const CheckedUser& one : checked.users) {
    if (out.size() == errors.size()) break;
    if (!one.findings.ok()) {
      out.push_back(one.findings.refusals.front());
    } else if (errors[out.size()]["UserId"] == one.user.user_id) {
      out.push_back({RuleId::kRegisterNew, "/UserInfo", "", quote(one.user.user_id)});
    }
  }
  return out;
}

bool has_error_list(const mock::Reply& reply, const WrongCall& call) {
  return call.action == OperationId::kUserRegister && reply.members.contains("ErrorList");
}

void overlook_users(mock::Reply& reply, const WrongCall& call, RuleId rule_id,
                    const FindingTest& fits) {
  const json errors = reply.members["ErrorList"];
  const std::vector<Finding> findings = findings_of_users(errors, call);
  json kept = json::array();
  for (std::size_t i = 0; i < errors.size(); ++i) {
    const bool overlooked =
        i < findings.size() && findings[i].rule_id == rule_id && fits(findings[i]);
    if (!overlooked) kept.push_back(errors[i]);
  }
  if (kept.size() < errors.size() && reply.code != 0) accept(reply, call);
  reply.members["ErrorList"] = std::move(kept);
}

void recode_users(mock::Reply& reply, const WrongCall& call, RuleId rule_id) {
  json& errors = reply.members["ErrorList"];
  const std::vector<Finding> findings = findings_of_users(errors, call);
  for (std::size_t i = 0; i < findings.size(); ++i) {
    if (findings[i].rule_id != rule_id) continue;
    const std::int64_t code = another_code(profile_of(call).code(rule_id));
    errors[i]["SubCode"] = code;
    errors[i]["SubMessage"] = code_meaning(code);
  }
}

mock::Reply refuse(const WrongCall& call, RuleId rule_id) {
  return mock::Reply::refuse(profile_of(call),
                             {rule_id, "", "something else", "what the rule allows"});
}

// UserRegister without the users that fit, which fail.
mock::Reply register_others(const WrongCall& call, RuleId rule_id, const std::string& member,
                            const TextTest& fits) {
  const auto refused = [&](const json& user) {
    return user.is_object() && user.contains(member) && user[member].is_string() &&
           fits(user[member].get<std::string>());
  };
  const json users = call.body.value("UserInfo", json());
  if (!users.is_array() || std::none_of(users.begin(), users.end(), refused)) return call.honest();
  json others = json::array(), errors = json::array();
  const std::int64_t code = profile_of(call).code(rule_id);
  for (const json& user : users) {
    if (!refused(user)) {
      others.push_back(user);
      continue;
    }
    errors.push_back({{"UserId", user.value("UserId", json(""))},
                      {"SubCode", code},
                      {"SubMessage", code_meaning(code)}});
  }
  mock::Reply reply = others.empty() ? refuse(call, rule_id) : call.honest({{"UserInfo", others}});
  for (const json& error : reply.members.value("ErrorList", json::array())) errors.push_back(error);
  reply.members["ErrorList"] = std::move(errors);
  return reply;
}

void collect(const json& document, std::string_view name, std::vector<std::string>& out) {
  if (!document.is_structured()) return;
  for (const auto& [key, value] : document.items()) {
    if (value.is_string() && key == name) out.push_back(value.get<std::string>());
    collect(value, name, out);
  }
}

const json* find_at(const json& body, const char* pointer) {
  const json::json_pointer where(pointer);
  return body.is_object() && body.contains(where) ? &body.at(where) : nullptr;
}

}  // namespace

WrongMock& add(Mocks& mocks, const Named& named) {
  WrongMock& mock = mocks.emplace_back();
  mock.name = fmt::format("{}/{}", rule(named.rule_id).id, named.variant);
  mock.rule_id = named.rule_id;
  mock.what = named.what;
  return mock;
}

void add_options(Mocks& mocks, const Named& named, std::function<void(mock::TenantOptions&)> edit) {
  add(mocks, named).options = std::move(edit);
}

void add_request(Mocks& mocks, const Named& named,
                 std::function<void(HttpRequest&, const mock::Service&)> edit) {
  add(mocks, named).request = std::move(edit);
}

void add_handle(Mocks& mocks, const Named& named, OperationId action, CallEdit handle) {
  add(mocks, named).handle = [action, handle = std::move(handle)](const WrongCall& call) {
    return call.action == action ? handle(call) : call.honest();
  };
}

void add_overlooks(Mocks& mocks, const Named& named, FindingTest fits) {
  add(mocks, named).reply = [rule_id = named.rule_id, fits = std::move(fits)](
                                mock::Reply& reply, const WrongCall& call) {
    if (has_error_list(reply, call)) return overlook_users(reply, call, rule_id, fits);
    if (reply.refusal && reply.refusal->rule_id == rule_id && fits(*reply.refusal)) {
      accept(reply, call);
    }
  };
}

void add_refuses(Mocks& mocks, const Named& named, OperationId action, BodyTest fits) {
  add_handle(mocks, named, action,
             [rule_id = named.rule_id, fits = std::move(fits)](const WrongCall& call) {
               return fits(call.body, call) ? refuse(call, rule_id) : call.honest();
             });
}

void add_refuses_id(Mocks& mocks, const Named& named, TextTest fits) {
  add(mocks, named).handle = [rule_id = named.rule_id,
                              fits = std::move(fits)](const WrongCall& call) {
    if (call.action == OperationId::kUserRegister) {
      return register_others(call, rule_id, "UserId", fits);
    }
    const bool refused =
        fits(text_at(call.body, "/FromUserId")) || fits(text_at(call.body, "/ToUserId"));
    return refused ? refuse(call, rule_id) : call.honest();
  };
}

void add_refuses_user(Mocks& mocks, const Named& named, std::string member, TextTest fits) {
  add_handle(mocks, named, OperationId::kUserRegister,
             [rule_id = named.rule_id, member = std::move(member), fits = std::move(fits)](
                 const WrongCall& call) { return register_others(call, rule_id, member, fits); });
}

void add_refuses_warning(Mocks& mocks, const Named& named) {
  add(mocks, named).reply = [rule_id = named.rule_id](mock::Reply& reply, const WrongCall& call) {
    // What comes before it in the registry is checked before it, more or less.
    if (reply.refusal && reply.refusal->rule_id < rule_id) return;
    for (const Finding& warning : reply.warnings) {
      if (warning.rule_id != rule_id) continue;
      const Finding finding = warning;
      reply = std::move(reply).refused(profile_of(call), finding);
      return;
    }
  };
}

void add_wrong_code(Mocks& mocks, const Named& named) {
  add(mocks, named).reply = [rule_id = named.rule_id](mock::Reply& reply, const WrongCall& call) {
    if (has_error_list(reply, call)) recode_users(reply, call, rule_id);
    if (!reply.refusal || reply.refusal->rule_id != rule_id) return;
    reply.code = another_code(reply.code);
    reply.message.clear();
  };
}

void add_body(Mocks& mocks, const Named& named, OperationId action,
              std::function<void(json&, const WrongCall&)> edit) {
  add_handle(mocks, named, action, [edit = std::move(edit)](const WrongCall& call) {
    json body = call.body;
    edit(body, call);
    return call.honest(body);
  });
}

void add_reply(Mocks& mocks, const Named& named, OperationId action,
               std::function<void(mock::Reply&, const WrongCall&)> edit) {
  add_handle(mocks, named, action, [edit = std::move(edit)](const WrongCall& call) {
    mock::Reply reply = call.honest();
    if (reply.code == 0) edit(reply, call);
    return reply;
  });
}

void add_items(Mocks& mocks, const Named& named,
               std::function<void(json&, const WrongCall&)> edit) {
  add_reply(mocks, named, OperationId::kQueryPeerMsg,
            [edit = std::move(edit)](mock::Reply& reply, const WrongCall& call) {
              for (json& item : reply.members["List"]) edit(item, call);
            });
}

void add_json(Mocks& mocks, const Named& named, std::function<void(json&)> edit) {
  add(mocks, named).http = [edit = std::move(edit)](HttpResponse& response) {
    json answer = json_or_discarded(response.body);
    if (!answer.is_object()) return;
    edit(answer);
    response.body = json_line(answer);
  };
}

std::string text_at(const json& body, const char* pointer) {
  const json* found = find_at(body, pointer);
  return found != nullptr && found->is_string() ? found->get<std::string>() : "";
}

ListId list_of_body(const json& body) {
  return ListId::of_user(text_at(body, "/FromUserId"), text_at(body, "/ToUserId"));
}

std::int64_t number_at(const json& body, const char* pointer, std::int64_t otherwise) {
  const json* found = find_at(body, pointer);
  return found != nullptr && found->is_number_integer() ? found->get<std::int64_t>() : otherwise;
}

json with(const json& body, const char* member, json value) {
  json out = body;
  out[member] = std::move(value);
  return out;
}

json inner_document(const json& body) {
  json document = json_or_discarded(text_at(body, "/MessageBody/Message"));
  return document.is_object() ? document : json();
}

std::vector<std::string> inner_texts(const json& body, std::string_view name) {
  std::vector<std::string> out;
  collect(inner_document(body), name, out);
  return out;
}

}  // namespace zimmock::wrong
