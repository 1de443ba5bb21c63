#include "client/registrar.h"

#include <algorithm>

namespace zimmock {
namespace {

constexpr std::int64_t kUserExists = 660700002;

// Takes a batch's answer into the report; false if it ends the run.
bool take_answer(const Answer<RegisterAnswer>& answer, std::size_t batch, RegisterReport& report) {
  const auto& failures = answer.value.failures;
  if (failures.empty() && answer.status.code == kUserExists) {
    report.already_there += batch;
    return true;
  }
  if (failures.empty() && !answer.status.ok()) {
    report.fatal = answer.status;
    return false;
  }
  for (const RegisterFailure& failure : failures) {
    if (failure.sub_code == kUserExists) {
      ++report.already_there;
    } else {
      report.refused.push_back(failure);
    }
  }
  report.registered += batch - std::min(batch, failures.size());
  return true;
}

}  // namespace

RegisterReport register_users(ZimApi& api, CallSite& site, const std::vector<std::string>& users) {
  RegisterReport report;
  for (std::size_t first = 0; first < users.size(); first += kMaxRegisterUsers) {
    UserRegister request;
    const std::size_t end = std::min(first + kMaxRegisterUsers, users.size());
    for (std::size_t i = first; i < end; ++i) request.users.push_back({users[i], "", ""});
    const auto answer = call_patiently(site, [&] { return api.user_register(request); });
    if (!answer) {
      report.interrupted = true;
      return report;
    }
    if (!*answer) {
      report.error = answer->error();
      return report;
    }
    if (!take_answer(**answer, end - first, report)) return report;
    site.board.done += static_cast<std::int64_t>(end - first);
  }
  return report;
}

}  // namespace zimmock
