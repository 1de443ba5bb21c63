#include "contracts/harness/case_runner.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "contracts/api/codes.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"
#include "contracts/harness/case_request.h"
#include "contracts/harness/case_values.h"
#include "contracts/harness/matcher.h"
#include "contracts/harness/zero_values.h"

namespace zimmock::inline contract {
namespace {

using json = nlohmann::json;

constexpr std::size_t kShownOfBody = 40;

class CaseRun {
 public:
  CaseRun(const ContractCase& one, World& world, CaseSite& site)
      : case_(one), world_(world), site_(site), result_(result_of(one)) {
    scope_.user_prefix = site.user_prefix;
  }

  CaseResult run() {
    result_.verdict = CaseVerdict::kPass;
    try {
      run_steps();
    } catch (const json::exception& error) {  // a JSON Pointer that points nowhere, say
      differ("the case", "one that can be run", error.what());
    }
    if (!result_.mismatches.empty()) result_.verdict = CaseVerdict::kFail;
    if (!result_.why.empty()) result_.verdict = CaseVerdict::kNotExercised;
    return std::move(result_);
  }

 private:
  void run_steps() {
    if (!read_family() || !prepare()) return;
    for (const json& step : case_.steps) {
      if (!run_step(step)) return;
    }
  }

  // The family's values may name users and times themselves.
  bool read_family() {
    refresh_time();
    std::map<std::string, json> values;
    for (const auto& [name, value] : case_.each) {
      auto expanded = expand(value, scope_);
      if (!expanded) return broken(expanded.error());
      values[name] = *std::move(expanded);
    }
    scope_.values = std::move(values);
    return true;
  }

  // --- given ---

  bool prepare() {
    if (!case_.users.empty()) {
      json users = json::array();
      for (const std::string& user : case_.users) users.push_back({{"UserId", "${" + user + "}"}});
      if (!given({{"call", "UserRegister"}, {"body", {{"UserInfo", users}}}})) return false;
    }
    for (const json& message : case_.messages) {
      if (!import(message)) return false;
    }
    return true;
  }

  bool import(const json& message) {
    const json from = "${" + message.value("from", "") + "}",
               to = "${" + message.value("to", "") + "}";
    json step{{"call", "ImportPeerMsg"}};
    if (message.contains("like")) step["like"] = message["like"];
    json with = message.value("with", json::object());
    with["/FromUserId"] = from;
    with["/ToUserId"] = to;
    if (!message.contains("like")) {
      step["like"] = "text";
      with["/MessageBody/Message"] = message.value("text", "");
    }
    if (message.contains("at")) with["/SendMessageTime"] = {{"$now", message["at"]}};
    std::vector<json> lists{from, to};
    if (message.contains("for")) lists = {"${" + message["for"].get<std::string>() + "}"};
    for (const json& list : lists) {
      with["/ImportedUserId"] = list;
      step["with"] = with;
      if (!given(step)) return false;
    }
    return true;
  }

  // A call that only prepares the case: if it fails, the case says nothing of its rule.
  bool given(json step) {
    step["expect"] = "success";
    if (!run_step(step)) {
      if (result_.why.empty()) {
        const std::string line =
            result_.mismatches.empty() ? "" : result_.mismatches.front().line();
        result_.why = fmt::format("what is given failed: {}: {}", text_of(step["call"]), line);
      }
      return false;
    }
    return true;
  }

  // --- steps: true if the case can go on ---

  bool run_step(const json& step) {
    refresh_time();
    if (step.contains("advance")) return advance(step);
    if (step.contains("view")) return view(step);
    if (step.contains("list")) return list(step);
    const auto times = step.value("times", 1);
    for (int i = 0; i < times; ++i) {
      scope_.values["i"] = i;
      const auto answer = call(step);
      if (!answer || !expect(step, *answer) || !save(step, answer->body)) return false;
    }
    return true;
  }

  void refresh_time() {
    scope_.now_ms = world_.now_ms();
    scope_.oldest_ms = scope_.now_ms - world_.retention_days() * kMillisPerDay;
  }

  bool advance(const json& step) {
    const auto moved = world_.advance(*parse_duration_ms(step["advance"].get<std::string>()));
    if (!moved) result_.why = moved.error().message;
    return moved.has_value();
  }

  bool view(const json& step) {
    auto asked = expand(step["view"], scope_);
    if (!asked) return broken(asked.error());
    auto seen =
        world_.view(text_of((*asked)["user"]), text_of((*asked)["peer"]), text_of((*asked)["sdk"]));
    if (!seen) {
      result_.why = seen.error().message;
      return false;
    }
    return expect(step, {200, {{"List", *std::move(seen)}}, "", "", false});
  }

  struct Answer {
    int status = 200;
    json body;
    std::string content_type;
    std::string begin;  // of the body, as it came
    bool has_code = true;
  };

  // Nothing if no answer came, which is noted.
  std::optional<Answer> call(const json& step) {
    auto made = make_request(step, case_.bodies, scope_, world_);
    if (!made) {
      broken(made.error());
      return std::nullopt;
    }
    if (site_.max_calls && site_.calls >= *site_.max_calls) {
      result_.why = fmt::format("the {} calls of --max-calls are used up", *site_.max_calls);
      return std::nullopt;
    }
    ++site_.calls;
    CallRecord record;
    const std::int64_t started_ns = site_.clock.monotonic_ns();
    auto response = world_.transport().send(made->request);
    record.duration_us = (site_.clock.monotonic_ns() - started_ns) / 1000;
    record.action = text_of(*expand(step["call"], scope_));
    record.request = std::move(made->request);
    record.request.target = std::move(made->masked_target);
    record.signed_as_documented = made->signed_as_documented;
    if (!response) {
      record.error = response.error().message;
      if (response.error().kind == ErrorKind::kUnreachable) result_.why = record.error;
      result_.calls.push_back(std::move(record));
      differ("the answer", "one", result_.calls.back().error);
      return std::nullopt;
    }
    record.response = *response;
    result_.calls.push_back(std::move(record));
    auto parsed = parse_json(response->body, {});
    if (parsed && parsed->is_object()) {
      put_back_zeros(result_.calls.back().action, *parsed, site_.profile.zeros);
      return Answer{response->status, *std::move(parsed),
                    std::string(header(response->headers, "Content-Type")),
                    response->body.substr(0, kShownOfBody)};
    }
    differ("the body", "a JSON object",
           fmt::format("HTTP {} with {}", response->status, quote(response->body)));
    return std::nullopt;
  }

  // --- expectations ---

  bool expect(const json& step, const Answer& answer) {
    auto expected = expand(step["expect"], scope_);
    if (!expected) return broken(expected.error());
    const std::size_t before = result_.mismatches.size();
    if (expected->is_string()) {
      check_code(*expected, answer);
      return result_.mismatches.size() == before;
    }
    const json code = expected->value("code", json("success"));
    if (answer.has_code) check_code(code, answer);
    if (expected->contains("status") && (*expected)["status"] != answer.status) {
      differ("HTTP status", json_line((*expected)["status"]), std::to_string(answer.status));
    }
    const std::string type = expected->value("content_type", "");
    if (!answer.content_type.starts_with(type)) {
      differ("Content-Type", quote(type), quote(answer.content_type));
    }
    if (const std::string begin = expected->value("begins", ""); !answer.begin.starts_with(begin)) {
      differ("the body's beginning", quote(begin), quote(answer.begin));
    }
    std::vector<Difference> differences;
    json members = expected->value("members", json::object());
    calibrate_sub_codes(members);
    for (const auto& [pointer, matcher] : members.items()) {
      const json::json_pointer at(pointer);
      match(matcher, answer.body.contains(at) ? &answer.body.at(at) : nullptr, pointer,
            differences);
    }
    if (expected->contains("items")) {
      const auto found = answer.body.find("List");
      match((*expected)["items"], found == answer.body.end() ? nullptr : &*found, "/List",
            differences);
    }
    for (Difference& one : differences)
      differ(one.where, std::move(one.expected), std::move(one.got));
    return result_.mismatches.size() == before;
  }

  // The codes that the target is known to have for those of the registry, which a case names.
  std::vector<std::int64_t> as_calibrated(const std::vector<std::int64_t>& codes) const {
    std::vector<std::int64_t> out;
    for (const std::int64_t code : codes) {
      bool stays = code == 0;  // also if a rule still has it, or none ever had
      std::vector<std::int64_t> others;
      for (const Rule& row : all_rules()) {
        if (code == 0 || row.code != code) continue;
        const std::int64_t known = site_.profile.code(row.rule_id);
        stays = stays || known == code;
        if (known != code) others.push_back(known);
      }
      if (stays || others.empty()) out.push_back(code);
      out.insert(out.end(), others.begin(), others.end());
    }
    return out;
  }

  // SubCodes that are expected, the same way.
  void calibrate_sub_codes(json& expected) const {
    if (site_.profile.codes.empty() || !expected.is_structured()) return;
    for (auto& [name, value] : expected.items()) {
      if (expected.is_object() && name == "SubCode" && value.is_number_integer()) {
        value = json{{"$any_of", as_calibrated({value.get<std::int64_t>()})}};
      } else {
        calibrate_sub_codes(value);
      }
    }
  }

  void check_code(const json& wanted, const Answer& answer) {
    const auto found = answer.body.find("Code");
    const json* got = found == answer.body.end() ? nullptr : &*found;
    std::vector<std::int64_t> codes;
    if (wanted == "success") {
      codes = {0};
    } else if (wanted == "refused") {
      codes = {site_.profile.code(case_.rule_id)};
    } else if (wanted.is_array()) {
      codes = wanted.get<std::vector<std::int64_t>>();
    } else {
      codes = {wanted.get<std::int64_t>()};
    }
    if (wanted != "refused") codes = as_calibrated(codes);
    for (const std::int64_t code : codes) {
      if (got != nullptr && got->is_number_integer() && *got == code) return;
    }
    std::vector<std::string> names;
    for (const std::int64_t code : codes)
      names.push_back(fmt::format("{} ({})", code, code_meaning(code)));
    std::string shown = got == nullptr ? "nothing" : json_type_and_value(*got);
    if (got != nullptr && got->is_number_integer()) {
      shown = fmt::format("{} ({})", got->dump(), code_meaning(got->get<std::int64_t>()));
    }
    differ("/Code", fmt::format("{}", fmt::join(names, " or ")), std::move(shown));
  }

  bool save(const json& step, const json& answer) {
    const json saved = step.value("save", json::object());
    for (const auto& [name, pointer] : saved.items()) {
      const json::json_pointer at(pointer.get<std::string>());
      if (!answer.contains(at)) {
        differ(pointer.get<std::string>(), "a value", "nothing");
        return false;
      }
      scope_.values[name] = answer.at(at);
    }
    return true;
  }

  // --- the whole of a list ---

  bool list(const json& step) {
    constexpr int kMaxPages = 1000;
    const json& asked = step["list"];
    json body{{"FromUserId", "${" + asked.value("of", "") + "}"},
              {"ToUserId", "${" + asked.value("with", "") + "}"},
              {"Limit", asked.value("limit", json(100))},
              {"WithEmptyMsg", asked.value("with_empty", json(0))},
              {"Next", 0}};
    Answer whole{200, {{"Code", 0}, {"List", json::array()}}, "", ""};
    std::set<json> seen;
    for (int page = 1; page <= kMaxPages; ++page) {
      const json one{{"call", "QueryPeerMsg"}, {"body", body}, {"expect", "success"}};
      const auto answer = call(one);
      if (!answer || !expect(one, *answer)) return false;
      const auto items = answer->body.find("List"), next = answer->body.find("Next");
      if (items == answer->body.end() || !items->is_array())
        return differ("/List", "an array", "none");
      for (const json& item : *items) whole.body["List"].push_back(item);
      if (next == answer->body.end() || !next->is_number_integer()) {
        return differ("/Next", "an integer",
                      next == answer->body.end() ? "nothing" : json_type_and_value(*next));
      }
      if (*next == 0) {
        return expect(step, whole) && save(step, whole.body);
      }
      if (!seen.insert(*next).second)
        return differ("/Next", "0 in the end", next->dump() + " again");
      body["Next"] = *next;
    }
    return differ("/Next", fmt::format("0 within {} pages", kMaxPages), "more");
  }

  // --- what went wrong ---

  bool differ(std::string where, std::string expected, std::string got) {
    const std::size_t call = result_.calls.empty() ? 0 : result_.calls.size() - 1;
    result_.mismatches.push_back({call, std::move(where), std::move(expected), std::move(got)});
    return false;
  }

  // The case itself cannot be run as it is written.
  bool broken(const Error& error) {
    return differ("the case", "one that can be run", error.message);
  }

  const ContractCase& case_;
  World& world_;
  CaseSite& site_;
  CaseScope scope_;
  CaseResult result_;
};

}  // namespace

CaseResult run_case(const ContractCase& one, World& world, CaseSite& site) {
  return CaseRun(one, world, site).run();
}

}  // namespace zimmock::inline contract
