#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "contracts/api/app_settings.h"
#include "contracts/api/json_document.h"
#include "contracts/api/json_text.h"
#include "contracts/api/operations/operation.h"
#include "contracts/api/text.h"
#include "contracts/harness/case_values.h"
#include "contracts/harness/contract_case.h"

namespace zimmock::inline contract {
namespace {

using json = nlohmann::json;
using Words = std::vector<std::string_view>;

tl::unexpected<Error> bad(const std::string& where, std::string_view expected,
                          std::string_view got) {
  return fail(ErrorKind::kInput, fmt::format("{}: expected {}, got {}", where, expected, got));
}

Result<void> check_words(const json& object, const std::string& where, const Words& known) {
  if (!object.is_object()) return bad(where, "an object", json_type_and_value(object));
  for (const auto& [word, value] : object.items()) {
    if (std::find(known.begin(), known.end(), word) != known.end()) continue;
    return bad(where, fmt::format("one of {}", fmt::join(known, ", ")),
               quote(word) + did_you_mean(word, known));
  }
  return {};
}

Result<std::string> read_text(const json& object, const char* name, const std::string& where) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string() ||
      found->get_ref<const std::string&>().empty()) {
    return bad(pointer_to(where, name), "text",
               found == object.end() ? "nothing" : json_type_and_value(*found));
  }
  return found->get<std::string>();
}

Result<CaseKind> read_kind(const json& one, const std::string& where) {
  for (const CaseKind kind : {CaseKind::kAccepts, CaseKind::kRefuses, CaseKind::kBehaves}) {
    if (one.contains("kind") && one["kind"] == to_string(kind)) return kind;
  }
  return bad(where + "/kind", "accepts, refuses or behaves",
             one.contains("kind") ? json_type_and_value(one["kind"]) : "nothing");
}

Result<RuleId> read_rule(const json& one, const json& file, const std::string& where) {
  const json& from = one.contains("rule") ? one : file;
  auto id = read_text(from, "rule", where);
  if (!id) return tl::unexpected(id.error());
  const Rule* found = find_rule(*id);
  if (found != nullptr) return found->rule_id;
  Words ids;
  for (const Rule& row : all_rules()) ids.push_back(row.id);
  return bad(where + "/rule", "a rule's id", quote(*id) + did_you_mean(*id, ids));
}

// A step's own words, beside the one that says what it is.
struct StepKind {
  std::string_view word;
  Words words;
  bool expects;
};

const std::vector<StepKind>& step_kinds() {
  static const std::vector<StepKind> rows{
      {"call",
       {"call", "body", "like", "with", "without", "raw_body", "method", "path", "headers",
        "signed", "query", "more_query", "sign", "times", "expect", "save"},
       true},
      {"list", {"list", "expect", "save"}, true},
      {"view", {"view", "expect"}, true},
      {"advance", {"advance"}, false},
  };
  return rows;
}

Result<void> check_expect(const json& expect, const std::string& where) {
  if (expect == "success" || expect == "refused") return {};
  auto words =
      check_words(expect, where, {"code", "status", "content_type", "begins", "members", "items"});
  if (!words) return words;
  const json code = expect.value("code", json(0));
  const bool known =
      code.is_number_integer() || code.is_array() || code == "success" || code == "refused";
  if (!known) {
    return bad(where + "/code", "a number, several, success or refused", json_type_and_value(code));
  }
  return check_value(expect, where);
}

Result<void> check_call(const json& step, const std::string& where,
                        const std::map<std::string, json>& bodies) {
  const int given = static_cast<int>(step.contains("body")) +
                    static_cast<int>(step.contains("like")) +
                    static_cast<int>(step.contains("raw_body"));
  if (given > 1) return bad(where, "one of body, like and raw_body", "several");
  if ((step.contains("with") || step.contains("without")) && !step.contains("like")) {
    return bad(where, "like, for with and without to change", "none");
  }
  if (step.contains("like")) {
    const json& like = step["like"];
    const std::string name = like.is_string() ? like.get<std::string>() : "";
    const bool of_family = name.find("${") != std::string::npos;
    if (!of_family && !bodies.contains(name)) {
      return bad(where + "/like", "the name of a body", json_type_and_value(like));
    }
  }
  if (step.contains("sign")) {
    return check_words(step["sign"], where + "/sign", {"parts", "hash", "case"});
  }
  return {};
}

Result<void> check_step(const json& step, const std::string& where,
                        const std::map<std::string, json>& bodies) {
  Words kinds;
  for (const StepKind& kind : step_kinds()) {
    kinds.push_back(kind.word);
    if (!step.is_object() || !step.contains(kind.word)) continue;
    auto checked = check_words(step, where, kind.words);
    if (checked && kind.word == "call") checked = check_call(step, where, bodies);
    if (checked && kind.word == "list") {
      checked = check_words(step["list"], where + "/list", {"of", "with", "limit", "with_empty"});
    }
    if (checked && kind.word == "view") {
      checked = check_words(step["view"], where + "/view", {"user", "peer", "sdk"});
    }
    if (!checked) return checked;
    if (kind.word == "advance" &&
        (!step["advance"].is_string() || !parse_duration_ms(step["advance"].get<std::string>()))) {
      return bad(where + "/advance", "a duration like 601s", json_type_and_value(step["advance"]));
    }
    if (kind.expects && !step.contains("expect"))
      return bad(where + "/expect", "what must come of it", "nothing");
    if (kind.expects) checked = check_expect(step["expect"], where + "/expect");
    if (!checked) return checked;
    return check_value(step, where);
  }
  return bad(where, fmt::format("one of {}", fmt::join(kinds, ", ")),
             step.is_object() ? "another step" : json_type_and_value(step));
}

Result<void> read_given(const json& given, const std::string& where, ContractCase& out) {
  auto words = check_words(given, where,
                           {"users", "messages", "clock", "rate", "retention_days", "profile"});
  if (!words) return words;
  for (const json& user : given.value("users", json::array())) {
    if (!user.is_string()) return bad(where + "/users", "names", json_type_and_value(user));
    out.users.push_back(user.get<std::string>());
  }
  out.messages = given.value("messages", json::array());
  for (std::size_t i = 0; i < out.messages.size(); ++i) {
    auto checked = check_words(out.messages[i], pointer_to(where + "/messages", i),
                               {"from", "to", "text", "at", "for", "like", "with"});
    if (checked) checked = check_value(out.messages[i], pointer_to(where + "/messages", i));
    if (!checked) return checked;
  }
  if (given.contains("clock")) {
    if (given["clock"] != "frozen")
      return bad(where + "/clock", "\"frozen\"", json_type_and_value(given["clock"]));
    out.needs.clock = true;
  }
  json settings = json::object();
  for (const char* name : {"rate", "retention_days"}) {
    if (given.contains(name)) settings[name] = given[name];
  }
  AppSettings app;
  app.calls_per_second = out.world.calls_per_second;
  app.retention_days = out.world.retention_days;
  if (auto read = read_app_settings(settings, app); !read)
    return fail(ErrorKind::kInput, where + read.error().message);
  out.world.calls_per_second = app.calls_per_second;
  out.world.retention_days = app.retention_days;
  out.needs.settings = out.needs.settings || !settings.empty();
  if (!given.contains("profile")) return {};
  auto profile = parse_profile(json_line({{"settings", given["profile"]}}), where + "/profile");
  if (!profile) return tl::unexpected(Error{ErrorKind::kInput, profile.error().message});
  out.world.profile = *std::move(profile);
  out.needs.settings = true;
  return {};
}

bool reads_only(const json& action) {
  const Operation* operation =
      action.is_string() ? find_operation(action.get_ref<const std::string&>()) : nullptr;
  return operation != nullptr && operation->reads_only;
}

// What the case's words need.
void add_needs(ContractCase& one) {
  if (!one.users.empty() || !one.messages.empty()) one.needs.writes = true;
  for (const json& step : one.steps) {
    if (step.contains("advance")) one.needs.clock = true;
    if (step.contains("view")) one.needs.devices = true;
    // A call that must be refused writes too, where the service is wrong.
    if (step.contains("call") && !reads_only(step["call"])) one.needs.writes = true;
  }
}

// A short value by itself, another by its number.
std::string value_name(const json& value, std::size_t number) {
  constexpr std::size_t kMaxShown = 40;
  const std::string text = value.is_string() ? value.get<std::string>() : json_line(value);
  if (value.is_structured() || text.size() > kMaxShown) return fmt::format("#{}", number);
  return ascii_line(text);
}

// True if a value of the family stands anywhere in the case.
bool is_used(const std::string& name, const ContractCase& one, const json& each) {
  const std::string in_text = "${" + name + "}";
  const std::string by_name = json_line({{"$each", name}});
  for (const json& part : {json(one.users), one.messages, one.steps, json(one.bodies), each}) {
    const std::string text = json_line(part);
    if (text.find(in_text) != std::string::npos || text.find(by_name) != std::string::npos)
      return true;
  }
  return false;
}

// One case for every combination of the family's values.
std::vector<ContractCase> family(const ContractCase& one, const json& each) {
  std::vector<ContractCase> cases{one};
  for (const auto& [name, values] : each.items()) {
    std::vector<ContractCase> next;
    for (const ContractCase& before : cases) {
      for (std::size_t i = 0; i < values.size(); ++i) {
        ContractCase with = before;
        with.each[name] = values[i];
        with.name += fmt::format("[{}={}]", name, value_name(values[i], i + 1));
        next.push_back(std::move(with));
      }
    }
    cases = std::move(next);
  }
  return cases;
}

struct FileReader {
  std::string path;
  json document;
  std::map<std::string, json> bodies;
  std::vector<ContractCase>& out;
  std::set<std::string>& names;

  Result<void> read_case(const json& one, const std::string& where) {
    auto words =
        check_words(one, where, {"name", "what", "kind", "rule", "given", "steps", "each"});
    if (!words) return words;
    ContractCase read;
    auto name = read_text(one, "name", where);
    if (!name) return tl::unexpected(name.error());
    auto what = read_text(one, "what", where);
    if (!what) return tl::unexpected(what.error());
    auto kind = read_kind(one, where);
    if (!kind) return tl::unexpected(kind.error());
    auto rule_id = read_rule(one, document, where);
    if (!rule_id) return tl::unexpected(rule_id.error());
    read.name = path + "." + *name;
    read.what = *std::move(what);
    read.kind = *kind;
    read.rule_id = *rule_id;
    read.bodies = bodies;
    const json& given =
        one.contains("given") ? one["given"] : document.value("given", json::object());
    auto done = read_given(given, where + "/given", read);
    if (!done) return done;
    return read_steps(one, where, std::move(read));
  }

  Result<void> read_steps(const json& one, const std::string& where, ContractCase read) {
    read.steps = one.value("steps", json::array());
    if (!read.steps.is_array() || read.steps.empty())
      return bad(where + "/steps", "one step or more", "none");
    for (std::size_t i = 0; i < read.steps.size(); ++i) {
      auto checked = check_step(read.steps[i], pointer_to(where + "/steps", i), bodies);
      if (!checked) return checked;
    }
    add_needs(read);
    const json each = one.value("each", json::object());
    for (const auto& [name, values] : each.items()) {
      if (!values.is_array() || values.empty())
        return bad(pointer_to(where + "/each", name), "values", json_type_and_value(values));
      auto checked = check_value(values, pointer_to(where + "/each", name));
      if (!checked) return checked;
      if (!is_used(name, read, each))
        return bad(pointer_to(where + "/each", name), "a name that the case uses",
                   "none that does");
    }
    for (ContractCase& member : family(read, each)) {
      if (!names.insert(member.name).second)
        return bad(where + "/name", "a name of its own", quote(member.name) + " again");
      out.push_back(std::move(member));
    }
    return {};
  }

  Result<void> read() {
    auto words =
        check_words(document, path + ".json: /", {"about", "rule", "given", "bodies", "cases"});
    if (!words) return words;
    const json own_bodies = document.value("bodies", json::object());
    for (const auto& [name, body] : own_bodies.items()) {
      auto checked = check_value(body, fmt::format("{}.json: /bodies/{}", path, name));
      if (!checked) return checked;
      bodies[name] = body;
    }
    const json cases = document.value("cases", json::array());
    for (std::size_t i = 0; i < cases.size(); ++i) {
      auto done = read_case(cases[i], pointer_to(path + ".json: /cases", i));
      if (!done) return done;
    }
    return {};
  }
};

constexpr std::string_view kCommonBodies = "bodies";

}  // namespace

Result<std::vector<ContractCase>> read_cases(std::span<const CaseFile> files) {
  std::vector<ContractCase> cases;
  std::set<std::string> names;
  std::map<std::string, json> common;
  std::vector<FileReader> readers;
  for (const CaseFile& file : files) {
    auto parsed = parse_document(file.text, fmt::format("{}.json", file.path), ErrorKind::kInput);
    if (!parsed) return tl::unexpected(parsed.error());
    if (file.path == kCommonBodies && parsed->is_object()) {
      common = parsed->value("bodies", std::map<std::string, json>{});
    }
    readers.push_back({std::string(file.path), *std::move(parsed), {}, cases, names});
  }
  for (FileReader& reader : readers) {
    reader.bodies = common;
    auto done = reader.read();
    if (!done) return tl::unexpected(done.error());
  }
  return cases;
}

std::string_view to_string(CaseKind kind) {
  switch (kind) {
    case CaseKind::kAccepts:
      return "accepts";
    case CaseKind::kRefuses:
      return "refuses";
    case CaseKind::kBehaves:
      return "behaves";
  }
  return "";
}

std::string to_string(const Needs& needs) {
  Words words;
  if (needs.writes) words.push_back("writes");
  if (needs.clock) words.push_back("clock");
  if (needs.settings) words.push_back("settings");
  if (needs.devices) words.push_back("devices");
  return fmt::format("{}", fmt::join(words, ", "));
}

std::string missing(const Needs& needs, const Needs& can) {
  if (needs.writes && !can.writes) return "writes, which were not allowed (--allow-writes)";
  if (needs.clock && !can.clock) return "a clock that can be set";
  if (needs.settings && !can.settings) return "limits and settings of its own";
  if (needs.devices && !can.devices) return "to know what devices get";
  return "";
}

}  // namespace zimmock::inline contract
