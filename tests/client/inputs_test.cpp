// What a command line names as inputs, several of them as one source, and ids for people whose own
// are none of ZIM's.

#include "client/plan/inputs.h"

#include "client/plan/proposed_ids.h"
#include "contracts/api/user_id.h"
#include "tests/client/support.h"

namespace zimmock::test {
namespace {

namespace fs = std::filesystem;

std::string little_endian(std::uint64_t value, std::size_t bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes; ++i) out += static_cast<char>((value >> (8 * i)) & 0xFF);
  return out;
}

std::uint32_t crc_of(std::string_view text) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const char c : text) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320U : 0U);
  }
  return ~crc;
}

// A .zip whose files are not compressed.
std::string zip_of(const std::vector<std::pair<std::string, std::string>>& files) {
  std::string out, index;
  for (const auto& [name, text] : files) {
    const std::string sizes = little_endian(crc_of(text), 4) + little_endian(text.size(), 4) +
                              little_endian(text.size(), 4) + little_endian(name.size(), 2);
    const std::string flags(8, '\0');  // flags, method 0, time, date
    index += "PK\x01\x02" + little_endian(20, 2) + little_endian(20, 2) + flags + sizes +
             std::string(12, '\0') + little_endian(out.size(), 4) + name;
    out += "PK\x03\x04" + little_endian(20, 2) + flags + sizes + little_endian(0, 2) + name + text;
  }
  const std::string count = little_endian(files.size(), 2);
  return out + index + "PK\x05\x06" + little_endian(0, 4) + count + count +
         little_endian(index.size(), 4) + little_endian(out.size(), 4) + little_endian(0, 2);
}

std::vector<std::string> names_of(const client::Inputs& inputs, const fs::path& folder) {
  std::vector<std::string> out;
  for (const client::InputFile& input : inputs.files)
    out.push_back(fs::path(input.name).lexically_relative(folder).string());
  return out;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("ids of other services become ids that ZIM takes, each person's own") {
  const std::set<std::string> people{"ann",
                                     "0b7d6a1e-5c52-4f0e-9c07-1d2f3a4b5c6d",
                                     "Frieda M\xC3\xBCller",
                                     "\xE5\xB0\x8F\xE6\x98\x8E",
                                     "mona.lisa.of.the.louvre@example.com",
                                     "mona.lisa.of.the.louvre@example.org",
                                     "a/b",
                                     "a'b"};
  const client::UserMap ids = client::propose_user_ids(people, {});
  std::set<std::string> different;
  for (const std::string& id : people) {
    CAPTURE(id);
    REQUIRE(ids.contains(id));
    CHECK_FALSE(check_user_id(ids.at(id), ""));
    CHECK(different.insert(ids.at(id)).second);
    CHECK(client::propose_user_ids({id}, {}).at(id) == ids.at(id));
  }
  CHECK(ids.at("ann") == "ann");
  CHECK(ids.at("0b7d6a1e-5c52-4f0e-9c07-1d2f3a4b5c6d") == "0b7d6a1e5c524f0e9c071d2f3a4b5c6d");
  CHECK(ids.at("Frieda M\xC3\xBCller").starts_with("Frieda_M_ller-"));
  CHECK(ids.at("\xE5\xB0\x8F\xE6\x98\x8E").starts_with("user-"));
}

TEST_CASE("an id that is somebody's is nobody else's") {
  const std::string uuid = "0b7d6a1e-5c52-4f0e-9c07-1d2f3a4b5c6d";
  const std::string bare = "0b7d6a1e5c524f0e9c071d2f3a4b5c6d";
  const client::UserMap both = client::propose_user_ids({uuid, bare}, {});
  CHECK(both.at(bare) == bare);
  CHECK(both.at(uuid) != bare);
  const client::UserMap decided =
      client::propose_user_ids({"ann", "bob"}, {{"bob", "ann"}, {"elsewhere", "x"}});
  CHECK(decided.at("bob") == "ann");
  CHECK(decided.at("ann") != "ann");
  CHECK_FALSE(decided.contains("elsewhere"));
}

TEST_CASE("a folder and an archive are searched, and what was unpacked goes away") {
  const TempFolder folder;
  const std::string one = record_line("1", kNow - 5);
  folder.write("in/a.jsonl", one);
  folder.write("in/b/notes.txt", "milk\n");
  folder.write("in/c.zip", zip_of({{"x/two.jsonl", record_line("2", kNow - 4)}, {"x/y.jpg", "?"}}));
  const std::string named = (folder.path() / "in").string();
  fs::path unpacked;
  {
    const auto inputs = client::find_inputs(std::span(&named, 1), nullptr, folder.path());
    REQUIRE(inputs);
    CHECK(names_of(*inputs, named) == Texts{"a.jsonl", "c.zip/x/two.jsonl"});
    CHECK(inputs->no_chats.size() == 2);
    CHECK_FALSE(inputs->is_single);
    unpacked = inputs->unpacked.at(0).path();
    CHECK(fs::exists(unpacked));
    const auto source = client::open_inputs(*inputs, {.profile = default_profile()});
    REQUIRE(source);
    const auto first = (*source)->next(), second = (*source)->next();
    REQUIRE((first && *first && second && *second));
    CHECK((**first).pointer == named + "/a.jsonl");
    CHECK((**second).id == "2");
    const auto again = (*source)->read_at((**second).place);
    REQUIRE(again);
    CHECK(again->pointer == named + "/c.zip/x/two.jsonl");
    CHECK((*source)->input_of((**second).place) == 1);
  }
  CHECK_FALSE(fs::exists(unpacked));
}

TEST_CASE("an archive is unpacked up to a limit, and nothing is left of one that is over it") {
  const TempFolder folder, target;
  const fs::path zip =
      folder.write("a.zip", zip_of({{"1.txt", "0123456789"}, {"2.json", "0123456789"}}));
  CHECK(client::is_zip(zip));
  CHECK(client::unpack_zip(zip, target.path(), {20, 2}));
  const auto bytes = client::unpack_zip(zip, target.path(), {19, 2});
  REQUIRE_FALSE(bytes);
  CHECK(bytes.error().message.find("at most 19 bytes") != std::string::npos);
  const auto entries = client::unpack_zip(zip, target.path(), {20, 1});
  REQUIRE_FALSE(entries);
  CHECK(entries.error().message.find("at most 1 files") != std::string::npos);
  CHECK(fs::is_empty(target.path()));
}

}  // namespace zimmock::test
