#include "mock_server/tenant/fault_rules.h"

#include <algorithm>

#include <fmt/format.h>

#include "mock_server/world/cursor.h"

namespace zimmock::mock {
namespace {

bool is_at(FaultWhen point, FaultWhen when) {
  return when == point || (point == FaultWhen::kAfterEffect && when == FaultWhen::kMidBody);
}

bool concerns_user(const RequestRecord& request, const std::string& user) {
  return request.from == user || request.to == user ||
         std::find(request.users.begin(), request.users.end(), user) != request.users.end();
}

bool matches(const Fault& fault, const RequestRecord& request) {
  if (!fault.action.empty() && fault.action != request.action) return false;
  if (!fault.user.empty() && !concerns_user(request, fault.user)) return false;
  if (!fault.conversation) return true;
  const auto& [a, b] = *fault.conversation;
  return (request.from == a && request.to == b) || (request.from == b && request.to == a);
}

}  // namespace

FaultRule FaultRules::add(Fault fault) {
  const std::lock_guard lock(mutex_);
  entries_.push_back({{++last_id_, std::move(fault), 0, 0}, clock_.monotonic_ns()});
  any_ = true;
  return entries_.back().rule;
}

bool FaultRules::remove(std::uint64_t id) {
  const std::lock_guard lock(mutex_);
  const auto removed =
      std::erase_if(entries_, [id](const Entry& entry) { return entry.rule.id == id; });
  any_ = !entries_.empty();
  return removed > 0;
}

void FaultRules::clear() {
  const std::lock_guard lock(mutex_);
  entries_.clear();
  last_id_ = 0;
  any_ = false;
}

std::vector<FaultRule> FaultRules::list() const {
  const std::lock_guard lock(mutex_);
  std::vector<FaultRule> out;
  for (const Entry& entry : entries_) out.push_back(entry.rule);
  return out;
}

std::optional<FaultHit> FaultRules::hit(FaultWhen point, const RequestRecord& request) {
  if (!any_) return std::nullopt;
  const std::lock_guard lock(mutex_);
  std::optional<FaultHit> first;
  for (Entry& entry : entries_) {
    FaultRule& rule = entry.rule;
    const Fault& fault = rule.fault;
    const bool over =
        fault.for_ms > 0 && clock_.monotonic_ns() - entry.added_ns >= fault.for_ms * kNanosPerMilli;
    if (over || !is_at(point, fault.when) || !matches(fault, request)) continue;
    ++rule.matched;
    if (first || !due(entry)) continue;
    ++rule.hits;
    first = FaultHit{fmt::format("{}#{}", fault.kind->name, rule.id),
                     fault.kind->effect(fault, draw(rule, 1))};
  }
  return first;
}

bool FaultRules::due(const Entry& entry) const {
  const FaultRule& rule = entry.rule;
  const Fault& fault = rule.fault;
  if (fault.nth != 0 && rule.matched != fault.nth) return false;
  if (fault.every != 0 && rule.matched % fault.every != 0) return false;
  if (fault.first != 0 && rule.matched > fault.first) return false;
  constexpr double kUnit = 1.0 / 9007199254740992.0;  // 2^-53
  return fault.probability >= 1 ||
         static_cast<double>(draw(rule, 0) >> 11) * kUnit < fault.probability;
}

std::uint64_t FaultRules::draw(const FaultRule& rule, std::uint64_t salt) const {
  return mix(mix(mix(seed_ ^ salt) + rule.id) + rule.matched);
}

}  // namespace zimmock::mock
