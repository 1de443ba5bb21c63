#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "contracts/api/result.h"
#include "mock_server/requests/request_record.h"

namespace zimmock::mock {

// Which requests are meant; an empty filter means all. (Every member has an initializer, so that a
// caller who designates some is not warned of the others.) The words are those of the control API
// and of the command line.
struct RequestFilter {
  std::string action = "";
  std::string user = "";  // any user of the request
  std::optional<std::pair<std::string, std::string>> between =
      std::nullopt;  // conversation=A/B, both directions
  std::string from = "";
  std::string to = "";
  std::string list = "";
  std::string code = "";  // a number, "ok" or "refused"
  std::string rule = "";
  std::string fault = "";   // a kind, or KIND#ID
  std::uint64_t since = 0;  // only those with a greater seq

  // Sets the word; an Error (kUsage) for an unknown word or a value that it cannot have.
  Result<void> set(std::string_view word, const std::string& value);

  bool matches(const RequestRecord& record) const;

  // The criteria that do not hold: "conversation: expected u1/u2, got u1/u3".
  std::vector<std::string> misses(const RequestRecord& record) const;

  // "ImportPeerMsg, conversation u1/u2", or "any request".
  std::string describe() const;
};

// A word that set() knows: the control API's query parameter or JSON member, the command's flag.
struct RequestFilterWord {
  std::string_view name;   // "action"
  std::string_view value;  // "NAME"
  std::string_view help;
};
std::vector<RequestFilterWord> request_filter_words();

}  // namespace zimmock::mock
