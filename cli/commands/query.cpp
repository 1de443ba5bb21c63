#include <cstdio>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/connection_options.h"
#include "cli/message_text.h"
#include "cli/output.h"
#include "client/api/list_pager.h"
#include "contracts/api/http.h"
#include "contracts/api/json_text.h"
#include "contracts/api/message_body.h"

namespace zimmock::cli {
namespace {

struct QueryOptions {
  ConnectionOptions connection;
  std::string viewer;
  std::string peer;
  std::int64_t limit = kMaxQueryLimit;
  std::int64_t next = 0;
  bool all = false;
  bool with_empty = false;
  bool as_json = false;
};

std::string content(const client::QueryItem& item) {
  if (item.is_empty == 1) return "(deleted or expired)";
  if (item.is_empty == 2) return "(recalled)";
  if (!is_media(item.msg_type)) return one_line(item.msg_body);
  return one_line(url_decode(item.msg_body));
}

void print_item(const client::QueryItem& item, bool as_json) {
  if (as_json) {
    print_json(json_line(item.raw));
  } else {
    print_text("{}  {}\n", item_columns(item), content(item));
  }
}

int run(const QueryOptions& options) {
  const auto connection = resolve_connection(options.connection);
  if (!connection) return complain_error(connection.error());
  const auto session = ReadSession::open(*connection);
  if (!session) return complain_error(session.error());
  client::ZimApi& api = (*session)->api();
  QueryPeerMsg request{ListId::of_user(options.viewer, options.peer), options.limit, options.next,
                       options.with_empty};
  client::ListPager pager;
  while (true) {
    auto answer =
        client::call_patiently((*session)->site(), [&] { return api.query_peer_msg(request); });
    if (!answer) return kInterrupted;
    if (!*answer) return complain_error(answer->error());
    if (!(*answer)->status.ok()) return complain_status("QueryPeerMsg", (*answer)->status);
    client::QueryAnswer& page = (*answer)->value;
    const auto next = pager.after(page);
    for (const client::QueryItem& item : page.items) print_item(item, options.as_json);
    if (!next) return complain_error(next.error());
    if (!*next) {
      note_repeated(pager.repeated());
      return kOk;
    }
    if (!options.all) {
      tell_line("zimmock: there is more: --next {} or --all", **next);
      return kOk;
    }
    request.next = **next;
  }
}

}  // namespace

Run setup_query(CLI::App& app) {
  auto options = std::make_shared<QueryOptions>();
  app.add_option("--as", options->viewer, "Whose list (FromUserId)")->required();
  app.add_option("--peer", options->peer, "The other user of the conversation (ToUserId)")
      ->required();
  app.add_option("--limit", options->limit, "Messages per page, at most 100")
      ->capture_default_str();
  app.add_option("--next", options->next, "The Next of the page before");
  app.add_flag("--all", options->all, "All pages");
  app.add_flag("--with-empty", options->with_empty, "Include deleted and recalled messages");
  app.add_flag("--json", options->as_json, "The entries as answered, one JSON object a line");
  add_connection_options(app, options->connection);
  return [options] { return run(*options); };
}

}  // namespace zimmock::cli
