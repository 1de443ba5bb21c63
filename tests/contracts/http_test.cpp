#include "contracts/api/http.h"

#include "tests/support/catch.h"

using namespace zimmock;
using Pairs = std::vector<std::pair<std::string, std::string>>;

TEST_CASE("a query is split and decoded, in order, duplicates and all") {
  CHECK(query_parameters("/?Action=A&AppId=1&Action=B#f") ==
        Pairs{{"Action", "A"}, {"AppId", "1"}, {"Action", "B"}});
  CHECK(query_parameters("/?a=%E4%BD%A0+b%2Bc&d&=e&&f=g=h") ==
        Pairs{{"a", "\xE4\xBD\xA0 b+c"}, {"d", ""}, {"", "e"}, {"f", "g=h"}});
  CHECK(query_parameters("/").empty());
  CHECK(query_parameters("/?").empty());
}

TEST_CASE("broken percent escapes are kept as they are") {
  CHECK(url_decode("%zz%4") == "%zz%4");
  CHECK(url_decode("%") == "%");
}

TEST_CASE("encoding is undone by decoding, for every byte") {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  CHECK(url_decode(url_encode(all)) == all);
  CHECK(url_encode("a b+c/\xC3\xA9~") == "a%20b%2Bc%2F%C3%A9~");
}

TEST_CASE("header names have no case") {
  const Headers headers{{"content-type", "a"}, {"Content-Type", "b"}};
  CHECK(header(headers, "Content-Type") == "a");
  CHECK(header(headers, "X").empty());
}
