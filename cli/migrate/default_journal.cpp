#include "cli/migrate/default_journal.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include <fmt/format.h>

#include "client/api/curl_endpoint.h"
#include "client/journal/sqlite_journal.h"
#include "contracts/api/text.h"

namespace zimmock::cli {
namespace {

// An empty file, which a run that ended at once leaves, is of none.
Result<bool> is_of(const std::string& journal, const std::string& service, std::uint32_t app_id) {
  std::error_code ignored;
  if (std::filesystem::file_size(journal, ignored) == 0) return false;
  const auto opened = client::SqliteJournal::open_to_read(journal);
  if (!opened) return tl::unexpected(opened.error());
  const auto told = (*opened)->fingerprint();
  if (!told) return tl::unexpected(told.error());
  std::map<std::string, std::string> was(told->begin(), told->end());
  const auto endpoint = client::parse_endpoint(was["endpoint"]);
  return endpoint && endpoint->service == service && was["app"] == std::to_string(app_id);
}

// A host as part of a file's name: without the colons and brackets of IPv6.
std::string in_name(std::string host) {
  std::replace_if(
      host.begin(), host.end(), [](char c) { return c == ':' || c == '[' || c == ']'; }, '-');
  return host;
}

}  // namespace

Result<DefaultJournal> default_journal(const std::string& file, const client::Shard& shard,
                                       const std::string& service, std::uint32_t app_id,
                                       bool look) {
  const std::string end =
      (shard.of > 1 ? fmt::format(".{}-of-{}", shard.number, shard.of) : "") + ".journal";
  const std::string before = file + end;
  DefaultJournal out{fmt::format("{}.{}.{}{}", file, in_name(service), app_id, end), ""};
  std::error_code ignored;
  if (!look || std::filesystem::exists(out.file, ignored) ||
      !std::filesystem::is_regular_file(before, ignored))
    return out;
  const auto same = is_of(before, service, app_id);
  if (!same) {
    return fail(same.error().kind, same.error().message + "; --journal FILE names another journal");
  }
  if (!*same) return out;
  out.note = fmt::format("the journal is {}, the name of earlier releases; a new one would be {}",
                         quote(before), quote(out.file));
  out.file = before;
  return out;
}

}  // namespace zimmock::cli
