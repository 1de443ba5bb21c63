#include "mock_server/tenant/tenant.h"

#include <algorithm>
#include <functional>

#include "contracts/api/signature.h"

namespace zimmock::mock {

bool NonceMemory::seen(std::string_view nonce, std::int64_t now_ms, std::int64_t window_ms) {
  constexpr std::size_t kMaxPerGeneration = 1'000'000;
  if (now_ms - since_ms_ > window_ms || recent_.size() >= kMaxPerGeneration) {
    older_ = std::move(recent_);
    recent_.clear();
    since_ms_ = now_ms;
  }
  constexpr std::size_t kLongestKept = 32;  // twice what it should be; more is up to strangers
  const std::string key = nonce.size() <= kLongestKept ? std::string(nonce) : sha256_hex(nonce);
  const bool in_older = older_.contains(key);
  return !recent_.insert(key).second || in_older;
}

namespace {

RequestJournalLimits journal_limits(std::size_t keep_requests) {
  constexpr std::size_t kBytesPerEntry = 2048;  // a request with its answer, generously
  RequestJournalLimits out;
  out.entries = keep_requests;
  out.bytes = std::max(out.bytes, keep_requests * kBytesPerEntry);
  return out;
}

}  // namespace

Tenant::Tenant(std::uint32_t app_id, std::string server_secret, const TenantOptions& options,
               const Clock& machine)
    : app_id_(app_id),
      server_secret_(std::move(server_secret)),
      options_(options),
      clock_(machine, options.clock),
      faults_(options.rng_seed, clock_),
      journal_(journal_limits(options.keep_requests)) {}

ImportWindow Tenant::import_window(std::int64_t now_ms) const {
  return {now_ms, options_.retention_days * kMillisPerDay};
}

void Tenant::reset() {
  faults_.clear();
  late_effects_.clear();
  journal_.clear();
  const std::lock_guard lock(mutex_);
  State nothing;
  nothing.last_msg_id = last_msg_id_;
  swap_state(nothing);
  forget_calls();
}

bool Tenant::admit(OperationId action) {
  if (!options_.calls_per_second) return true;
  const OperationId bucket =
      options_.profile.rate_shared_by_operations ? OperationId::kNotEmulated : action;
  auto [window, added] = rates_.try_emplace(bucket, options_.profile.rate_fixed_second);
  return window->second.admit(clock_.monotonic_ns(), *options_.calls_per_second);
}

bool Tenant::nonce_seen(const std::string& nonce, std::int64_t now_ms) {
  return nonces_.seen(nonce, now_ms, options_.profile.timestamp_window_s * kMillisPerSecond);
}

bool Tenant::add_user(const RegisterUser& user) {
  return users_.try_emplace(user.user_id, user).second;
}

MessageList& Tenant::list(const ListId& id) {
  return lists_.try_emplace(id, options_.profile.tie_later_import_first).first->second;
}

MessageList* Tenant::find_list(const ListId& id) {
  const auto found = lists_.find(id);
  return found == lists_.end() ? nullptr : &found->second;
}

CursorCodec Tenant::cursors(const ListId& id) const {
  std::uint64_t key = options_.rng_seed ^ app_id_;
  for (const char c : id.key()) key = mix(key ^ static_cast<unsigned char>(c));
  return {options_.profile.next_bits, key};
}

std::int64_t Tenant::next_msg_id() { return last_msg_id_ = msg_id_after(last_msg_id_); }

// Drawn from the last id itself, so that the one number is the generator's whole state.
std::int64_t Tenant::msg_id_after(std::int64_t last) const {
  constexpr std::uint64_t kMaxStep = 1'000'000;
  const std::uint64_t draw =
      mix(mix(options_.rng_seed ^ app_id_) ^ static_cast<std::uint64_t>(last));
  return (last | 1) + 2 * static_cast<std::int64_t>(1 + draw % kMaxStep);
}

void Tenant::swap_state(State& other) {
  users_.swap(other.users);
  lists_.swap(other.lists);
  std::swap(devices_, other.devices);
  std::swap(last_msg_id_, other.last_msg_id);
}

void Tenant::forget_calls() {
  rates_.clear();
  nonces_ = {};
}

}  // namespace zimmock::mock
