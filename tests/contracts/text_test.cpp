#include "contracts/api/text.h"

#include "tests/support/catch.h"

using namespace zimmock;

TEST_CASE("quote escapes what is not printable") {
  CHECK(quote("plain") == "\"plain\"");
  CHECK(quote("a\"b\\c") == "\"a\\\"b\\\\c\"");
  CHECK(quote("a\nb\tc\r") == "\"a\\nb\\tc\\r\"");
  CHECK(quote("\x01") == "\"\\u{1}\"");
  CHECK(quote("M\u00FCller \uFF0C \U0001F642") == "\"M\u00FCller \uFF0C \U0001F642\"");
  CHECK(quote("\xFF") == "\"\\xFF\"");
}

TEST_CASE("controls, marks of direction, separators and noncharacters are not printable") {
  for (const std::int32_t point :
       {0x00,   0x1B,   0x1F,   0x7F,   0x80,   0x9B,    0x9F,    0xAD,    0x61C,   0x180E,
        0x200B, 0x200E, 0x200F, 0x2028, 0x2029, 0x202A,  0x202E,  0x2060,  0x2066,  0x2069,
        0xFDD0, 0xFEFF, 0xFFF9, 0xFFFE, 0xFFFF, 0x1D173, 0x1FFFE, 0xE0001, 0xE007F, 0x10FFFF}) {
    CAPTURE(point);
    CHECK_FALSE(is_printable(point));
  }
  for (const std::int32_t point : {0x20, 0x7E, 0xA0, 0xE4, 0x301, 0x627, 0x5D0, 0x2010, 0x2027,
                                   0x202F, 0x2070, 0x4E2D, 0xFDF0, 0xFFFD, 0x1F642, 0x10FFFD}) {
    CAPTURE(point);
    CHECK(is_printable(point));
  }
}

TEST_CASE("a line for people keeps letters, one for a header is ASCII") {
  const std::string_view text = "M\u00FCller\n\u202E\x1B[2J\xFF \"\\";
  CHECK(printable_line(text) == "M\u00FCller\\n\\u{202E}\\u{1B}[2J\\xFF \"\\");
  CHECK(ascii_line(text) == "M\\u{FC}ller\\n\\u{202E}\\u{1B}[2J\\xFF \"\\");
}

TEST_CASE("quote cuts long text between characters and names its length") {
  CHECK(quote("abcdef", 3) == "\"abc...\" (6 bytes)");
  CHECK(quote("ab\xE2\x82\xAC", 3) == "\"ab...\" (5 bytes)");
}

TEST_CASE("a name is suggested only when it is near") {
  const std::vector<std::string_view> names{"ImportPeerMsg", "QueryPeerMsg"};
  CHECK(nearest("ImportPeerMsgs", names) == "ImportPeerMsg");
  CHECK(nearest("importpeermsg", names) == "ImportPeerMsg");
  CHECK(nearest("Delete", names).empty());
  CHECK(nearest("rulse", {"rules", "codes"}) == "rules");
  CHECK(nearest("--skd", {"--sdk", "--as"}) == "--sdk");
  CHECK(nearest(std::string(100'000, 'x'), names).empty());
  CHECK(did_you_mean("QueryPeerMessage", names) == "; did you mean QueryPeerMsg?");
}

TEST_CASE("UTF-8 is judged as the standard has it") {
  CHECK(is_utf8("a\xC3\xA9\xE4\xBD\xA0\xF0\x9F\x99\x82"));
  CHECK_FALSE(is_utf8("\xC0\x80"));          // overlong
  CHECK_FALSE(is_utf8("\xED\xA0\x80"));      // surrogate
  CHECK_FALSE(is_utf8("\xF4\x90\x80\x80"));  // above U+10FFFF
  CHECK_FALSE(is_utf8("\xE2\x82"));          // cut
}

TEST_CASE("times are read and written in ISO 8601") {
  CHECK(iso_time(1615186943000) == "2021-03-08T07:02:23.000Z");
  CHECK(iso_time(0) == "1970-01-01T00:00:00.000Z");
  CHECK(parse_iso_time("2021-03-08T07:02:23Z") == 1615186943000);
  CHECK(parse_iso_time("2021-03-08T15:02:23.5+08:00") == 1615186943500);
  CHECK(parse_iso_time("2021-03-08T07:02") == 1615186920000);
  CHECK(parse_iso_time("2021-03-08") == 1615161600000);
  for (const char* bad : {"", "2021", "2021-13-01", "2021-02-30", "2021-03-08T25:00Z",
                          "2021-03-08T07:02:23X", "2021-03-08T07:02:23.1234Z", "08.03.2021"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_iso_time(bad));
  }
}

TEST_CASE("durations have units and a sign") {
  CHECK(parse_duration_ms("250ms") == 250);
  CHECK(parse_duration_ms("90s") == 90'000);
  CHECK(parse_duration_ms("+90") == 90'000);
  CHECK(parse_duration_ms("-10m") == -600'000);
  CHECK(parse_duration_ms("3h") == 10'800'000);
  CHECK(parse_duration_ms("2d") == 172'800'000);
  for (const char* bad : {"", "s", "1y", "--1s", "1 s", "9223372036854775807d", "1.5h"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_duration_ms(bad));
  }
}

TEST_CASE("integers are decimal and nothing else") {
  CHECK(parse_int64("-9223372036854775808") == std::numeric_limits<std::int64_t>::min());
  for (const char* bad : {"", " 1", "1 ", "+1", "0x1", "1.0", "9223372036854775808"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_int64(bad));
  }
}
