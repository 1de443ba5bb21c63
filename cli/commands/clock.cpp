#include <cstdio>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/control/control_client.h"
#include "cli/output.h"
#include "cli/table.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"

namespace zimmock::cli {
namespace {

using json = nlohmann::json;

constexpr std::string_view kTimeWords = "a time like 2026-10-01T00:00:00Z";

struct ClockOptions {
  ControlOptions control;
  std::string value;  // a time or a duration
  bool as_json = false;
};

Result<int> print_clock(const Result<json>& clock, const ClockOptions& options) {
  if (!clock) return tl::unexpected(clock.error());
  if (options.as_json) {
    print_json(json_line(*clock));
  } else {
    print_text("{}  {}\n", cell(*clock, "now"), cell(*clock, "clock"));
  }
  return kOk;
}

Result<int> put_clock(const ControlClient& client, const std::string& setting,
                      const ClockOptions& options) {
  return print_clock(client.put(client.tenant_path("/clock"), {{"clock", setting}}), options);
}

Result<int> advance(const ControlClient& client, const std::string& by,
                    const ClockOptions& options) {
  return print_clock(client.post(client.tenant_path("/clock/advance"), {{"by", by}}), options);
}

Result<int> freeze(const ControlClient& client, const ClockOptions& options) {
  if (options.value.empty()) return put_clock(client, "frozen", options);
  if (!parse_iso_time(options.value)) {
    return fail(ErrorKind::kUsage,
                fmt::format("clock freeze: expected {}, got {}", kTimeWords, quote(options.value)));
  }
  return put_clock(client, "frozen:" + options.value, options);
}

// A clock that runs goes on from the new time; a frozen one stays frozen there.
Result<int> set(const ControlClient& client, const ClockOptions& options) {
  const auto wanted_ms = parse_iso_time(options.value);
  if (!wanted_ms) {
    // The words of `zimmock serve --clock`, which the mock knows.
    if (options.value == "real" || options.value.find(':') != options.value.npos) {
      return put_clock(client, options.value, options);
    }
    return fail(ErrorKind::kUsage,
                fmt::format("clock set: expected {}, or real, frozen:TIME or offset:+90s, got {}",
                            kTimeWords, quote(options.value)));
  }
  const auto clock = client.get(client.tenant_path("/clock"));
  if (!clock) return tl::unexpected(clock.error());
  if (cell(*clock, "clock").starts_with("frozen")) {
    return put_clock(client, "frozen:" + iso_time(*wanted_ms), options);
  }
  const auto now_ms = clock->find("now_ms");
  if (now_ms == clock->end() || !now_ms->is_number_integer()) {
    return fail(ErrorKind::kUnusableAnswer, fmt::format("{}: expected a clock with now_ms, got {}",
                                                        client.url(), quote(json_line(*clock))));
  }
  return advance(client, fmt::format("{}ms", *wanted_ms - now_ms->get<std::int64_t>()), options);
}

enum class Direction { kForward, kEither };

Result<int> move_by(const ControlClient& client, const ClockOptions& options, Direction direction) {
  const auto by_ms = parse_duration_ms(options.value);
  if (!by_ms) {
    return fail(ErrorKind::kUsage,
                fmt::format("clock: expected a duration like 601s, 10m or -90s, got {}",
                            quote(options.value)));
  }
  if (*by_ms < 0 && direction == Direction::kForward) {
    return fail(ErrorKind::kUsage,
                fmt::format("clock advance: expected a duration that is not negative, got {}: "
                            "`zimmock clock shift` goes back",
                            quote(options.value)));
  }
  return advance(client, options.value, options);
}

using Act = Result<int> (*)(const ControlClient& client, const ClockOptions& options);

Run declare(CLI::App& app, Act act, const char* value, const char* help, bool required) {
  auto options = std::make_shared<ClockOptions>();
  if (value != nullptr) app.add_option(value, options->value, help)->required(required);
  app.add_flag("--json", options->as_json, "A JSON object with clock, now and now_ms");
  add_tenant_control_options(app, options->control);
  return [options, act] {
    return run_control(options->control,
                       [&](const ControlClient& client) { return act(client, *options); });
  };
}

Run declare_clock_show(CLI::App& app) {
  const Act act = [](const ControlClient& client, const ClockOptions& options) {
    return print_clock(client.get(client.tenant_path("/clock")), options);
  };
  return declare(app, act, nullptr, nullptr, false);
}

Run declare_clock_freeze(CLI::App& app) {
  return declare(app, freeze, "TIME", "Freeze at this time instead of now", false);
}

Run declare_clock_set(CLI::App& app) {
  return declare(app, set, "TIME", "2026-10-01T00:00:00Z, or what `serve --clock` takes", true);
}

Run declare_clock_shift(CLI::App& app) {
  const Act act = [](const ControlClient& client, const ClockOptions& options) {
    return move_by(client, options, Direction::kEither);
  };
  return declare(app, act, "BY", "A duration, forward or back: 601s, -10m, 2d", true);
}

Run declare_clock_advance(CLI::App& app) {
  const Act act = [](const ControlClient& client, const ClockOptions& options) {
    return move_by(client, options, Direction::kForward);
  };
  return declare(app, act, "BY", "A duration: 601s, 10m, 2d", true);
}

Run declare_clock_real(CLI::App& app) {
  const Act act = [](const ControlClient& client, const ClockOptions& options) {
    return put_clock(client, "real", options);
  };
  return declare(app, act, nullptr, nullptr, false);
}

constexpr Command kClockCommands[] = {
    {"show", "Print the App's time, and how its clock runs", declare_clock_show},
    {"freeze", "Stop the clock", declare_clock_freeze},
    {"set", "Set the clock; a clock that runs goes on from there", declare_clock_set},
    {"shift", "Move the time forward or back", declare_clock_shift},
    {"advance", "Move the time forward", declare_clock_advance},
    {"real", "Follow the machine's clock again", declare_clock_real},
};

}  // namespace

Run setup_clock(CLI::App& app) { return setup_subcommands(app, kClockCommands); }

}  // namespace zimmock::cli
