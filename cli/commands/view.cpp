#include <array>
#include <cstdio>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/connection_options.h"
#include "cli/message_text.h"
#include "cli/output.h"
#include "client/api/list_reader.h"
#include "contracts/api/json_text.h"
#include "contracts/api/sdk_delivery.h"
#include "contracts/api/text.h"

namespace zimmock::cli {
namespace {

constexpr Delivery kDeliveries[] = {Delivery::kDelivered, Delivery::kUnknown, Delivery::kAbsent,
                                    Delivery::kUndocumented};

struct ViewOptions {
  ConnectionOptions connection;
  std::string viewer;
  std::string peer;
  std::string sdk;
  bool as_json = false;
};

struct Tally {
  std::array<std::uint64_t, std::size(kDeliveries)> by_delivery{};
  std::uint64_t emptied = 0;  // deleted or recalled: no client gets those
};

void print_item(const client::QueryItem& item, Role role, const DeliveryRule& rule, bool as_json) {
  if (!as_json) {
    print_text("{}  {:<12}  {} [{}]: {}\n", item_columns(item), to_string(rule.delivery),
               rule.rule().id, to_string(rule.rule().mark), rule.rule().statement);
    return;
  }
  nlohmann::json out = item.raw;
  out["View"] = {{"Role", to_string(role)},
                 {"Delivery", to_string(rule.delivery)},
                 {"Rule", rule.rule().id},
                 {"Mark", to_string(rule.rule().mark)},
                 {"Statement", rule.rule().statement}};
  print_json(json_line(out));
}

void show(const client::QueryItem& item, const ViewOptions& options, const SdkVersion& version,
          Tally& tally) {
  if (item.is_empty != 0) {
    ++tally.emptied;
    return;
  }
  const Role role = item.sender == options.viewer ? Role::kSender : Role::kReceiver;
  const DeliveryRule& rule = delivery_of(item.msg_type, role, version);
  ++tally.by_delivery[static_cast<std::size_t>(rule.delivery)];
  print_item(item, role, rule, options.as_json);
}

void print_tally(const Tally& tally, const ViewOptions& options) {
  nlohmann::json counts;
  std::string line = fmt::format("SDK {}:", options.sdk);
  for (const Delivery delivery : kDeliveries) {
    const std::uint64_t count = tally.by_delivery[static_cast<std::size_t>(delivery)];
    counts[std::string(to_string(delivery))] = count;
    line += fmt::format(" {} {},", count, to_string(delivery));
  }
  counts["deleted_or_recalled"] = tally.emptied;
  line.back() = ';';
  line += fmt::format(" {} deleted or recalled", tally.emptied);
  if (options.as_json) {
    print_json(nlohmann::json{{"Summary", counts}}.dump());
  } else {
    print_text("{}\n", line);
  }
}

int run(const ViewOptions& options) {
  const auto version = parse_sdk_version(options.sdk);
  if (!version) {
    return complain(
        kUsage, fmt::format("--sdk: expected a version like 2.8.0, got {}", quote(options.sdk)));
  }
  const auto connection = resolve_connection(options.connection);
  if (!connection) return complain_error(connection.error());
  const auto session = ReadSession::open(*connection);
  if (!session) return complain_error(session.error());
  Tally tally;
  const client::ListRead read = client::read_list(
      (*session)->api(), (*session)->site(), ListId::of_user(options.viewer, options.peer),
      [&](const client::QueryItem& item) -> Result<bool> {
        show(item, options, *version, tally);
        return true;
      });
  if (read.interrupted) return kInterrupted;
  if (read.refused) return complain_status("QueryPeerMsg", *read.refused);
  if (read.error) return complain_error(*read.error);
  print_tally(tally, options);
  note_repeated(read.repeated);
  return kOk;
}

}  // namespace

Run setup_view(CLI::App& app) {
  auto options = std::make_shared<ViewOptions>();
  app.add_option("--as", options->viewer, "Whose client (FromUserId)")->required();
  app.add_option("--peer", options->peer, "The other user of the conversation (ToUserId)")
      ->required();
  app.add_option("--sdk", options->sdk, "The version of that client's SDK, such as 2.8.0")
      ->required();
  app.add_flag(
      "--json", options->as_json,
      "The entries as answered with a member View, then a Summary; one JSON object a line");
  add_connection_options(app, options->connection);
  return [options] { return run(*options); };
}

}  // namespace zimmock::cli
