#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "client/api/registrar.h"
#include "client/import/importer.h"
#include "client/verify/verifier.h"
#include "tests/client/support.h"

namespace zimmock::test {

// A service small enough to be seen through: it registers, appends and reads back. Shares nothing
// with the mock. Its lists may be tampered with, and any call may be answered by a test instead.
// Safe from several threads.
class FakeService {
 public:
  using json = nlohmann::json;
  using List = std::vector<json>;  // oldest import first, entries as QueryPeerMsg gives them

  // An answer in place of the service's own; nothing to let it answer.
  using Intercept = std::function<std::optional<Result<HttpResponse>>(const std::string& action,
                                                                      const json& body)>;

  Intercept before;  // instead of doing it
  Intercept after;   // having done it
  std::int64_t page = 100;
  std::int64_t overlap = 0;  // a page begins with so many of the page before
  bool sort_lists = true;

  List& list(const std::string& viewer, const std::string& peer) { return lists_[{viewer, peer}]; }
  const std::set<std::string>& users() const { return users_; }
  std::size_t count(const std::string& action) const {
    const auto found = calls_.find(action);
    return found == calls_.end() ? 0 : found->second;
  }

  // Applies the call; from within an Intercept.
  json import(const json& body) {
    const std::string viewer = body["ImportedUserId"];
    const std::string peer = viewer == body["FromUserId"] ? body["ToUserId"] : body["FromUserId"];
    List& to = lists_[{viewer, peer}];
    const std::int64_t id = 971'503'777'289'036'700 + ++messages_;
    to.push_back({{"Sender", body["FromUserId"]},
                  {"MsgType", body["MessageType"]},
                  {"SubMsgType", body.value("SubMsgType", 0)},
                  {"MsgBody", body["MessageBody"]["Message"]},
                  {"MsgId", id},
                  {"MsgSeq", to.size() + 1},
                  {"Payload", body["MessageBody"].value("ExtendedData", "")},
                  {"IsEmpty", 0},
                  {"MsgTime", body["SendMessageTime"]}});
    return {{"Code", 0}, {"MsgId", std::to_string(id)}, {"MsgSeq", to.size()}};
  }

  std::unique_ptr<Transport> connect() { return std::make_unique<Door>(*this); }

 private:
  class Door : public Transport {
   public:
    explicit Door(FakeService& service) : service_(service) {}
    Result<HttpResponse> send(const HttpRequest& request) override {
      return service_.call(request);
    }

   private:
    FakeService& service_;
  };

  static HttpResponse answer(const json& body) { return {200, {}, body.dump()}; }

  Result<HttpResponse> call(const HttpRequest& request) {
    const std::string action = query_parameters(request.target).at(0).second;
    const json body = json::parse(request.body);
    const std::lock_guard lock(mutex_);
    ++calls_[action];
    if (before) {
      if (auto instead = before(action, body)) return *instead;
    }
    const HttpResponse done = answer(action == "UserRegister"    ? add_users(body)
                                     : action == "ImportPeerMsg" ? import(body)
                                                                 : query(body));
    if (after) {
      if (auto instead = after(action, body)) return *instead;
    }
    return done;
  }

  json add_users(const json& body) {
    json failures = json::array();
    for (const json& user : body["UserInfo"]) {
      if (!users_.insert(user["UserId"]).second) {
        failures.push_back(
            {{"UserId", user["UserId"]}, {"SubCode", 660700002}, {"SubMessage", ""}});
      }
    }
    const bool all = failures.size() == body["UserInfo"].size();
    return {{"Code", all ? 660700002 : 0}, {"Message", ""}, {"ErrorList", failures}};
  }

  // Next is 1000 plus how many were given.
  json query(const json& body) {
    List sorted = lists_[{body["FromUserId"], body["ToUserId"]}];
    if (sort_lists) {
      std::stable_sort(sorted.begin(), sorted.end(),
                       [](const json& a, const json& b) { return a["MsgTime"] < b["MsgTime"]; });
    }
    std::reverse(sorted.begin(), sorted.end());
    const auto from = static_cast<std::size_t>(
        std::max<std::int64_t>(body["Next"].get<std::int64_t>() - 1000, 0));
    const auto to = std::min(sorted.size(), from + static_cast<std::size_t>(page));
    json out{{"Code", 0}, {"List", json::array()}};
    const auto begin = from - std::min(from, static_cast<std::size_t>(overlap));
    for (std::size_t i = begin; i < to; ++i) out["List"].push_back(sorted[i]);
    out["Next"] = to == sorted.size() ? 0 : 1000 + to;
    return out;
  }

  std::mutex mutex_;
  std::set<std::string> users_;
  std::map<std::pair<std::string, std::string>, List> lists_;
  std::map<std::string, std::size_t> calls_;
  std::int64_t messages_ = 0;
};

inline HttpResponse code_answer(std::int64_t code) {
  return {200, {}, nlohmann::json{{"Code", code}, {"Message", "m"}}.dump()};
}

inline std::vector<std::string> texts(const FakeService::List& list) {
  std::vector<std::string> out;
  for (const nlohmann::json& item : list) out.push_back(item["MsgBody"]);
  return out;
}

// So many conversations of a0 with b0, a1 with b1, ..., each with `count` messages "m-0-0",
// "m-0-1".
inline std::string conversations(int conversations, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) {
    for (int c = 0; c < conversations; ++c) {
      out +=
          record_line(fmt::format("{}-{}", c, i), kNow - 100'000 + i,
                      {{"FromUserId", fmt::format("a{}", c)}, {"ToUserId", fmt::format("b{}", c)}});
    }
  }
  return out;
}

// A source, its plan, a service, and what a run between them needs.
struct Migration {
  explicit Migration(const std::string& text, bool tagged = false)
      : file(text), source(open_source(file)), plan(*client::make_plan(*source, options(tagged))) {}

  static client::PlanOptions options(bool tagged) {
    client::PlanOptions out = plan_options();
    out.tagged = tagged;
    return out;
  }

  client::RunContext context() {
    return {plan,
            *source,
            [this]() -> Result<std::unique_ptr<Transport>> { return service.connect(); },
            {1, "secret"},
            time,
            time,
            board,
            quarantine,
            limits,
            threads,
            gap,
            {},
            profile,
            adopt_from_ms,
            keep_order};
  }
  client::RegisterReport register_all(const std::vector<RegisterUser>& users) {
    const auto transport = service.connect();
    client::ZimApi api(*transport, {1, "secret"}, time);
    client::RateLimiter limiter(0, time, time);
    client::CallSite site{limiter, time, time, board, true};
    return client::register_users(api, site, users);
  }
  client::ImportReport import() { return client::run_import(context(), *journal); }
  client::VerifyReport verify(std::int64_t settle_ms = 0) {
    mismatches.clear();
    return client::run_verification(
        context(), [this](const client::Mismatch& one) { mismatches.push_back(one); }, settle_ms);
  }

  TempFile file;
  std::unique_ptr<client::SourceReader> source;
  client::MigrationPlan plan;
  FakeService service;
  FakeTime time;
  client::ProgressBoard board;
  client::Quarantine quarantine;
  client::CallLimits limits{0, time, time};
  client::NullJournal no_journal;
  client::ImportJournal* journal = &no_journal;
  int threads = 1;
  client::GapPolicy gap = client::GapPolicy::kContinue;
  Profile profile;
  std::optional<std::int64_t> adopt_from_ms;
  bool keep_order = false;
  std::vector<client::Mismatch> mismatches;
};

}  // namespace zimmock::test
