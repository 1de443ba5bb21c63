#pragma once

// What wrong mocks are made with: each add_* appends one that differs from the honest service in
// one way. Private to this folder.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/wrong/wrong_mock.h"

namespace zimmock::wrong {

using Mocks = std::vector<WrongMock>;

// The files of families; each adds its own.
void add_requests(Mocks& mocks);
void add_limits(Mocks& mocks);
void add_batches(Mocks& mocks);
void add_imports(Mocks& mocks);
void add_lists(Mocks& mocks);
void add_pages(Mocks& mocks);
void add_answers(Mocks& mocks);
void add_delivery(Mocks& mocks);

struct Named {
  RuleId rule_id;
  std::string variant;
  std::string what;
};

using BodyTest = std::function<bool(const nlohmann::json& body, const WrongCall& call)>;
using TextTest = std::function<bool(std::string_view text)>;
using FindingTest = std::function<bool(const Finding& finding)>;
using CallEdit = std::function<mock::Reply(const WrongCall& call)>;

// A mock without a seam yet.
WrongMock& add(Mocks& mocks, const Named& named);

void add_options(Mocks& mocks, const Named& named, std::function<void(mock::TenantOptions&)> edit);
void add_request(Mocks& mocks, const Named& named,
                 std::function<void(HttpRequest&, const mock::Service&)> edit);
void add_handle(Mocks& mocks, const Named& named, OperationId action, CallEdit handle);

// Answers what is refused by this rule, where the finding fits, as if it were well, and does
// nothing.
void add_overlooks(Mocks& mocks, const Named& named, FindingTest fits);
// Refuses, with the rule's code, what the honest service takes.
void add_refuses(Mocks& mocks, const Named& named, OperationId action, BodyTest fits);
// The same for user ids: FromUserId, ToUserId, and each user of UserRegister by itself.
void add_refuses_id(Mocks& mocks, const Named& named, TextTest fits);
// The same for a text member of a user in UserRegister.
void add_refuses_user(Mocks& mocks, const Named& named, std::string member, TextTest fits);
// Refuses what the honest service only reports.
void add_refuses_warning(Mocks& mocks, const Named& named);
// Refuses with another code, as a SubCode too.
void add_wrong_code(Mocks& mocks, const Named& named);

// The body is changed before the operation sees it.
void add_body(Mocks& mocks, const Named& named, OperationId action,
              std::function<void(nlohmann::json& body, const WrongCall& call)> edit);
// The answer to a call that succeeded is changed.
void add_reply(Mocks& mocks, const Named& named, OperationId action,
               std::function<void(mock::Reply& reply, const WrongCall& call)> edit);
// Each item of a List is changed.
void add_items(Mocks& mocks, const Named& named,
               std::function<void(nlohmann::json& item, const WrongCall& call)> edit);
// The JSON of every answer is changed.
void add_json(Mocks& mocks, const Named& named, std::function<void(nlohmann::json& answer)> edit);

// `body` with that member changed or added.
nlohmann::json with(const nlohmann::json& body, const char* member, nlohmann::json value);

// --- reading bodies that may be anything ---

std::string text_at(const nlohmann::json& body, const char* pointer);  // "" if there is none
// FromUserId's list of its conversation with ToUserId.
ListId list_of_body(const nlohmann::json& body);
std::int64_t number_at(const nlohmann::json& body, const char* pointer, std::int64_t otherwise);

// The document inside Message, or null.
nlohmann::json inner_document(const nlohmann::json& body);
// The texts that are called `name` in it, at any depth.
std::vector<std::string> inner_texts(const nlohmann::json& body, std::string_view name);

}  // namespace zimmock::wrong
