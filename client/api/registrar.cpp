#include "client/api/registrar.h"

#include <algorithm>
#include <span>

#include "contracts/api/codes.h"

namespace zimmock::client {
namespace {

class Registrar {
 public:
  Registrar(ZimApi& api, CallSite& site) : api_(api), site_(site) {}

  RegisterReport run(std::span<const RegisterUser> users) {
    if (!register_all(users)) return std::move(report_);
    if (!nameless_.empty()) {
      report_.names_refused = nameless_.size();
      const std::vector<RegisterUser> again = std::move(nameless_);
      register_all(again);
    }
    return std::move(report_);
  }

 private:
  // False if the run ends here.
  bool register_all(std::span<const RegisterUser> users) {
    for (std::size_t first = 0; first < users.size(); first += kMaxRegisterUsers) {
      const auto batch = users.subspan(first, std::min(kMaxRegisterUsers, users.size() - first));
      const UserRegister request{{batch.begin(), batch.end()}};
      const auto answer = call_patiently(site_, [&] { return api_.user_register(request); });
      if (!answer) {
        report_.interrupted = true;
        return false;
      }
      if (!*answer) {
        report_.error = answer->error();
        return false;
      }
      if (!take(**answer, batch)) return false;
    }
    return true;
  }

  // Takes a batch's answer into the report; false if it ends the run.
  bool take(const Answer<RegisterAnswer>& answer, std::span<const RegisterUser> batch) {
    const auto& failures = answer.value.failures;
    if (failures.empty() && answer.status.known_code() == kCodeUserExists) {
      report_.already_there += batch.size();
      site_.board.done += static_cast<std::int64_t>(batch.size());
      return true;
    }
    if (failures.empty() && !answer.status.ok()) {
      report_.fatal = answer.status;
      return false;
    }
    std::size_t later = 0;
    for (const RegisterFailure& failure : failures) {
      if (failure.known_code() == kCodeUserExists) {
        ++report_.already_there;
      } else if (is_of_the_name(failure, batch)) {
        nameless_.push_back({failure.user_id, "", ""});
        ++later;
      } else {
        report_.refused.push_back(failure);
      }
    }
    report_.registered += batch.size() - std::min(batch.size(), failures.size());
    site_.board.done += static_cast<std::int64_t>(batch.size() - std::min(batch.size(), later));
    return true;
  }

  // A limit of the service's that is lower than the documented one costs a user the name, not the
  // registration.
  static bool is_of_the_name(const RegisterFailure& failure, std::span<const RegisterUser> batch) {
    const std::int64_t code = failure.known_code();
    if (code != kCodeUserNameTooLong && code != kCodeUserAvatarTooLong) return false;
    return std::any_of(batch.begin(), batch.end(), [&failure](const RegisterUser& user) {
      return user.user_id == failure.user_id &&
             !(user.user_name.empty() && user.user_avatar.empty());
    });
  }

  ZimApi& api_;
  CallSite& site_;
  RegisterReport report_;
  std::vector<RegisterUser> nameless_;  // refused for their names, to be registered without
};

}  // namespace

RegisterReport register_users(ZimApi& api, CallSite& site, const std::vector<RegisterUser>& users) {
  return Registrar(api, site).run(users);
}

}  // namespace zimmock::client
