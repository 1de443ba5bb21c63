#include <algorithm>

#include <fmt/format.h>

#include "contracts/api/clock.h"
#include "contracts/api/codes.h"
#include "contracts/api/text.h"
#include "mock_server/faults/fault.h"
#include "mock_server/world/tenant_clock.h"

namespace zimmock::mock {
namespace {

constexpr unsigned when(FaultWhen one) { return static_cast<unsigned>(one); }
constexpr unsigned kRead = when(FaultWhen::kBeforeRead);
constexpr unsigned kBefore = when(FaultWhen::kBeforeEffect);
constexpr unsigned kAfter = when(FaultWhen::kAfterEffect);
constexpr unsigned kMid = when(FaultWhen::kMidBody);

constexpr std::int64_t kMaxDelayMs = kMillisPerDay;
constexpr std::int64_t kMaxBytes = std::int64_t{16} << 20;

// --- values ---

bool read_nothing(std::string_view value, Fault&) { return value.empty(); }

bool read_duration(std::string_view value, Fault& fault) {
  const auto ms = parse_duration_ms(value);
  if (!ms || *ms <= 0 || *ms > kMaxDelayMs) return false;
  fault.number = *ms;
  return true;
}

bool read_skew(std::string_view value, Fault& fault) {
  const auto ms = parse_duration_ms(value);
  if (!ms || *ms < -kMaxClockShiftMs || *ms > kMaxClockShiftMs) return false;
  fault.number = *ms;
  return true;
}

// 200ms or 50ms..400ms
bool read_delay(std::string_view value, Fault& fault) {
  const auto dots = value.find("..");
  if (!read_duration(value.substr(0, dots), fault)) return false;
  fault.number2 = fault.number;
  if (dots == std::string_view::npos) return true;
  Fault end;
  if (!read_duration(value.substr(dots + 2), end) || end.number < fault.number) return false;
  fault.number2 = end.number;
  return true;
}

bool read_status(std::string_view value, Fault& fault) {
  const auto status = parse_int64(value);
  if (!status || *status < 200 || *status > 599) return false;
  fault.number = *status;
  return true;
}

bool read_html(std::string_view value, Fault& fault) {
  return read_status(value.empty() ? "502" : value, fault);
}

bool read_code(std::string_view value, Fault& fault) {
  const auto code = parse_int64(value);
  if (!code) return false;
  fault.number = *code;
  return true;
}

bool read_bytes(std::string_view value, Fault& fault) {
  const auto bytes = parse_int64(value);
  if (!bytes || *bytes < 0 || *bytes > kMaxBytes) return false;
  fault.number = *bytes;
  return true;
}

bool read_garbage(std::string_view value, Fault& fault) {
  return read_bytes(value.empty() ? "256" : value, fault) && fault.number > 0;
}

bool read_truncate(std::string_view value, Fault& fault) {
  fault.number = -1;  // half
  return value.empty() || read_bytes(value, fault);
}

bool read_length(std::string_view value, Fault& fault) {
  const bool plus = value.starts_with('+');
  const auto bytes = parse_int64(value.substr(plus ? 1 : 0));
  if (!bytes || *bytes == 0 || *bytes < -kMaxBytes || *bytes > kMaxBytes) return false;
  fault.number = *bytes;
  return true;
}

bool read_type(std::string_view value, Fault&) {
  return value.find('/') != std::string_view::npos &&
         value.find_first_of("\r\n\t ") == std::string_view::npos;
}

// --- effects ---

FaultEffect delay(const Fault& fault, std::uint64_t draw) {
  const auto range = static_cast<std::uint64_t>(fault.number2 - fault.number) + 1;
  const std::int64_t ms = fault.number + static_cast<std::int64_t>(draw % range);
  FaultEffect out;
  if (fault.when == FaultWhen::kMidBody) {
    out.wire = {WireFault::Kind::kPause, 0, ms, {}, 0};
  } else {
    out.delay_ms = ms;
  }
  return out;
}

FaultEffect answer_with(int status, std::string_view content_type, std::string body) {
  FaultEffect out;
  out.response =
      HttpResponse{status, {{"Content-Type", std::string(content_type)}}, std::move(body)};
  return out;
}

FaultEffect status(const Fault& fault, std::uint64_t) {
  const bool is_json = fault.body.starts_with('{') || fault.body.starts_with('[');
  return answer_with(static_cast<int>(fault.number), is_json ? "application/json" : "text/plain",
                     fault.body);
}

// What a gateway in front of the service shows.
FaultEffect html(const Fault& fault, std::uint64_t) {
  return answer_with(static_cast<int>(fault.number), "text/html",
                     fmt::format("<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center>"
                                 "<h1>{0}</h1></center>\r\n</body>\r\n</html>\r\n",
                                 fault.number));
}

FaultEffect api_code(const Fault& fault, std::uint64_t) {
  FaultEffect out;
  out.code = fault.number;
  return out;
}

FaultEffect rate_storm(const Fault&, std::uint64_t) {
  FaultEffect out;
  out.rate_code = true;
  return out;
}

FaultEffect on_wire(const WireFault& wire) {
  FaultEffect out;
  out.wire = wire;
  return out;
}

FaultEffect reset(const Fault& fault, std::uint64_t) {
  if (fault.when == FaultWhen::kMidBody) {
    return on_wire({WireFault::Kind::kTruncate, -1, 0, WireFault::Ending::kReset, 0});
  }
  return on_wire({WireFault::Kind::kReset, 0, 0, {}, 0});
}

FaultEffect close(const Fault& fault, std::uint64_t) {
  if (fault.when == FaultWhen::kMidBody) return on_wire({WireFault::Kind::kTruncate, -1, 0, {}, 0});
  return on_wire({WireFault::Kind::kClose, 0, 0, {}, 0});
}

FaultEffect garbage(const Fault& fault, std::uint64_t draw) {
  return on_wire({WireFault::Kind::kGarbage, fault.number, 0, {}, draw});
}

FaultEffect truncate(const Fault& fault, std::uint64_t) {
  return on_wire({WireFault::Kind::kTruncate, fault.number, 0, {}, 0});
}

FaultEffect length(const Fault& fault, std::uint64_t) {
  return on_wire({WireFault::Kind::kLength, fault.number, 0, {}, 0});
}

FaultEffect drip(const Fault& fault, std::uint64_t) {
  return on_wire({WireFault::Kind::kDrip, 0, fault.number, {}, 0});
}

FaultEffect content_type(const Fault& fault, std::uint64_t) {
  FaultEffect out;
  out.content_type = fault.value;
  return out;
}

FaultEffect late_apply(const Fault& fault, std::uint64_t) {
  FaultEffect out = on_wire({WireFault::Kind::kClose, 0, 0, {}, 0});
  out.late_ms = fault.number;
  return out;
}

FaultEffect clock_skew(const Fault& fault, std::uint64_t) {
  FaultEffect out;
  out.clock_skew_ms = fault.number;
  return out;
}

constexpr FaultKind kKinds[] = {
    {"delay", "DURATION or FROM..TO", kRead | kBefore | kAfter | kMid, FaultWhen::kBeforeEffect,
     "Waits; of a range, a time drawn from it", read_delay, delay},
    {"status", "HTTP status", kRead | kBefore | kAfter, FaultWhen::kBeforeEffect,
     "Answers with that HTTP status and the text after body=", read_status, status},
    {"html", "HTTP status, 502 if none", kRead | kBefore | kAfter, FaultWhen::kBeforeEffect,
     "Answers with a gateway's HTML error page", read_html, html},
    {"code", "return code", kRead | kBefore | kAfter, FaultWhen::kBeforeEffect,
     "Answers with that return code of the API", read_code, api_code},
    {"rate-storm", "", kRead | kBefore, FaultWhen::kBeforeEffect,
     "Refuses as if too many calls had been made", read_nothing, rate_storm},
    {"reset", "", kRead | kBefore | kAfter | kMid, FaultWhen::kBeforeEffect,
     "Resets the connection (TCP RST)", read_nothing, reset},
    {"close", "", kRead | kBefore | kAfter | kMid, FaultWhen::kBeforeEffect,
     "Closes the connection without an answer", read_nothing, close},
    {"garbage", "bytes, 256 if none", kRead | kBefore | kAfter, FaultWhen::kAfterEffect,
     "Sends random bytes instead of an answer and closes", read_garbage, garbage},
    {"truncate", "bytes, half if none", kAfter, FaultWhen::kAfterEffect,
     "Sends that much of the answer's body and closes", read_truncate, truncate},
    {"length", "+N or -N", kAfter, FaultWhen::kAfterEffect,
     "Sends a Content-Length that is N too large or too small", read_length, length},
    {"drip", "DURATION", kAfter, FaultWhen::kAfterEffect,
     "Sends the answer's body byte by byte over that time", read_duration, drip},
    {"content-type", "TYPE", kAfter, FaultWhen::kAfterEffect,
     "Sends the answer with that Content-Type", read_type, content_type},
    {"drop-reply", "", kAfter, FaultWhen::kAfterEffect,
     "Closes without an answer, after the effect: the reply is lost", read_nothing, close},
    {"late-apply", "DURATION", kBefore, FaultWhen::kBeforeEffect,
     "Closes without an answer; the effect comes after that time", read_duration, late_apply},
    {"clock-skew", "+DURATION or -DURATION", kRead, FaultWhen::kBeforeRead,
     "Judges the request as if the clock were off by that", read_skew, clock_skew},
};

}  // namespace

std::span<const FaultKind> fault_kinds() { return kKinds; }

const FaultKind* find_fault_kind(std::string_view name) {
  const auto found = std::find_if(std::begin(kKinds), std::end(kKinds),
                                  [&](const FaultKind& kind) { return kind.name == name; });
  return found == std::end(kKinds) ? nullptr : found;
}

std::vector<std::string_view> fault_names() {
  std::vector<std::string_view> out;
  for (const FaultKind& kind : kKinds) out.push_back(kind.name);
  return out;
}

}  // namespace zimmock::mock
