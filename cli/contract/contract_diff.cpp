#include <cstdio>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/contract/contract_commands.h"
#include "cli/files.h"
#include "cli/output.h"
#include "contracts/api/json_text.h"
#include "contracts/harness/calibration.h"
#include "contracts/harness/run_diff.h"
#include "contracts/harness/run_json.h"

namespace zimmock::cli {
namespace {

using json = nlohmann::json;

struct ContractDiffOptions {
  std::string a, b;  // files, or "-"
  std::string profile;
  bool as_json = false;
};

Result<RunResult> read_run(const std::string& file) {
  const auto text = read_input(file);
  if (!text) return tl::unexpected(text.error());
  return run_from_json(*text, file == "-" ? "stdin" : file);
}

// The run that says what the service does now: the later of two.
const RunResult* newest_real(const RunResult& a, const RunResult& b) {
  if (a.real_service && b.real_service) return a.started_ms > b.started_ms ? &a : &b;
  if (a.real_service) return &a;
  return b.real_service ? &b : nullptr;
}

Result<Calibration> write_profile(const RunResult& a, const RunResult& b, const std::string& file) {
  const RunResult* real = newest_real(a, b);
  if (real == nullptr) {
    return fail(ErrorKind::kUsage,
                "--calibrate: expected a run against the real service among the two, got none");
  }
  Calibration calibration = calibrate(*real);
  constexpr int kIndent = 2;
  const auto written =
      write_file_atomically(file, calibration.profile.dump(kIndent) + "\n", Readers::kAnyone);
  if (!written) return tl::unexpected(written.error());
  return calibration;
}

void print_calibration(const Calibration& calibration, const std::string& file) {
  print_text("{}: {} observations taken, {} that it cannot express\n", file,
             calibration.taken.size(), calibration.left_out.size());
  for (const std::string& line : calibration.taken) print_text("  taken     {}\n", line);
  for (const std::string& line : calibration.left_out) print_text("  left out  {}\n", line);
}

int run(const ContractDiffOptions& options) {
  if (options.a == "-" && options.b == "-") {
    return complain(kUsage, "contract diff: expected stdin once, got - twice");
  }
  const auto a = read_run(options.a);
  if (!a) return complain(kUsage, a.error().message);
  const auto b = read_run(options.b);
  if (!b) return complain(kUsage, b.error().message);
  Calibration calibration;
  if (!options.profile.empty()) {
    auto written = write_profile(*a, *b, options.profile);
    if (!written) {
      return complain(written.error().kind == ErrorKind::kSystem ? kFailed : kUsage,
                      written.error().message);
    }
    calibration = std::move(*written);
  }
  const RunDiff diff = diff_runs(*a, *b);
  if (options.as_json) {
    json out = to_json(diff);
    if (!options.profile.empty()) {
      out["calibration"] = {{"file", options.profile},
                            {"taken", calibration.taken},
                            {"left_out", calibration.left_out}};
    }
    print_json(json_line(out));
  } else {
    if (!options.profile.empty()) print_calibration(calibration, options.profile);
    print_text("{}", to_text(diff));
  }
  return diff.differing() == 0 ? kOk : kFailed;
}

}  // namespace

Run setup_contract_diff(CLI::App& app) {
  auto options = std::make_shared<ContractDiffOptions>();
  app.add_option("A", options->a, "A file that `contract run --report json:FILE` wrote, or -")
      ->required();
  app.add_option("B", options->b, "Another of them")->required();
  app.add_flag("--json", options->as_json, "One JSON object");
  app.add_option(
      "--calibrate", options->profile,
      "Write a profile of the real service's behaviour to this file, for `serve --profile`");
  app.footer("Ends with 0 if nothing differs, 1 if something does, 2 if a file is no such run.");
  return [options] { return run(*options); };
}

}  // namespace zimmock::cli
