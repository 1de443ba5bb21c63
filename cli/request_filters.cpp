#include "cli/request_filters.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "contracts/api/http.h"
#include "contracts/api/text.h"

namespace zimmock::cli {
namespace {

enum class Kind { kText, kNumberOrWord };

struct Filter {
  const char* name;  // "action": the flag --action, the parameter action=
  Kind kind;
  const char* value_name;
  const char* help;
};

constexpr Filter kFilters[] = {
    {"action", Kind::kText, "NAME", "Of this operation, such as ImportPeerMsg"},
    {"user", Kind::kText, "ID", "With this user in any part"},
    {"conversation", Kind::kText, "A/B", "Between these two users, in either direction"},
    {"from", Kind::kText, "ID", "With this FromUserId"},
    {"to", Kind::kText, "ID", "With this ToUserId"},
    {"list", Kind::kText, "ID", "Into or of this user's list"},
    {"code", Kind::kNumberOrWord, "N|ok|refused", "Answered with this code"},
    {"rule", Kind::kText, "RULE-ID", "That broke this rule, refused or only reported"},
    {"fault", Kind::kText, "KIND", "Hit by a fault of this kind"},
    {"since", Kind::kNumberOrWord, "SEQ", "After the request with this number"},
};

// An empty value is a variable that was not set, and would mean every request.
std::string not_empty(const std::string& value) {
  return value.empty() ? "expected a value, got \"\"" : "";
}

}  // namespace

void RequestFilters::add_to(CLI::App& app) {
  values_.resize(std::size(kFilters));
  for (std::size_t i = 0; i < std::size(kFilters); ++i) {
    const Filter& filter = kFilters[i];
    app.add_option(fmt::format("--{}", filter.name), values_[i], filter.help)
        ->type_name(filter.value_name)
        ->check(CLI::Validator(not_empty, ""))
        ->group("Which requests");
  }
}

bool RequestFilters::empty() const {
  return std::all_of(values_.begin(), values_.end(),
                     [](const auto& value) { return value.empty(); });
}

std::string RequestFilters::query() const {
  std::string out;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (values_[i].empty()) continue;
    out += fmt::format("{}{}={}", out.empty() ? "" : "&", kFilters[i].name, url_encode(values_[i]));
  }
  return out;
}

nlohmann::json RequestFilters::members() const {
  nlohmann::json out = nlohmann::json::object();
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (values_[i].empty()) continue;
    const auto number = parse_int64(values_[i]);
    if (kFilters[i].kind == Kind::kNumberOrWord && number) {
      out[kFilters[i].name] = *number;
    } else {
      out[kFilters[i].name] = values_[i];
    }
  }
  return out;
}

}  // namespace zimmock::cli
