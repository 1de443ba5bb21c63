#include "client/api/url_changes.h"

#include "tests/client/support.h"

namespace zimmock::test {
namespace {

// "HOST|PATH|TO" or "".
std::string move(std::string_view sent, std::string_view got) {
  const auto move = client::url_move(sent, got);
  return move ? move->host + "|" + move->path + "|" + move->to : "";
}

BodyComparison body(std::vector<ReturnedUrl> urls) { return {{}, std::move(urls), {}}; }

}  // namespace

TEST_CASE("a URL moves if whole segments of its path follow another beginning") {
  CHECK(move("https://m/1.png", "https://cdn/1.png") == "https://m||https://cdn");
  CHECK(move("https://m/1.png", "https://m/zim/1.png") == "https://m||https://m/zim");
  CHECK(move("https://m/zim/1.png", "https://c/zim/zim/1.png") == "https://m||https://c/zim");
  CHECK(move("https://m/files/1.png", "http://c/1.png") == "https://m|/files|http://c");
  CHECK(move("https://m/1.png?a=1", "https://c/1.png?a=1") == "https://m||https://c");
  CHECK(move("https://m/1.png", "https://m/1.png") == "");
  CHECK(move("https://m/1.png", "https://m/2.png") == "");
  CHECK(move("https://m/1.png", "https://c/x1.png") == "");
  CHECK(move("https://m/1.png", "https://c/1.png?sig=1") == "");
  CHECK(move("https://m/", "https://c/") == "");
  CHECK(move("https://m", "https://c") == "");
  CHECK(move("https://m/1.png", "/1.png") == "https://m||");
  CHECK(move("https://m/1.png", "") == "");
}

TEST_CASE("the URLs of a run changed in one way if every one did") {
  const ReturnedUrl same{"/download_url", "https://m/0", "https://m/0"};
  const ReturnedUrl one{"/download_url", "https://m/1", "https://c/1"};
  const ReturnedUrl other_host{"/download_url", "https://n/2", "https://c/2"};
  const ReturnedUrl other_way{"/download_url", "https://m/3", "https://d/3"};
  const ReturnedUrl other{"/download_url", "https://m/4", "https://c/5"};
  const auto one_way = [](const std::vector<std::vector<ReturnedUrl>>& lists) {
    client::UrlChanges all;
    for (const auto& urls : lists) {
      client::UrlChanges list;
      list.add(body(urls));
      all.add(list);
    }
    return all.one_way() ? all.one_way()->to : "";
  };
  CHECK(one_way({}) == "");
  CHECK(one_way({{same}}) == "");
  CHECK(one_way({{one, other_host}, {}, {one}}) == "https://c");
  CHECK(one_way({{one, same}}) == "");
  CHECK(one_way({{same}, {one}}) == "");
  CHECK(one_way({{one}, {same}}) == "");
  CHECK(one_way({{one}, {other_way}}) == "");
  CHECK(one_way({{one, other_way}}) == "");
  CHECK(one_way({{one}, {other}}) == "");
  CHECK(client::urls_moved_at_most(body({same, one})));
  CHECK_FALSE(client::urls_moved_at_most(body({one, other})));
}

}  // namespace zimmock::test
