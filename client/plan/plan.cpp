#include "client/plan/plan.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "client/plan/plan_steps.h"
#include "client/plan/record_tag.h"
#include "contracts/api/clock.h"
#include "contracts/api/signature.h"
#include "contracts/api/text.h"

namespace zimmock::client {
namespace {

constexpr std::int64_t kMaxShards = 10'000;

std::uint64_t calls_for(std::uint64_t things, std::uint64_t per_call) {
  return (things + per_call - 1) / per_call;
}

void count_imports(MigrationPlan& plan) {
  PlanCounts& counts = plan.counts;
  counts.left_out = counts.records - counts.other_shards;
  counts.oldest_ms = std::numeric_limits<std::int64_t>::max();
  counts.newest_ms = std::numeric_limits<std::int64_t>::min();
  for (const PlannedRecord& record : plan.records) {
    if (record.left_out) continue;
    --counts.left_out;
    counts.oldest_ms = std::min(counts.oldest_ms, record.time_ms);
    counts.newest_ms = std::max(counts.newest_ms, record.time_ms);
    ByView<bool> seen;
    plan.each_lane(record, [&](Lane lane) {
      const View view = plan.view(lane, record);
      seen[view] = true;
      ++plan.lists[lane.list].imports;
      ++counts.imports;
      ++counts.imports_to[view];
    });
    for (const View view : kAllViews)
      if (!seen[view]) ++counts.not_for[view];
    if (seen[View::kReceiver] != seen[View::kSender]) ++counts.one_sided;
  }
  counts.users = plan.users_to_register().size();
  for (const Conversation& conversation : plan.conversations) {
    if (plan.has_imports(conversation)) ++counts.conversations;
  }
}

}  // namespace

Estimate estimate_of(const MigrationPlan& plan, std::int64_t calls_per_second) {
  Estimate out;
  std::vector<std::uint64_t> lengths(plan.lists.size());
  for (const PlannedRecord& record : plan.records) {
    if (!record.left_out) plan.each_lane(record, [&](Lane lane) { ++lengths[lane.list]; });
  }
  for (const Conversation& conversation : plan.conversations) {
    std::uint64_t imports = 0, queries = 0;
    for (std::uint32_t list = conversation.first_list; list < conversation.end_list; ++list) {
      imports += lengths[list];
      queries += std::max<std::uint64_t>(
          1, calls_for(lengths[list], static_cast<std::uint64_t>(kMaxQueryLimit)));
    }
    out.imports += imports;
    if (imports > 0) out.queries += queries;  // an empty list of theirs is read, too
  }
  out.registrations = calls_for(plan.users_to_register().size(), kMaxRegisterUsers);
  const auto calls = static_cast<std::int64_t>(out.registrations + out.imports + out.queries);
  if (calls_per_second > 0) out.duration_ms = calls * kMillisPerSecond / calls_per_second;
  return out;
}

std::vector<std::string> MigrationPlan::users_to_register() const {
  std::vector<bool> wanted(users.size(), false);
  for (const PlannedRecord& record : records) {
    if (record.left_out) continue;
    const PlannedList& list = lists_of(conversations[record.conversation]).front();
    wanted[list.owner] = wanted[list.peer] = true;
  }
  std::vector<std::string> out;
  for (std::size_t i = 0; i < users.size(); ++i) {
    if (wanted[i]) out.push_back(users[i]);
  }
  return out;
}

std::vector<RegisterUser> MigrationPlan::registrations() const {
  std::vector<RegisterUser> out;
  for (const std::string& user : users_to_register()) {
    const auto known = names.users.find(user);
    out.push_back(known == names.users.end() ? RegisterUser{user, "", ""} : known->second);
  }
  return out;
}

bool MigrationPlan::has_imports(const Conversation& one) const {
  const auto all = lists_of(one);
  return std::any_of(all.begin(), all.end(), [](auto& list) { return list.imports > 0; });
}

ListId MigrationPlan::list_id(Lane lane) const { return ListId::of_user(owner(lane), peer(lane)); }

const std::string& MigrationPlan::sender(const PlannedRecord& record) const {
  return users[record.sender];
}

std::string MigrationPlan::tag(Lane lane, const PlannedRecord& record) const {
  const std::string& from = sender(record);
  const std::string& to = view(lane, record) == View::kSender ? peer(lane) : owner(lane);
  return record_tag(record.identity, record.occurrence, from, to, owner(lane));
}

Result<Message> MigrationPlan::outgoing(const SourceReader& source, Lane lane, std::uint32_t record,
                                        RecordName* name) const {
  const PlannedRecord& planned = records[record];
  auto read = source.read_at(planned.place);
  if (!read) return tl::unexpected(read.error());
  if (name != nullptr) *name = read->name();
  Message message = std::move(read->message);
  message.send_time_ms = planned.time_ms;
  std::string& extended_data = message.content.extended_data;
  if (tagged) extended_data = with_tag(extended_data, tag(lane, planned));
  return message;
}

bool Shard::has(std::string_view user, std::string_view other) const {
  if (of <= 1) return true;
  const std::string pair = fmt::format("{}\n{}", std::min(user, other), std::max(user, other));
  std::uint32_t hash = 0;
  const std::string hex = md5_hex(pair);
  std::from_chars(hex.data(), hex.data() + 8, hash, 16);
  return hash % of == number - 1;
}

Result<Shard> parse_shard(std::string_view text) {
  const auto slash = std::min(text.find('/'), text.size());
  const std::int64_t number = parse_int64(text.substr(0, slash)).value_or(0);
  const std::int64_t of = parse_int64(text.substr(std::min(slash + 1, text.size()))).value_or(0);
  if (number < 1 || number > of || of > kMaxShards) {
    return fail(ErrorKind::kUsage,
                fmt::format("shard: expected I/N with 1 <= I <= N <= {}, as 2/8, got {}",
                            kMaxShards, quote(text)));
  }
  return Shard{static_cast<std::uint32_t>(number), static_cast<std::uint32_t>(of)};
}

Result<MigrationPlan> make_plan(SourceReader& source, const PlanOptions& options) {
  MigrationPlan plan;
  plan.now_ms = options.now_ms;
  plan.retention_ms = options.retention_ms;
  FindingLog log(source, options.max_examples, options.on_bad);
  plan.tagged = options.tagged;
  if (auto scanned = scan_source(source, options, plan, log); !scanned) {
    return tl::unexpected(scanned.error());
  }
  shift_times(options.shift, plan);
  fit_window(options, plan, log);
  count_imports(plan);
  if (options.names) plan.names = names_of(plan.facts, options.users, plan.users_to_register());
  plan.estimate = estimate_of(plan, options.calls_per_second);
  plan.outlook = outlook_of(plan, options.calls_per_second);
  if (options.too_old != TooOldPolicy::kClamp) plan.outlook.late = plan.counts.expires;
  plan.blocked = (options.bad == BadPolicy::kStop && plan.counts.bad > 0) ||
                 (options.too_old == TooOldPolicy::kStop && plan.counts.too_old > 0);
  plan.findings = log.take();
  return plan;
}

}  // namespace zimmock::client
