#include "contracts/api/operations/operation.h"

namespace zimmock::inline contract {
namespace operations {

#define EMULATED(name, file) extern const Operation file;
#include "contracts/api/operations/operations.inc"

}  // namespace operations

namespace {

constexpr std::string_view kGet = "GET", kPost = "POST";
constexpr RateLimit kUsual{};

constexpr RateLimit per_app(std::int64_t calls, std::int64_t code = kUsual.code) {
  return {calls, RateLimit::Per::kApp, code};
}
constexpr RateLimit per_group(std::int64_t calls, std::int64_t code) {
  return {calls, RateLimit::Per::kGroup, code};
}
constexpr RateLimit per_room(std::int64_t calls, std::int64_t code) {
  return {calls, RateLimit::Per::kRoom, code};
}

constexpr Operation kOthers[] = {
#define OTHER(name, method, area, rate, what) {#name, method, area, what, rate},
#define ELSEWHERE(name, method, area, rate, what, host) {#name, method, area, what, rate, host},
#include "contracts/api/operations/operations.inc"
};

// The emulated ones, then the rows of kOthers.
const std::vector<const Operation*>& table() {
  static const std::vector<const Operation*> rows = [] {
    std::vector<const Operation*> out{
#define EMULATED(name, file) &operations::file,
#include "contracts/api/operations/operations.inc"
    };
    for (const Operation& row : kOthers) out.push_back(&row);
    return out;
  }();
  return rows;
}

}  // namespace

std::span<const Operation* const> all_operations() { return table(); }

const Operation* find_operation(std::string_view name) {
  for (const Operation* row : table()) {
    if (row->name == name && row->host.empty()) return row;
  }
  return nullptr;
}

std::string_view host_elsewhere(std::string_view name) {
  for (const Operation* row : table()) {
    if (row->name == name) return row->host;
  }
  return "";
}

const Operation& operation(OperationId id) { return *table()[static_cast<std::size_t>(id)]; }

RuleId rate_rule(const Operation& operation) {
  for (const Rule& row : all_rules()) {
    if (row.id.starts_with("rate.") && row.code == operation.rate.code) return row.rule_id;
  }
  return RuleId::kRate;
}

std::vector<std::string_view> operation_names() {
  std::vector<std::string_view> out;
  for (const Operation* row : table()) {
    if (row->host.empty()) out.push_back(row->name);
  }
  return out;
}

}  // namespace zimmock::inline contract
