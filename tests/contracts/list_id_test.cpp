#include "contracts/api/list_id.h"

#include <set>
#include <string>

#include "tests/support/catch.h"

namespace zimmock::test {

TEST_CASE("a list is told apart by kind, owner and peer, and no two share a key") {
  const ListId lists[] = {ListId::of_user("a", "b"), ListId::of_user("b", "a"),
                          ListId::of_user("ab", ""), ListId::of_user("", "ab"),
                          ListId::of_user("a", "g"), ListId::of_group("g")};
  std::set<std::string> keys;
  std::set<ListId> distinct;
  for (const ListId& list : lists) {
    keys.insert(list.key());
    distinct.insert(list);
    CHECK(ListIdHash{}(list) == ListIdHash{}(ListId(list)));
  }
  CHECK(keys.size() == 6);
  CHECK(distinct.size() == 6);
}

TEST_CASE("a list's mirror is the peer's, and a group has one list") {
  CHECK(ListId::of_user("a", "b").mirrored() == ListId::of_user("b", "a"));
  CHECK(ListId::of_group("g").mirrored() == ListId::of_group("g"));
}

TEST_CASE("a list is named with quoted ids") {
  CHECK(ListId::of_user("a\"", "b").text() == R"(list of "a\"" with "b")");
  CHECK(ListId::of_group("g").text() == R"(list of group "g")");
}

}  // namespace zimmock::test
