#include "client/plan/people.h"

#include "tests/client/support.h"

namespace zimmock::test {
namespace {

client::People people_of(const client::UserMap& users, std::initializer_list<const char*> seen) {
  client::PeopleLog log(users);
  for (const char* id : seen) {
    client::SourceRecord record;
    record.source_users = {id, "me"};
    log.add(record);
  }
  return log.take();
}

// "x1: bb cc" for each merged user.
std::vector<std::string> merged(const client::UserMap& users,
                                std::initializer_list<const char*> seen) {
  std::vector<std::string> out;
  for (const client::MergedUser& one : people_of(users, seen).merged)
    out.push_back(fmt::format("{}: {}", one.user_id, fmt::join(one.source_ids, " ")));
  return out;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("people who become one are found, whoever of them is in the source") {
  CHECK(merged({{"bb", "x1"}, {"cc", "x1"}}, {"bb", "cc"}) == Texts{"x1: bb cc"});
  CHECK(merged({{"bb", "x1"}, {"cc", "x1"}}, {"bb"}) == Texts{"x1: bb cc"});
  CHECK(merged({{"bb", "x1"}, {"cc", "x1"}}, {}) == Texts{"x1: bb cc"});
  CHECK(merged({{"bb", "cc"}}, {"bb", "cc"}) == Texts{"cc: bb cc"});
  CHECK(merged({{"bb", "me"}}, {"bb"}) == Texts{"me: bb me"});
  CHECK(merged({{"a", "x"}, {"b", "x"}, {"c", "y"}, {"d", "y"}}, {"a"}) ==
        Texts{"x: a b", "y: c d"});
}

TEST_CASE("people who stay apart") {
  CHECK(merged({}, {"bb", "cc"}).empty());
  CHECK(merged({{"bb", "x1"}, {"cc", "x2"}}, {"bb", "cc"}).empty());
  CHECK(merged({{"bb", "cc"}, {"cc", "bb"}}, {"bb", "cc"}).empty());
  CHECK(merged({{"bb", "bb"}}, {"bb", "cc"}).empty());
  CHECK(merged({{"bb", "cc"}}, {"bb"}).empty());
  // A typing mistake in the map is told of as that.
  CHECK(merged({{"nobody", "bb"}}, {"bb"}).empty());
}

TEST_CASE("who becomes whom, and which ids of the map are nobody's") {
  const client::People people =
      people_of({{"bb", "x1"}, {"cc", "cc"}, {"ddd", "x2"}, {"zzzzzz", "x3"}}, {"bb", "cc", "dd"});
  CHECK(people.in_source == 4);
  REQUIRE(people.mapped.size() == 1);
  CHECK(people.mapped[0].source_id == "bb");
  CHECK(people.mapped[0].user_id == "x1");
  CHECK(people.unknown == Texts{"ddd", "zzzzzz"});
  CHECK(client::meant(people, "ddd") == "dd");
  CHECK(client::meant(people, "zzzzzz").empty());
}

TEST_CASE("users get the names that the source knows, each its own") {
  client::SourceFacts facts;
  facts.entities.users = {
      {"a1", {"First", ""}}, {"a2", {"Second", "https://x/2"}}, {"ann", {"Ann", ""}}};
  const auto name_of = [&](const client::UserMap& map, const char* user) {
    const client::KnownNames names = client::names_of(facts, map, {user});
    return names.users.contains(user)
               ? names.users.at(user).user_name + " " + names.users.at(user).user_avatar
               : "none";
  };
  CHECK(name_of({}, "ann") == "Ann ");
  CHECK(name_of({}, "bob") == "none");
  CHECK(name_of({{"a1", "u"}, {"a2", "u"}}, "u") == "First https://x/2");
  CHECK(name_of({{"a1", "ann"}}, "ann") == "Ann ");
  CHECK(name_of({{"ann", "b"}, {"a1", "ann"}}, "ann") == "First ");
  CHECK(name_of({{"a1", "u"}}, "a1") == "none");
}

TEST_CASE("a name or an avatar that does not fit is left out and counted") {
  client::SourceFacts facts;
  facts.entities.users = {{"a", {std::string(256, 'x'), "https://x/" + std::string(490, 'x')}},
                          {"b", {std::string(257, 'x'), "https://x/" + std::string(491, 'x')}},
                          {"c", {"", "a/path.png"}}};
  const client::KnownNames names = client::names_of(facts, {}, {"a", "b", "c"});
  CHECK(names.named == 1);
  CHECK(names.with_avatar == 1);
  CHECK(names.users.size() == 1);
  CHECK(names.left_out.size() == 3);
  for (const auto& [kind, count] : names.left_out) CHECK(count == 1);
}

}  // namespace zimmock::test
