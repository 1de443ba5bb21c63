// Wrong mocks of every operation that answers a list of users one by one, made from its row.

#include <algorithm>
#include <cctype>

#include "tests/wrong/edits.h"

namespace zimmock::wrong {
namespace {

using json = nlohmann::json;

constexpr std::int64_t kGeneralCode = 660000001;

std::string variant_without(const char* member) {
  std::string out = std::string("no-") + member;
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// Of a call of which not all users failed.
void add_partial(Mocks& mocks, OperationId id, const Batch& batch) {
  const std::string list = batch.errors;
  const auto partial = [&](std::string variant, std::string what,
                           std::function<void(mock::Reply&, json & errors)> edit) {
    add_reply(mocks, {batch.partial, std::move(variant), std::move(what)}, id,
              [list, edit = std::move(edit)](mock::Reply& reply, const WrongCall&) {
                edit(reply, reply.members[list]);
              });
  };
  partial("no-error-list", list + " is missing.",
          [list](mock::Reply& reply, json&) { reply.members.erase(list); });
  partial("empty-error-list", list + " names nobody.",
          [](mock::Reply&, json& errors) { errors = json::array(); });
  partial("first-error-only", list + " names the first that failed only.",
          [](mock::Reply&, json& errors) {
            if (errors.size() > 1) errors = json::array({errors.front()});
          });
  std::vector<const char*> members{"UserId", "SubCode"};
  if (batch.sub_message) members.push_back("SubMessage");
  for (const char* member : members) {
    partial(variant_without(member), "An entry of " + list + " has no " + member + ".",
            [member](mock::Reply&, json& errors) {
              for (json& error : errors) error.erase(member);
            });
  }
  partial("sub-code", "SubCode is always the general one.", [](mock::Reply&, json& errors) {
    for (json& error : errors) error["SubCode"] = kGeneralCode;
  });
  partial("code", "Code is not 0 when one user fails.", [](mock::Reply& reply, json& errors) {
    if (!errors.empty()) reply.code = errors.front()["SubCode"].get<std::int64_t>();
  });
}

// Of a call of which every user failed.
void add_all_failed(Mocks& mocks, OperationId id, const Batch& batch) {
  const std::string list = batch.errors;
  const auto failed = [&](std::string variant, std::string what,
                          std::function<void(mock::Reply&)> edit) {
    add(mocks, {batch.all_fail, std::move(variant), std::move(what)}).reply =
        [id, list, edit = std::move(edit)](mock::Reply& reply, const WrongCall& call) {
          if (call.action == id && reply.code != 0 && reply.members.contains(list)) edit(reply);
        };
  };
  failed("code-0", "Code is 0 though every user failed.", [](mock::Reply& reply) {
    reply.code = 0;
    reply.refusal.reset();
  });
  failed("general-code", "Code is the general one.",
         [](mock::Reply& reply) { reply.code = kGeneralCode; });
  failed("no-error-list", list + " is missing.",
         [list](mock::Reply& reply) { reply.members.erase(list); });
  failed("empty-error-list", list + " names nobody.",
         [list](mock::Reply& reply) { reply.members[list] = json::array(); });
}

void add_found(Mocks& mocks, OperationId id, const FoundUsers& found) {
  const std::string list = found.list;
  const auto changed = [&](const Named& named, std::function<void(json & users)> edit) {
    add_reply(mocks, named, id,
              [list, edit = std::move(edit)](mock::Reply& reply, const WrongCall&) {
                edit(reply.members[list]);
              });
  };
  for (const char* member : found.texts) {
    changed(
        {found.members, variant_without(member), "An entry of " + list + " has no " + member + "."},
        [member](json& users) {
          for (json& user : users) user.erase(member);
        });
    if (std::string_view(member) == "Extra") continue;  // no emulated operation sets it
    const std::string name = variant_without(member).substr(3);
    changed(
        {found.members, "same-" + name, "Every entry of " + list + " has the same " + member + "."},
        [member](json& users) {
          for (json& user : users) user[member] = users.front()[member];
        });
  }
  changed({found.members, "none", list + " is empty."}, [](json& users) { users = json::array(); });
  changed({found.order, "by-id", list + " is sorted by UserId."}, [](json& users) {
    std::sort(users.begin(), users.end(), [](const json& a, const json& b) {
      return a.value("UserId", "") < b.value("UserId", "");
    });
  });
  changed({found.order, "reversed", list + " is in the reverse order."},
          [](json& users) { std::reverse(users.begin(), users.end()); });
  changed({found.order, "twice", "An entry stands in " + list + " twice."}, [](json& users) {
    if (!users.empty()) users.push_back(users.front());
  });
}

}  // namespace

void add_batches(Mocks& mocks) {
  for (const Operation* row : all_operations()) {
    if (row->batch) {
      add_partial(mocks, row->id, *row->batch);
      add_all_failed(mocks, row->id, *row->batch);
    }
    if (row->found) add_found(mocks, row->id, *row->found);
  }
}

}  // namespace zimmock::wrong
