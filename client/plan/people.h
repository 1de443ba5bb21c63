#pragma once

// Who of a source becomes which ZIM user, by --users.

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "client/formats/format.h"
#include "contracts/api/operations/user_register.h"

namespace zimmock::client {

struct MappedPerson {
  std::string source_id;
  std::string user_id;
};

// A ZIM user that several people become: their conversations become one.
struct MergedUser {
  std::string user_id;
  std::vector<std::string> source_ids;  // two or more
};

// All by id, ascending.
struct People {
  std::uint64_t in_source = 0;       // sender or receiver of any record, broken ones too
  std::vector<MappedPerson> mapped;  // people of the source who get another id
  std::vector<MergedUser> merged;    // see PeopleLog
  std::vector<std::string> unknown;  // the map's ids that are nobody's in the source
  std::vector<std::string> known;    // people of the source that the map does not have
};

// Collects the people of a source. Keeps nothing without a map: nobody gets another id then.
class PeopleLog {
 public:
  explicit PeopleLog(const UserMap& users) : users_(users) {}

  void add(const SourceRecord& record);

  // Merged are two ids of the map with one target, in the source or not: a map may serve many
  // sources. So are an id of the map that is in the source, and a person of the source who keeps
  // the id that it becomes.
  People take() const;

 private:
  const UserMap& users_;
  std::unordered_map<std::string, bool> seen_;  // source id: it is in the map
};

// The names and avatars that users are registered with.
struct KnownNames {
  std::map<std::string, RegisterUser, std::less<>> users;  // by ZIM user id
  std::uint64_t named = 0;
  std::uint64_t with_avatar = 0;
  // Left out, by kind in a few plural words: "names over 256 bytes".
  std::map<std::string, std::uint64_t, std::less<>> left_out;
};

// Of the users given, what the source knows. Where several people become one user, the first by id
// counts, but the one whose id the user has counts before all others.
KnownNames names_of(const SourceFacts& facts, const UserMap& map,
                    const std::vector<std::string>& users);

// The id of the source that the unknown one was perhaps meant to be, or "". Its time grows with the
// people of the source.
std::string meant(const People& people, const std::string& unknown);

}  // namespace zimmock::client
