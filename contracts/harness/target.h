#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "contracts/api/clock.h"
#include "contracts/api/http.h"
#include "contracts/api/profile.h"
#include "contracts/api/result.h"

namespace zimmock::inline contract {

// What a case asks of the App it runs against, beyond users and messages.
struct WorldSettings {
  std::optional<std::int64_t> calls_per_second;  // for each operation; nothing: no limit asked for
  std::int64_t retention_days = 7;
  Profile profile;
};

// One App that one case runs against. Used by one thread.
class World {
 public:
  virtual ~World() = default;

  virtual std::uint32_t app_id() const = 0;
  virtual const std::string& server_secret() const = 0;
  virtual Transport& transport() = 0;

  // The service's time as far as it is known, Unix milliseconds.
  virtual std::int64_t now_ms() const = 0;
  virtual std::int64_t retention_days() const = 0;

  // --- only where Target::can() says so ---

  virtual Result<void> advance(std::int64_t by_ms) = 0;

  // What the devices of `user`, logged in with `sdk`, get of the conversation with `peer`:
  // [{"delivery": "delivered", "rule": "delivery.text-sender", ...}, ...], oldest first.
  virtual Result<nlohmann::json> view(const std::string& user, const std::string& peer,
                                      const std::string& sdk) = 0;
};

// What a case can need of a target.
struct Needs {
  bool writes = false;    // users are registered, messages imported
  bool clock = false;     // stands still and is advanced
  bool settings = false;  // rate, retention and profile are the case's own
  bool devices = false;   // the SDK versions of a user's clients
};

// An implementation of the API that cases run against.
class Target {
 public:
  virtual ~Target() = default;

  virtual std::string name() const = 0;  // "mock", or the URL

  // What it allows; writes: whether it may be written to.
  virtual Needs can() const = 0;

  // An App for one case; with `settings` where it can, as it is where it cannot.
  virtual Result<std::unique_ptr<World>> open(const WorldSettings& settings) = 0;
};

}  // namespace zimmock::inline contract
