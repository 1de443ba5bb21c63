#include "cli/control/request_filters.h"

#include <algorithm>

#include <fmt/format.h>

#include "contracts/api/http.h"

namespace zimmock::cli {
namespace {

// An empty value is a variable that was not set, and would mean every request.
std::string not_empty(const std::string& value) {
  return value.empty() ? "expected a value, got \"\"" : "";
}

}  // namespace

void RequestFilters::add_to(CLI::App& app) {
  values_.resize(words_.size());
  for (std::size_t i = 0; i < words_.size(); ++i) {
    app.add_option(fmt::format("--{}", words_[i].name), values_[i], std::string(words_[i].help))
        ->type_name(std::string(words_[i].value))
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
    out += fmt::format("{}{}={}", out.empty() ? "" : "&", words_[i].name, url_encode(values_[i]));
  }
  return out;
}

nlohmann::json RequestFilters::members() const {
  nlohmann::json out = nlohmann::json::object();
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (!values_[i].empty()) out[std::string(words_[i].name)] = values_[i];
  }
  return out;
}

}  // namespace zimmock::cli
