#include "cli/migrate/migrate_probe.h"

#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/choices.h"
#include "cli/connection_options.h"
#include "cli/files.h"
#include "cli/output.h"
#include "client/probe/probe.h"
#include "contracts/api/json_text.h"
#include "contracts/api/signature.h"
#include "contracts/api/text.h"
#include "contracts/api/user_id.h"

namespace zimmock::cli {
namespace {

using json = nlohmann::json;

constexpr std::size_t kRandomDigits = 12;
constexpr std::size_t kLongestPrefix = kMaxUserIdBytes - kRandomDigits - 4;  // _DIGITS_a

struct ProbeFlags {
  ConnectionOptions connection;
  std::string prefix = "zmprobe";
  std::string profile = "default";
  std::string profile_out;
  bool execute = false;
  bool as_json = false;
};

void print_line(const json& line) {
  print_json(json_line(line));
  flush_output();
}

Result<void> check_prefix(const std::string& prefix) {
  if (const auto broken = check_user_id(prefix, "--prefix")) {
    return fail(ErrorKind::kUsage,
                fmt::format("--prefix: expected {}, got {}", broken->expected, broken->got));
  }
  if (prefix.size() <= kLongestPrefix) return {};
  return fail(ErrorKind::kUsage, fmt::format("--prefix: expected at most {} bytes, got {}",
                                             kLongestPrefix, prefix.size()));
}

int finish(const ProbeFlags& options, const std::string& verdict, ExitCode code) {
  if (options.as_json) {
    print_line({{"type", "summary"}, {"verdict", verdict}, {"exit", static_cast<int>(code)}});
  } else {
    print_text("{}\n", verdict);
  }
  return code;
}

int describe(const ProbeFlags& options) {
  const auto endpoint = resolve_endpoint(options.connection);
  if (!endpoint) return complain_error(endpoint.error());
  const std::string verdict = fmt::format(
      "nothing was sent: --execute registers two users, {}_..., at {}, imports some 70 messages "
      "between them, reads them in some 80 calls, and clears both lists; the users stay",
      options.prefix, endpoint->url);
  return finish(options, verdict, kOk);
}

// --- output ---

void print_start(const ProbeFlags& options, const Connection& connection,
                 const client::ProbeOptions& probe) {
  if (options.as_json) {
    print_line({{"type", "start"},
                {"endpoint", connection.curl.endpoint.url},
                {"app_id", connection.credentials.app_id},
                {"users", probe.users},
                {"profile", probe.assumed.name}});
  } else {
    print_text("probing {} as app {} with the users {} and {}\n", connection.curl.endpoint.url,
               connection.credentials.app_id, probe.users[0], probe.users[1]);
    flush_output();
  }
}

void print_answer(const client::ProbeAnswer& answer, bool as_json) {
  if (as_json) {
    json line{{"type", "answer"},
              {"id", answer.id},
              {"question", answer.question},
              {"assumed", answer.assumed},
              {"observed", answer.observed},
              {"verdict", to_string(answer.verdict)}};
    if (!answer.meaning.empty()) line["meaning"] = answer.meaning;
    print_line(line);
    return;
  }
  static constexpr std::string_view kVerdicts[] = {"as assumed", "OTHERWISE", "could not be told"};
  print_text("  {}: assumed {}; observed {}: {}\n", answer.question, answer.assumed,
             answer.observed, kVerdicts[static_cast<std::size_t>(answer.verdict)]);
  if (!answer.meaning.empty()) print_text("      for a migration: {}\n", answer.meaning);
}

void print_cleared(const client::ProbeReport& report, const client::ProbeOptions& probe,
                   bool as_json) {
  if (!report.wrote) return;
  const bool cleared = report.not_cleared.empty();
  if (as_json) {
    print_line({{"type", "cleared"},
                {"cleared", cleared},
                {"why", report.not_cleared},
                {"users", probe.users},
                {"imports", report.imports},
                {"queries", report.queries}});
  } else if (cleared) {
    print_text(
        "{} imports, {} reads; both lists were cleared (ClearPeerMessage); the users stay, no "
        "operation removes them\n",
        report.imports, report.queries);
  } else {
    print_text("{} imports, {} reads; NOT CLEARED, the lists of {} and {}: {}\n", report.imports,
               report.queries, probe.users[0], probe.users[1], printable_line(report.not_cleared));
  }
}

// Before the probe, which costs calls.
Result<std::optional<PendingFile>> open_profile(const ProbeFlags& options) {
  std::optional<PendingFile> out;
  if (options.profile_out.empty()) return out;
  auto opened = PendingFile::open(options.profile_out, Readers::kAnyone);
  if (!opened) {
    return fail(ErrorKind::kUsage, fmt::format("--profile-out: {}", opened.error().message));
  }
  out.emplace(*std::move(opened));
  return out;
}

Result<void> write_profile(const ProbeFlags& options, const client::ProbeReport& report,
                           std::optional<PendingFile>& file) {
  if (!file) return {};
  constexpr int kIndent = 2;
  auto written = file->write(profile_document(report.observed).dump(kIndent) + "\n");
  if (!written) return written;
  if (options.as_json) {
    print_line({{"type", "profile"}, {"file", options.profile_out}});
  } else {
    print_text("{}: what was observed, for --profile of migrate and serve\n", options.profile_out);
  }
  return {};
}

std::string verdict_line(const client::ProbeReport& report) {
  const std::size_t as_assumed = report.count(client::ProbeVerdict::kAsAssumed);
  std::string out = fmt::format("{} of {} answers as assumed", as_assumed, report.answers.size());
  std::vector<std::string_view> otherwise, unknown;
  for (const client::ProbeAnswer& one : report.answers) {
    if (one.verdict == client::ProbeVerdict::kOtherwise) otherwise.push_back(one.id);
    if (one.verdict == client::ProbeVerdict::kUnknown) unknown.push_back(one.id);
  }
  if (!otherwise.empty()) out += fmt::format("; otherwise: {}", fmt::join(otherwise, ", "));
  if (!unknown.empty()) out += fmt::format("; could not be told: {}", fmt::join(unknown, ", "));
  return out;
}

ExitCode exit_code(const client::ProbeReport& report) {
  if (report.count(client::ProbeVerdict::kOtherwise) > 0 || !report.not_cleared.empty())
    return kFailed;
  return report.count(client::ProbeVerdict::kUnknown) > 0 ? kIncomplete : kOk;
}

int execute(const ProbeFlags& options) {
  auto assumed = load_profile(options.profile);
  if (!assumed) return complain_error(assumed.error());
  const auto connection = resolve_connection(options.connection);
  if (!connection) return complain_error(connection.error());
  auto profile = open_profile(options);
  if (!profile) return complain_error(profile.error());
  const auto transport = client::CurlTransport::open(connection->curl);
  if (!transport) return complain_error(transport.error());
  const std::string stem =
      fmt::format("{}_{}", options.prefix, make_nonce().substr(0, kRandomDigits));
  const client::ProbeOptions probe{{stem + "_a", stem + "_b"}, *std::move(assumed)};
  print_start(options, *connection, probe);
  const SystemClock clock;
  Interrupt interrupt;
  const client::ProbeReport report =
      client::run_probe(**transport, connection->credentials, clock, interrupt, probe);
  for (const client::ProbeAnswer& answer : report.answers) print_answer(answer, options.as_json);
  print_cleared(report, probe, options.as_json);
  flush_output();
  if (report.error) return complain_error(*report.error);
  if (report.refused) return complain_status(report.refused_call, *report.refused);
  if (report.interrupted) return finish(options, "interrupted before the end", kInterrupted);
  if (auto written = write_profile(options, report, *profile); !written)
    return complain_error(written.error());
  return finish(options, verdict_line(report), exit_code(report));
}

int run(const ProbeFlags& options) {
  if (auto checked = check_prefix(options.prefix); !checked) return complain_error(checked.error());
  return options.execute ? execute(options) : describe(options);
}

}  // namespace

Run setup_migrate_probe(CLI::App& app) {
  auto options = std::make_shared<ProbeFlags>();
  app.add_flag("--execute", options->execute,
               "Register, import, read and clear; without it nothing is sent");
  app.add_option("--prefix", options->prefix, "The prefix of the two users' ids")
      ->capture_default_str();
  app.add_option("--profile", options->profile,
                 "The assumptions to test: default, strict or a file, such as an earlier probe's")
      ->capture_default_str();
  app.add_option("--profile-out", options->profile_out,
                 "Write the observed profile to this file, for `migrate --profile`");
  app.add_flag("--json", options->as_json, "JSON Lines on stdout");
  add_connection_options(app, options->connection);
  app.footer(
      "Exit codes: 0 as assumed; 1 something differs; 2 usage; 3 something could not be found out; "
      "5 no connection; 7 credentials refused; 130 interrupted.");
  return [options] { return run(*options); };
}

}  // namespace zimmock::cli
