#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "cli/choices.h"
#include "cli/connection_options.h"
#include "cli/contract/contract_commands.h"
#include "cli/files.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "client/api/url_target.h"
#include "contracts/api/import_window.h"
#include "contracts/api/signature.h"
#include "contracts/api/text.h"
#include "contracts/harness/reports/report.h"
#include "contracts/harness/suite_runner.h"
#include "mock_server/contract_target.h"
#include "zimmock/system_clock.h"

namespace zimmock::cli {
namespace {

constexpr std::string_view kMock = "mock";

struct ContractRunOptions {
  std::string target{kMock};
  ConnectionOptions connection;
  std::vector<std::string> only;
  std::vector<std::string> skip;
  std::vector<std::string> known_failing;
  std::vector<std::string> known_flaky;
  bool allow_writes = false;
  std::int64_t max_calls = 0;
  std::int64_t rate = 20;
  std::string plan = "free";
  std::string profile = "default";
  std::int64_t retention_days = 0;
  bool real_service = false;
  bool dry_run = false;
  std::vector<std::string> reports;
};

// Where one report goes.
struct ReportPlace {
  const ReportFormat* format = nullptr;
  std::string file;  // "": stdout
  std::optional<PendingFile> output;
};

Result<ReportPlace> parse_report(const std::string& text) {
  const auto colon = text.find(':');
  const std::string name = text.substr(0, colon);
  std::vector<std::string_view> names;
  for (const ReportFormat& format : report_formats()) {
    names.push_back(format.name);
    if (format.name != name) continue;
    if (colon != std::string::npos && colon + 1 == text.size()) break;
    return ReportPlace{&format, colon == std::string::npos ? "" : text.substr(colon + 1), {}};
  }
  return fail(ErrorKind::kUsage,
              fmt::format("--report: expected FORMAT or FORMAT:FILE with a format of {}, got {}{}",
                          fmt::join(names, ", "), quote(text), did_you_mean(name, names)));
}

// The console's, unless another one goes to stdout.
Result<std::vector<ReportPlace>> parse_reports(const std::vector<std::string>& texts) {
  std::vector<ReportPlace> places;
  const ReportPlace* on_stdout = nullptr;
  for (const std::string& text : texts) {
    auto place = parse_report(text);
    if (!place) return tl::unexpected(place.error());
    places.push_back(*std::move(place));
  }
  for (const ReportPlace& place : places) {
    if (!place.file.empty()) continue;
    if (on_stdout != nullptr) {
      return fail(
          ErrorKind::kUsage,
          fmt::format("--report: only one report can go to stdout, got {} and {}; write {}:FILE",
                      on_stdout->format->name, place.format->name, place.format->name));
    }
    on_stdout = &place;
  }
  if (on_stdout == nullptr) places.insert(places.begin(), *parse_report("console"));
  return places;
}

// Patterns, and the lines of files that are named with @.
Result<std::vector<KnownCase>> read_known(const std::vector<std::string>& words) {
  std::vector<KnownCase> out;
  for (const std::string& word : words) {
    if (!word.starts_with('@')) {
      out.push_back({word, ""});
      continue;
    }
    const auto text = read_small_file(word.substr(1));
    if (!text) return tl::unexpected(text.error());
    for (KnownCase& known : parse_known_cases(*text)) out.push_back(std::move(known));
  }
  return out;
}

Result<RunOptions> run_options(const ContractRunOptions& options) {
  RunOptions out;
  auto profile = load_profile(options.profile);
  if (!profile) return tl::unexpected(profile.error());
  out.profile = *std::move(profile);
  out.only = options.only;
  out.skip = options.skip;
  auto failing = read_known(options.known_failing);
  if (!failing) return tl::unexpected(failing.error());
  out.known_failing = *std::move(failing);
  auto flaky = read_known(options.known_flaky);
  if (!flaky) return tl::unexpected(flaky.error());
  out.known_flaky = *std::move(flaky);
  if (options.max_calls > 0) out.max_calls = static_cast<std::size_t>(options.max_calls);
  out.run_id = "zc" + make_nonce().substr(0, 6);
  return out;
}

// --- targets ---

// The mock in this process, without a socket.
struct OwnMock {
  SystemClock clock;
  mock::Service service{clock};
  mock::LoopbackTransport transport{service};
  mock::MockTarget target{service, transport};
};

Result<client::UrlTarget::Options> url_options(const ContractRunOptions& options) {
  ConnectionOptions connection = options.connection;
  connection.endpoint = options.target;
  auto resolved = resolve_connection(connection);
  if (!resolved) return tl::unexpected(resolved.error());
  client::UrlTarget::Options out;
  out.curl = resolved->curl;
  out.credentials = resolved->credentials;
  out.allow_writes = options.allow_writes;
  out.calls_per_second = options.rate;
  const ServicePlan* plan = find_service_plan(options.plan);
  out.retention_days = options.retention_days > 0 ? options.retention_days : plan->retention_days;
  return out;
}

bool is_vendors(const client::Endpoint& endpoint) {
  const std::string_view url = endpoint.url;
  return url.ends_with(".zego.im") || url.ends_with(".zego.im:443");
}

Result<RunResult> run_cases(const ContractRunOptions& options, RunOptions run,
                            const std::vector<ContractCase>& cases) {
  const SystemClock clock;
  Interrupt interrupt;
  const auto stop = [&interrupt] { return interrupt.interrupted(); };
  if (options.target == kMock) {
    OwnMock mock;
    run.run_id = "zc000000";  // nobody else is there: the same ids in every run
    return run_suite(cases, mock.target, run, clock, stop);
  }
  auto url = url_options(options);
  if (!url) return tl::unexpected(url.error());
  run.observe_assumed = true;
  run.real_service = options.real_service || is_vendors(url->curl.endpoint);
  auto target = client::UrlTarget::open(*url, clock, interrupt);
  if (!target) return tl::unexpected(target.error());
  return run_suite(cases, **target, run, clock, stop);
}

// --- output ---

Result<void> append_summary(const std::string& text) {
  const char* path = std::getenv("GITHUB_STEP_SUMMARY");
  if (path == nullptr || *path == '\0') return {};
  std::FILE* file = std::fopen(path, "a");
  const bool written =
      file != nullptr && std::fwrite(text.data(), 1, text.size(), file) == text.size();
  const bool closed = file != nullptr && std::fclose(file) == 0;
  if (written && closed) return {};
  return fail(ErrorKind::kSystem,
              fmt::format("{}: could not add the summary (GITHUB_STEP_SUMMARY)", quote(path)));
}

// Before the run, which costs calls.
Result<void> open_files(std::vector<ReportPlace>& places) {
  for (ReportPlace& place : places) {
    if (place.file.empty()) continue;
    // It holds only what the suite itself made up, and other users' tools read it.
    auto opened = PendingFile::open(place.file, Readers::kAnyone);
    if (!opened) {
      return fail(ErrorKind::kUsage, fmt::format("--report: {}", opened.error().message));
    }
    place.output.emplace(*std::move(opened));
  }
  return {};
}

Result<void> write_reports(std::vector<ReportPlace>& places, const RunResult& result) {
  for (ReportPlace& place : places) {
    const std::string text = place.format->write(result);
    if (place.format->name == "github") {
      auto added = append_summary(find_report_format("md")->write(result));
      if (!added) return added;
    }
    if (!place.output) {
      if (place.format->name == "console") {
        print_text("{}", text);
      } else {
        print_exact(text);
      }
      continue;
    }
    if (auto written = place.output->write(text); !written) return written;
  }
  return {};
}

int print_calls(const std::vector<ContractCase>& cases, const ContractRunOptions& options) {
  const bool steered = options.target == kMock;
  const Needs can{steered || options.allow_writes, steered, steered, steered};
  std::size_t calls = 0, left_out = 0;
  for (const ContractCase& one : cases) {
    if (!missing(one.needs, can).empty()) {
      ++left_out;
      continue;
    }
    print_text("{}\n", one.name);
    for (const std::string& line : describe_calls(one)) {
      print_text("  {}\n", line);
      ++calls;
    }
  }
  print_text("At least {} calls of {} cases; {} cases would not be applicable. Nothing was sent.\n",
             calls, cases.size() - left_out, left_out);
  return kOk;
}

int run(const ContractRunOptions& options) {
  auto places = parse_reports(options.reports);
  if (!places) return complain_error(places.error());
  auto run = run_options(options);
  if (!run) return complain_error(run.error());
  auto all = read_cases(embedded_case_files());
  if (!all) return complain_error(all.error());
  auto cases = select_cases(*std::move(all), *run);
  if (!cases) return complain_error(cases.error());
  if (options.dry_run) return print_calls(*cases, options);
  if (auto opened = open_files(*places); !opened) return complain_error(opened.error());
  auto result = run_cases(options, *std::move(run), *cases);
  if (!result) return complain_error(result.error());
  auto written = write_reports(*places, *result);
  if (!written) return complain(kUnexpected, written.error().message);
  if (result->interrupted && result->outcome == RunOutcome::kIncomplete) return kInterrupted;
  return exit_code(result->outcome);
}

void add_options(CLI::App& app, ContractRunOptions& options) {
  app.add_option("--target", options.target, "mock, or the URL of a service")
      ->capture_default_str();
  app.add_option("--only", options.only, "Only cases and rules that match (* for any characters)");
  app.add_option("--skip", options.skip, "Not those");
  app.add_option("--known-failing", options.known_failing,
                 "Cases or rules that must fail: a pattern, or @FILE with a pattern and, after #, "
                 "the reason on each line");
  app.add_option("--known-flaky", options.known_flaky, "Those that may fail, the same way");
  app.add_flag("--allow-writes", options.allow_writes,
               "At a URL: register users and import messages, under ids of this run");
  app.add_option("--max-calls", options.max_calls, "Make no more calls than that")
      ->check(CLI::PositiveNumber);
  app.add_option("--rate", options.rate,
                 "At a URL: calls a second, of all operations together; 0: no limit")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--plan", options.plan, "At a URL: the App's plan: free, pro or enterprise")
      ->check(CLI::IsMember({"free", "pro", "enterprise"}))
      ->capture_default_str();
  app.add_option("--retention-days", options.retention_days, "Instead of the plan's")
      ->check(CLI::PositiveNumber);
  app.add_option("--profile", options.profile,
                 "The target's known behaviour: default, strict or a file, such as that of "
                 "`zimmock migrate probe`; its codes and zeros are expected")
      ->capture_default_str();
  app.add_flag("--real-service", options.real_service,
               "Treat the URL as ZEGOCLOUD's service, though its host does not say so");
  app.add_flag("--dry-run", options.dry_run, "Print the calls that would be made, and make none");
  app.add_option(
      "--report", options.reports,
      "FORMAT or FORMAT:FILE, several times: console, junit, json, html, md, sarif, github");
  add_connection_options(app, options.connection);
  app.remove_option(app.get_option("--endpoint"));
}

}  // namespace

Run setup_contract_run(CLI::App& app) {
  auto options = std::make_shared<ContractRunOptions>();
  add_options(app, *options);
  app.footer(
      "Exit codes: 0 conforms, 1 violated, 2 usage, 3 incomplete, 11 unreachable, 12 unusable "
      "answers, 20 unexpected, 130 interrupted.");
  return [options]() -> int {
    try {
      return run(*options);
    } catch (const std::exception& error) {
      return complain(kUnexpected, fmt::format("contract run: {}", error.what()));
    }
  };
}

}  // namespace zimmock::cli
