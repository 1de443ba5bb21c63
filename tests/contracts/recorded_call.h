#pragma once

// A recorded call that keeps every rule, and the ways in which it can be spoilt.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "contracts/api/signature.h"
#include "contracts/harness/exchange_judge.h"

namespace zimmock::test {

using nlohmann::json;

inline constexpr std::int64_t kNow = 1'790'000'000'000;
inline constexpr const char* kSecret = "9193cc662a4c0ec135ec71fb57194b38";

// A call that keeps every rule, and the ways in which it can be spoilt.
struct Call {
  std::string action = "ImportPeerMsg";
  json body = import();
  json answer = {{"Code", 0},
                 {"Message", "success"},
                 {"RequestId", "1"},
                 {"MsgSeq", 1},
                 {"MsgId", "971503777289036701"}};
  std::string method = "POST";
  std::string content_type = "application/json";
  std::string nonce = "4fd24687296dd9f3";
  std::int64_t timestamp = kNow / 1000;
  std::string signature = {};  // "": the right one
  std::string more = {};
  std::optional<std::int64_t> at_ms = kNow;
  bool answered = true;

  static json import() {
    return {{"FromUserId", "alice"},
            {"ToUserId", "bob"},
            {"MessageType", 1},
            {"Priority", 2},
            {"MessageBody", {{"Message", "hi"}}},
            {"SendMessageTime", kNow - 10'000},
            {"ImportedUserId", "alice"}};
  }

  RecordedExchange exchange() const {
    RecordedExchange out;
    const std::string time = std::to_string(timestamp);
    const std::string sum = signature.empty() ? sign("12345", nonce, kSecret, time) : signature;
    out.request.method = method;
    out.request.target = "/?Action=" + action + "&AppId=12345&SignatureNonce=" + nonce +
                         "&Timestamp=" + time + "&SignatureVersion=2.0&Signature=" + sum + more;
    if (!content_type.empty()) out.request.headers = {{"Content-Type", content_type}};
    out.request.body = body.is_string() ? body.get<std::string>() : body.dump();
    out.at_ms = at_ms;
    if (!answered) return out;
    out.response = HttpResponse{};
    out.response->headers = {{"Content-Type", "application/json"}};
    out.response->body = answer.dump();
    return out;
  }
};

inline Call refused(std::int64_t code) {
  Call call;
  call.answer = {{"Code", code}, {"Message", "no"}, {"RequestId", "1"}};
  return call;
}

inline Call query(std::int64_t next = 0, const json& list = json::array(),
                  std::int64_t next_after = 0) {
  Call call;
  call.action = "QueryPeerMsg";
  call.body = {{"FromUserId", "alice"}, {"ToUserId", "bob"}, {"Limit", 2}, {"Next", next}};
  call.answer = {{"Code", 0},
                 {"Message", "success"},
                 {"RequestId", "1"},
                 {"List", list},
                 {"Next", next_after}};
  return call;
}

inline json item(std::int64_t seq, std::int64_t time_ms, std::int64_t id = 971503777289036701) {
  return {{"Sender", "alice"}, {"MsgType", 1},       {"SubMsgType", 0},
          {"MsgBody", "hi"},   {"MsgId", id},        {"MsgSeq", seq},
          {"Payload", ""},     {"MsgTime", time_ms}, {"IsEmpty", 0}};
}

inline JudgeOptions with_secret() {
  JudgeOptions options;
  options.server_secret = kSecret;
  return options;
}

inline std::vector<std::string> lines(const Judgement& judgement) {
  std::vector<std::string> out;
  for (const SidedFinding& found : judgement.findings) {
    out.push_back((found.severity == Severity::kObserved
                       ? "observed "
                       : std::string(to_string(found.side)) + " ") +
                  found.finding.line());
  }
  return out;
}

inline std::vector<std::string> judge(const Call& call,
                                      const JudgeOptions& options = with_secret()) {
  return lines(judge_exchange(call.exchange(), options));
}

// "client import.type", ...: which rules each side broke.
inline std::vector<std::string> broken(const Call& call,
                                       const JudgeOptions& options = with_secret()) {
  std::vector<std::string> out = judge(call, options);
  for (std::string& line : out) line = line.substr(0, line.find(':'));
  return out;
}

using Lines = std::vector<std::string>;

}  // namespace zimmock::test
