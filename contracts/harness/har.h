#pragma once

// HTTP Archive 1.2 (http://www.softwareishard.com/blog/har-12-spec/): the form in which browsers,
// proxies and `zimmock proxy` record traffic.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contracts/api/http.h"
#include "contracts/api/result.h"
#include "contracts/harness/exchange_judge.h"

namespace zimmock::inline contract {

// What one entry is written from.
struct HarExchange {
  std::int64_t started_ms = 0;  // Unix
  std::int64_t duration_us = 0;
  std::string base_url;  // "https://zim-api.zego.im": what comes before the target
  HttpRequest request;
  std::optional<HttpResponse> response;
  std::string error;  // why there is no response
};

// An archive is its head, its entries with kHarBetween between them, and its tail. So one can be
// written while the traffic goes on, and be whole after every entry.
std::string har_head(std::string_view version);  // of this program
inline constexpr std::string_view kHarBetween = ",\n";
inline constexpr std::string_view kHarTail = "\n]}}\n";

// One entry, on one line. Signatures, tokens, cookies and the like, in query, headers and form or
// JSON members of that name, become "***"; so does every one of `secrets`, wherever it stands.
std::string har_entry(const HarExchange& exchange, const std::vector<std::string>& secrets = {});

struct HarTraffic {
  struct Entry {
    std::size_t number = 0;  // from 1, in the file
    RecordedExchange exchange;
  };
  std::vector<Entry> entries;      // calls of this API; by time, if all have one
  std::size_t total = 0;           // entries in the file
  std::size_t others = 0;          // skipped: calls of something else
  std::size_t incomplete = 0;      // skipped: without URL or method, or without the body sent
  std::size_t without_answer = 0;  // among `entries`; what was answered is not recorded
};

// An Error (kInput) begins with `where`. An entry that is not as it must be is skipped and counted.
Result<HarTraffic> read_har(std::string_view text, std::string_view where);

}  // namespace zimmock::inline contract
