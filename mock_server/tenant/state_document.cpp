#include "mock_server/tenant/state_document.h"

#include <algorithm>
#include <mutex>

#include <fmt/format.h>

#include "contracts/api/message_body.h"
#include "contracts/api/text.h"
#include "mock_server/tenant/state_reader.h"

namespace zimmock::mock {
namespace {

using State = Tenant::State;

Error bad_line(std::uint32_t line, std::string_view pointer, std::string_view expected,
               std::string_view got) {
  return {ErrorKind::kInput,
          fmt::format("line {}: {}: expected {}, got {}", line, pointer, expected, got)};
}

// --- import: first whether everything has its place, then putting it there ---

// A list as it grows entry by entry.
struct Growth {
  std::int64_t size = 0;
  std::int64_t cleared = 0;
  std::int64_t newest_ms = 0;
};

std::vector<Growth> growth_of(const StateDocument& document, const State& state) {
  std::vector<Growth> out;
  for (const ListId& id : document.lists) {
    Growth& growth = out.emplace_back();
    const auto found = state.lists.find(id);
    if (found == state.lists.end()) continue;
    const MessageList& list = found->second;
    growth.size = static_cast<std::int64_t>(list.size());
    growth.cleared = list.cleared_through_seq();
    growth.newest_ms = list.newest_time_ms();
  }
  return out;
}

Result<void> check_place(const StateEntry& entry, const ListId& list, const Profile& profile,
                         Growth& growth) {
  const StoredMessage& message = entry.message;
  ++growth.size;
  if (message.msg_seq != 0 && message.msg_seq != growth.size) {
    return tl::unexpected(bad_line(entry.line, "/Stored/MsgSeq",
                                   fmt::format("{}, the next of the {}", growth.size, list.text()),
                                   std::to_string(message.msg_seq)));
  }
  if (entry.deleted && ++growth.cleared != growth.size) {
    return tl::unexpected(
        bad_line(entry.line, "/Stored/Deleted", "only deleted messages before it in its list",
                 fmt::format("MsgSeq {} after {} deleted ones", growth.size, growth.cleared - 1)));
  }
  if (profile.refuse_out_of_order_import && message.msg_seq == 0 &&
      message.msg_time_ms < growth.newest_ms) {
    const Finding late{RuleId::kImportOrder, "/SendMessageTime",
                       fmt::format("at least {}, the newest in this list", growth.newest_ms),
                       std::to_string(message.msg_time_ms)};
    return fail(ErrorKind::kInput, fmt::format("line {}: {}", entry.line, late.line()));
  }
  growth.newest_ms = std::max(growth.newest_ms, message.msg_time_ms);
  return {};
}

// MsgIds that the document names twice, or that a message has already.
Result<void> check_msg_ids(const StateDocument& document, const State& state) {
  std::vector<std::pair<std::int64_t, std::uint32_t>> ids;  // and line
  for (const StateEntry& entry : document.entries) {
    if (entry.message.msg_id != 0) ids.emplace_back(entry.message.msg_id, entry.line);
  }
  if (ids.empty()) return {};
  std::sort(ids.begin(), ids.end());
  constexpr std::string_view kExpected = "a MsgId that no other message has";
  for (std::size_t i = 1; i < ids.size(); ++i) {
    if (ids[i].first == ids[i - 1].first) {
      return tl::unexpected(
          bad_line(ids[i].second, "/Stored/MsgId", kExpected,
                   fmt::format("{}, as in line {}", ids[i].first, ids[i - 1].second)));
    }
  }
  for (const auto& [id, list] : state.lists) {
    for (const StoredMessage& message : list.messages()) {
      const auto found =
          std::lower_bound(ids.begin(), ids.end(), std::pair(message.msg_id, std::uint32_t{0}));
      if (found == ids.end() || found->first != message.msg_id) continue;
      return tl::unexpected(
          bad_line(found->second, "/Stored/MsgId", kExpected,
                   fmt::format("{}, which is in the {} already", found->first, id.text())));
    }
  }
  return {};
}

// New MsgIds stay among those that a document may name, so that every export can be imported.
Result<void> check_room(const StateDocument& document, const State& state) {
  constexpr std::int64_t kMaxLast = 9'000'000'000'000'000'000;
  std::int64_t last = std::max(state.last_msg_id, document.last_msg_id.value_or(0));
  std::uint32_t first_new = 0;
  for (const StateEntry& entry : document.entries) {
    last = std::max(last, entry.message.msg_id);
    if (entry.message.msg_id == 0 && first_new == 0) first_new = entry.line;
  }
  if (first_new == 0 || last <= kMaxLast) return {};
  return tl::unexpected(bad_line(
      first_new, "/Stored/MsgId",
      "one, because there is no room for new ones after " + std::to_string(last), "nothing"));
}

Result<void> check_places(const StateDocument& document, const State& state,
                          const Profile& profile) {
  std::vector<Growth> growing = growth_of(document, state);
  for (const StateEntry& entry : document.entries) {
    auto placed = check_place(entry, document.lists[entry.list], profile, growing[entry.list]);
    if (!placed) return placed;
  }
  if (auto room = check_room(document, state); !room) return room;
  return check_msg_ids(document, state);
}

// No line of the document fails any more. Empties `document.entries` as it goes.
void put(StateDocument& document, const Tenant& tenant, State& state) {
  std::vector<MessageList*> lists;
  for (const ListId& id : document.lists) {
    for (const std::string& user : {id.owner, id.peer})
      state.users.try_emplace(user, RegisterUser{user, "", ""});
    lists.push_back(
        &state.lists.try_emplace(id, tenant.profile().tie_later_import_first).first->second);
  }
  for (const auto& [id, user] : document.users) state.users.insert_or_assign(id, user);
  for (auto& [id, devices] : document.devices) state.devices.set(id, std::move(devices));

  std::int64_t& last = state.last_msg_id;
  last = std::max(last, document.last_msg_id.value_or(0));
  for (const StateEntry& entry : document.entries) last = std::max(last, entry.message.msg_id);
  for (; !document.entries.empty(); document.entries.pop_front()) {
    StateEntry& entry = document.entries.front();
    if (entry.message.msg_id == 0) entry.message.msg_id = last = tenant.msg_id_after(last);
    MessageList& list = *lists[entry.list];
    list.append(std::move(entry.message));
    if (entry.deleted) list.clear();
  }
}

StateCounts counts_of(const StateDocument& document) {
  StateCounts out;
  std::unordered_set<std::string_view> users;
  for (const auto& [id, user] : document.users) users.insert(id);
  for (const ListId& id : document.lists) users.insert({id.owner, id.peer});
  out.users = users.size();
  for (const auto& [id, devices] : document.devices) out.devices += devices.size();
  out.messages = document.entries.size();
  out.left_out = document.left_out;
  return out;
}

Result<void> add_to(Tenant& tenant, StateDocument& document) {
  const std::lock_guard lock(tenant.mutex());
  State state;
  tenant.swap_state(state);
  auto checked = check_places(document, state, tenant.profile());
  if (checked) put(document, tenant, state);
  tenant.swap_state(state);
  return checked;
}

Result<void> replace_in(Tenant& tenant, StateDocument& document) {
  State state;
  if (auto checked = check_places(document, state, tenant.profile()); !checked) return checked;
  if (!document.last_msg_id) {
    const std::lock_guard lock(tenant.mutex());
    state.last_msg_id = tenant.last_msg_id();
  }
  put(document, tenant, state);
  const std::lock_guard lock(tenant.mutex());
  if (!document.last_msg_id) state.last_msg_id = std::max(state.last_msg_id, tenant.last_msg_id());
  tenant.swap_state(state);
  return {};
}

}  // namespace

Result<StateCounts> import_state(Tenant& tenant, std::string_view document, StateMode mode) {
  StateImport import(tenant, mode);
  import.add(document);
  return import.finish();
}

StateImport::StateImport(Tenant& tenant, StateMode mode)
    : tenant_(tenant),
      mode_(mode),
      reader_(std::make_unique<StateReader>(tenant.profile(), tenant.clock().wall_ms())) {}

StateImport::~StateImport() = default;

void StateImport::add(std::string_view part) { reader_->add(part); }

Result<StateCounts> StateImport::finish() {
  auto read = reader_->finish();
  if (!read) return tl::unexpected(read.error());
  const StateCounts counts = counts_of(*read);
  const auto done = mode_ == StateMode::kAdd ? add_to(tenant_, *read) : replace_in(tenant_, *read);
  if (!done) return tl::unexpected(done.error());
  return counts;
}

void clear_state(Tenant& tenant) {
  State state;  // what was there is destroyed after the lock is released
  const std::lock_guard lock(tenant.mutex());
  state.last_msg_id = tenant.last_msg_id();
  tenant.swap_state(state);
  tenant.forget_calls();
}

StateCounts count_state(Tenant& tenant) {
  const std::lock_guard lock(tenant.mutex());
  StateCounts out;
  out.users = tenant.users().size();
  for (const auto& [id, devices] : tenant.devices().all()) out.devices += devices.size();
  for (const auto& [key, list] : tenant.lists()) out.messages += list.size();
  return out;
}

}  // namespace zimmock::mock
