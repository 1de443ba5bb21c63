#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "contracts/api/app_settings.h"
#include "contracts/api/import_window.h"
#include "contracts/api/list_id.h"
#include "contracts/api/operations/operation.h"
#include "contracts/api/operations/user_register.h"
#include "contracts/api/profile.h"
#include "mock_server/requests/request_journal.h"
#include "mock_server/tenant/devices.h"
#include "mock_server/tenant/fault_rules.h"
#include "mock_server/tenant/late_effects.h"
#include "mock_server/world/cursor.h"
#include "mock_server/world/message_list.h"
#include "mock_server/world/rate_window.h"
#include "mock_server/world/tenant_clock.h"

namespace zimmock::mock {

inline constexpr std::uint32_t kDefaultAppId = 12345;
// From the vendor's published signature example; not a secret.
inline constexpr std::string_view kDefaultServerSecret = "9193cc662a4c0ec135ec71fb57194b38";

// How one AppId's world behaves.
// Which rule says what a client of a version gets of a message; delivery_of() but in tests.
using DeliverySource =
    std::function<const DeliveryRule&(std::int64_t type, Role, const SdkVersion&)>;

struct TenantOptions : AppSettings {
  DeliverySource delivery = delivery_of;
};

// Remembers the nonces of about the last timestamp window, at most 2 million, to notice reuse.
class NonceMemory {
 public:
  // True if the nonce was seen before; it is remembered either way.
  bool seen(std::string_view nonce, std::int64_t now_ms, std::int64_t window_ms);

 private:
  std::unordered_set<std::string> recent_;
  std::unordered_set<std::string> older_;
  std::int64_t since_ms_ = 0;
};

// The world of one AppId: its users, lists, limits, clock, faults and journal. Nothing in it is
// shared with another tenant. Lock mutex() around every use of the members below it; the others are
// constant or thread-safe themselves.
class Tenant {
 public:
  // `machine` must outlive the tenant.
  Tenant(std::uint32_t app_id, std::string server_secret, const TenantOptions& options,
         const Clock& machine);

  std::uint32_t app_id() const { return app_id_; }
  const std::string& server_secret() const { return server_secret_; }
  const Profile& profile() const { return options_.profile; }
  const TenantOptions& options() const { return options_; }
  TenantClock& clock() { return clock_; }
  const TenantClock& clock() const { return clock_; }
  FaultRules& faults() { return faults_; }
  RequestJournal& journal() { return journal_; }
  LateEffects& late_effects() { return late_effects_; }
  const std::optional<std::int64_t>& calls_per_second() const { return options_.calls_per_second; }
  ImportWindow import_window(std::int64_t now_ms) const;

  // Forgets everything but the AppId, the secret, the options and the clock.
  void reset();

  const DeliverySource& delivery() const { return options_.delivery; }

  std::mutex& mutex() { return mutex_; }

  // --- with mutex() held ---

  bool admit(OperationId action);
  bool nonce_seen(const std::string& nonce, std::int64_t now_ms);

  // False if there is one already.
  bool add_user(const RegisterUser& user);
  bool has_user(const std::string& user_id) const { return users_.contains(user_id); }

  // Creates the list when there is none yet. The reference stays valid.
  MessageList& list(const ListId& id);
  // nullptr when nothing was ever imported into it.
  MessageList* find_list(const ListId& id);
  CursorCodec cursors(const ListId& id) const;

  // Above 2^53 and odd, so that no double can hold it; greater than every one before.
  std::int64_t next_msg_id();

  // --- the state as a whole; state_document.h fills and writes it ---

  using Users = std::unordered_map<std::string, RegisterUser>;
  using Lists = std::unordered_map<ListId, MessageList, ListIdHash>;
  struct State {
    Users users;
    Lists lists;
    Devices devices;
    std::int64_t last_msg_id = kFirstMsgId;
  };

  // The MsgId that follows `last` in this tenant. May be called without mutex().
  std::int64_t msg_id_after(std::int64_t last) const;

  // With mutex() held again. Swapping moves no message; pointers to lists and messages stay valid.
  void swap_state(State& other);
  const Users& users() const { return users_; }
  const Lists& lists() const { return lists_; }
  Devices& devices() { return devices_; }
  std::int64_t last_msg_id() const { return last_msg_id_; }

  // Forgets which calls were made, for the rate limit and reused nonces.
  void forget_calls();

 private:
  static constexpr std::int64_t kFirstMsgId = 971'000'000'000'000'001;

  const std::uint32_t app_id_;
  const std::string server_secret_;
  const TenantOptions options_;
  TenantClock clock_;
  FaultRules faults_;
  RequestJournal journal_;
  LateEffects late_effects_;

  std::mutex mutex_;
  std::map<OperationId, RateWindow> rates_;
  NonceMemory nonces_;
  Users users_;
  Lists lists_;
  Devices devices_;
  std::int64_t last_msg_id_ = kFirstMsgId;
};

}  // namespace zimmock::mock
