#include <array>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "contracts/api/field_reader.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"
#include "contracts/harness/run_json.h"

namespace zimmock::inline contract {
namespace {

using json = nlohmann::json;

constexpr CaseKind kCaseKinds[] = {CaseKind::kAccepts, CaseKind::kRefuses, CaseKind::kBehaves};
constexpr RunOutcome kOutcomes[] = {RunOutcome::kUnreachable, RunOutcome::kUnusable,
                                    RunOutcome::kViolated, RunOutcome::kIncomplete,
                                    RunOutcome::kConforms};

// One object of the document. What cannot be read is left as it was and noted in `findings`; the
// first of them is the Error.
class Node {
 public:
  Node(const json& object, std::string pointer, Findings& findings)
      : object_(object),
        pointer_(std::move(pointer)),
        findings_(findings),
        fields_(object, pointer_, findings) {}

  void read(std::string_view name, std::string& out) {
    if (auto value = fields_.required_string(name)) out = std::move(*value);
  }
  void read(std::string_view name, std::int64_t& out) {
    if (const auto value = fields_.required_int(name)) out = *value;
  }
  void read(std::string_view name, std::size_t& out) {
    const auto value = fields_.required_int(name);
    if (value && *value >= 0) out = static_cast<std::size_t>(*value);
    if (value && *value < 0) refuse(name, "0 or more", std::to_string(*value));
  }
  void read(std::string_view name, bool& out) {
    if (const auto value = fields_.optional_bool(name)) {
      out = *value;
    } else if (!fields_.has(name)) {
      refuse(name, "true or false", "nothing");
    }
  }

  // One of the words that `word_of` gives for `known`.
  template <typename Known, typename WordOf, typename T>
  void read_word(std::string_view name, const Known& known, WordOf word_of, T& out) {
    const auto value = fields_.required_string(name);
    if (!value) return;
    std::string words;
    for (const auto& candidate : known) {
      if (word_of(candidate) == *value) {
        out = candidate;
        return;
      }
      words += (words.empty() ? "" : ", ") + std::string(word_of(candidate));
    }
    refuse(name, "one of " + words, quote(*value));
  }

  void read_rule(std::string_view name, RuleId& out) {
    const auto value = fields_.required_string(name);
    if (!value) return;
    const Rule* found = find_rule(*value);
    if (found == nullptr) {
      refuse(name, fmt::format("a rule of contract {}", kContractVersion), quote(*value));
    } else {
      out = found->rule_id;
    }
  }

  // Calls `each` with every object of the array.
  template <typename Each>
  void read_objects(std::string_view name, Each each) {
    const json* array = fields_.required_array(name);
    if (array == nullptr) return;
    for (std::size_t i = 0; i < array->size(); ++i) {
      const std::string pointer = pointer_to(fields_.pointer(name), i);
      if ((*array)[i].is_object()) {
        Node node((*array)[i], pointer, findings_);
        each(node);
      } else {
        findings_.refuse(RuleId::kMemberType, pointer, "an object",
                         json_type_and_value((*array)[i]));
      }
    }
  }

  template <typename Each>
  void read_object(std::string_view name, Each each) {
    const json* object = fields_.required_object(name);
    if (object == nullptr) return;
    Node node(*object, fields_.pointer(name), findings_);
    each(node);
  }

  const json* array(std::string_view name) { return fields_.required_array(name); }
  const json* member(std::string_view name) const {
    const auto found = object_.find(name);
    return found == object_.end() ? nullptr : &*found;
  }
  bool has(std::string_view name) const { return member(name) != nullptr; }

  void refuse(std::string_view name, std::string expected, std::string got) {
    findings_.refuse(RuleId::kMemberType, fields_.pointer(name), std::move(expected),
                     std::move(got));
  }

 private:
  const json& object_;
  std::string pointer_;
  Findings& findings_;
  FieldReader fields_;
};

std::optional<std::string> bytes_of_hex(std::string_view hex) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  };
  if (hex.size() % 2 != 0) return std::nullopt;
  std::string out;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = digit(hex[i]), low = digit(hex[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
  }
  return out;
}

void read_body(Node& node, std::string& out) {
  if (!node.has("body_hex")) return node.read("body", out);
  std::string hex;
  node.read("body_hex", hex);
  if (auto bytes = bytes_of_hex(hex)) {
    out = std::move(*bytes);
  } else {
    node.refuse("body_hex", "pairs of hex digits", quote(hex));
  }
}

void read_headers(Node& node, Headers& out) {
  node.read_objects("headers", [&](Node& header) {
    out.emplace_back();
    header.read("name", out.back().first);
    header.read("value", out.back().second);
  });
}

void read_call(Node& node, CallRecord& out) {
  node.read("action", out.action);
  node.read("signed_as_documented", out.signed_as_documented);
  node.read("error", out.error);
  node.read("duration_us", out.duration_us);
  node.read_object("request", [&](Node& request) {
    request.read("method", out.request.method);
    request.read("target", out.request.target);
    read_headers(request, out.request.headers);
    read_body(request, out.request.body);
  });
  const json* response = node.member("response");
  if (response != nullptr && response->is_null()) return;
  node.read_object("response", [&](Node& answer) {
    out.response.emplace();
    std::int64_t status = 0;
    answer.read("status", status);
    out.response->status = static_cast<int>(status);
    read_headers(answer, out.response->headers);
    read_body(answer, out.response->body);
  });
}

void read_needs(Node& node, Needs& out) {
  const json* words = node.array("needs");
  if (words == nullptr) return;
  for (const json& word : *words) {
    if (word == "writes") {
      out.writes = true;
    } else if (word == "clock") {
      out.clock = true;
    } else if (word == "settings") {
      out.settings = true;
    } else if (word == "devices") {
      out.devices = true;
    } else {
      node.refuse("needs", "writes, clock, settings or devices", json_type_and_value(word));
    }
  }
}

void read_case(Node& node, CaseResult& out) {
  node.read("name", out.name);
  node.read_rule("rule", out.rule_id);
  node.read_word(
      "kind", kCaseKinds, [](CaseKind kind) { return to_string(kind); }, out.kind);
  node.read("what", out.what);
  read_needs(node, out.needs);
  node.read_word("verdict", kVerdicts, verdict_word, out.verdict);
  node.read("why", out.why);
  node.read_objects("calls", [&](Node& call) { read_call(call, out.calls.emplace_back()); });
  node.read_objects("mismatches", [&](Node& found) {
    CaseMismatch& mismatch = out.mismatches.emplace_back();
    found.read("call", mismatch.call);
    found.read("where", mismatch.where);
    found.read("expected", mismatch.expected);
    found.read("got", mismatch.got);
  });
}

// An index that no case has would have every reader of the run look past its end.
void read_case_index(Node& node, std::string_view name, const json* value, const RunResult& run,
                     std::size_t& out) {
  if (value != nullptr && value->is_number_unsigned() &&
      value->get<std::size_t>() < run.cases.size()) {
    out = value->get<std::size_t>();
  } else {
    node.refuse(name, fmt::format("an index of the {} cases", run.cases.size()),
                value == nullptr ? "nothing" : json_type_and_value(*value));
  }
}

void read_rule_result(Node& node, const RunResult& run, RuleResult& out) {
  node.read_rule("rule", out.rule_id);
  node.read_word("verdict", kVerdicts, verdict_word, out.verdict);
  node.read("why", out.why);
  node.read("passed", out.passed);
  node.read("failed", out.failed);
  node.read("known", out.known);
  node.read("observed", out.observed);
  node.read("not_applicable", out.not_applicable);
  node.read("not_exercised", out.not_exercised);
  node.read("answers_checked", out.answers_checked);
  node.read("answers_broken", out.answers_broken);
  if (const json* cases = node.array("cases")) {
    for (const json& index : *cases) {
      read_case_index(node, "cases", &index, run, out.cases.emplace_back());
    }
  }
  node.read_objects("answer_findings", [&](Node& found) {
    AnswerFinding& answer = out.answer_findings.emplace_back();
    answer.finding.rule_id = out.rule_id;
    found.read("pointer", answer.finding.pointer);
    found.read("expected", answer.finding.expected);
    found.read("got", answer.finding.got);
    read_case_index(found, "case", found.member("case"), run, answer.case_index);
    found.read("call", answer.call);
  });
}

// Every rule once, in the registry's order.
void read_rules(Node& node, RunResult& out) {
  for (const Rule& row : all_rules()) {
    RuleResult& result = out.rules.emplace_back();
    result.rule_id = row.rule_id;
    result.why = "not in the run";
  }
  std::set<RuleId> seen;
  node.read_objects("rules", [&](Node& one) {
    RuleResult result;
    read_rule_result(one, out, result);
    if (!seen.insert(result.rule_id).second) one.refuse("rule", "each rule once", "it twice");
    out.rules[static_cast<std::size_t>(result.rule_id)] = std::move(result);
  });
}

void read_run(Node& node, RunResult& out) {
  node.read("contract_version", out.contract_version);
  node.read("target", out.target);
  node.read("real_service", out.real_service);
  node.read("started_ms", out.started_ms);
  node.read("duration_ms", out.duration_ms);
  node.read("run_id", out.run_id);
  node.read("call_count", out.calls);
  node.read_word("outcome", kOutcomes, outcome_word, out.outcome);
  node.read("why", out.why);
  node.read_objects("cases", [&](Node& one) { read_case(one, out.cases.emplace_back()); });
  read_rules(node, out);
}

}  // namespace

Result<RunResult> run_from_json(std::string_view text, std::string_view where) {
  const auto refused = [&](const Finding& found) {
    return fail(ErrorKind::kInput,
                fmt::format("{}: {}{}expected {}, got {}; what `zimmock contract run --report "
                            "json:FILE` wrote can be read",
                            where, printable_line(found.pointer), found.pointer.empty() ? "" : ": ",
                            found.expected, found.got));
  };
  const auto document = parse_json(text, {});
  if (!document) return refused(document.error());
  if (!document->is_object()) {
    return refused({RuleId::kBodyIsObject, "", "a run", json_type_and_value(*document)});
  }
  Findings findings;
  Node node(*document, "", findings);
  std::int64_t version = kRunFormatVersion;
  node.read("format_version", version);
  if (version != kRunFormatVersion) {
    node.refuse("format_version", std::to_string(kRunFormatVersion), std::to_string(version));
  }
  RunResult run;
  if (findings.ok()) read_run(node, run);
  if (!findings.ok()) return refused(findings.refusals.front());
  return run;
}

}  // namespace zimmock::inline contract
