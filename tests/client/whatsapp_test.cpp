#include "client/formats/whatsapp_dates.h"
#include "client/formats/whatsapp_line.h"
#include "client/formats/whatsapp_text.h"
#include "contracts/api/text.h"
#include "tests/client/support.h"

namespace zimmock::test {
namespace {

using Catch::Matchers::Contains;

client::FormatOptions whatsapp_options() {
  client::FormatOptions out{.profile = default_profile()};
  out.users = {{"Alice", "alice"}, {"Bob", "bob"}};
  out.time_zone = "UTC";
  return out;
}

Result<std::unique_ptr<client::SourceReader>> open(const TempFile& file,
                                                   const client::FormatOptions& with) {
  return client::find_format("whatsapp")->open(file.path(), with);
}

// "from>to time text" or "bad" for each record.
std::string read(const std::string& text, const client::FormatOptions& with = whatsapp_options()) {
  const TempFile file(text);
  auto source = open(file, with);
  if (!source) return source.error().message.substr(file.path().string().size());
  std::string out;
  while (true) {
    const auto record = (*source)->next();
    REQUIRE(record);
    if (!*record) break;
    const auto& message = (*record)->message;
    out += (*record)->ok() ? fmt::format("{}>{} {} {}\n", message.from_user_id, message.to_user_id,
                                         iso_time(message.send_time_ms), message.content.body)
                           : "bad\n";
  }
  for (const auto& [kind, count] : (*source)->facts().skipped)
    out += fmt::format("{} {}\n", count, kind);
  return out;
}

// One message for each date, without times that differ.
std::string chat(std::initializer_list<const char*> dates) {
  std::string out;
  for (const char* date : dates) out += fmt::format("{}, 15:35 - Alice: x\n", date);
  return out + fmt::format("{}, 15:36 - Bob: y", *(dates.end() - 1));
}

std::string stamp(std::string_view line) {
  const auto found = client::read_whatsapp_line(line);
  if (!found) return "none";
  return fmt::format("{} {:02}:{:02}:{:02} {}", fmt::join(found->date, " "), found->hour,
                     found->minute, found->second, found->rest);
}

}  // namespace

TEST_CASE("a NUL byte cuts no message off: it is bad") {
  using namespace std::string_literals;
  CHECK(read("30.07.26, 12:03 - Alice: one\n30.07.26, 12:04 - Bob: two \0 three\n"
             "30.07.26, 12:05 - Alice: four\n30.07.26, 12:06 - \0\n"s) ==
        "alice>bob 2026-07-30T12:03:00.000Z one\nbad\n"
        "alice>bob 2026-07-30T12:05:00.000Z four\nbad\n");
}

TEST_CASE("how phones write the beginning of a message") {
  struct Row {
    const char* line;
    const char* read;
  };
  for (const Row& row : {
           Row{"[14/10/2021, 3:34:09 PM] A: b", "14 10 2021 15:34:09 A: b"},
           {"[14/10/2021, 12:34:09 AM] A: b", "14 10 2021 00:34:09 A: b"},
           {"[14/10/2021, 12:34:09 pm] A: b", "14 10 2021 12:34:09 A: b"},
           {"\xE2\x80\x8E[14.10.21, 15:34:09] A: b", "14 10 21 15:34:09 A: b"},
           {"[2021-10-14, 15:34:09] A: b", "2021 10 14 15:34:09 A: b"},
           {"[12.3.2022 klo 14.08.18] A: b", "12 3 2022 14:08:18 A: b"},
           {"[14.10.21 15:34:09] A: b", "14 10 21 15:34:09 A: b"},
           {"14/10/21, 15:35 - A: b", "14 10 21 15:35:00 A: b"},
           {"14/10/21 15:35 - A: b", "14 10 21 15:35:00 A: b"},
           {"14.10.21, 15:35 - A: b", "14 10 21 15:35:00 A: b"},
           {"14/10/21, 15.35 - A: b", "14 10 21 15:35:00 A: b"},
           {"10/14/21, 3:35\xE2\x80\xAFPM - A: b", "10 14 21 15:35:00 A: b"},
           {"14/10/21, 3:35 p. m. - A: b", "14 10 21 15:35:00 A: b"},
           {"14/10/21, 3:35 p.\xC2\xA0m. - A: b", "14 10 21 15:35:00 A: b"},
           {"14/10/21, 3:35 a.m. - A: b", "14 10 21 03:35:00 A: b"},
           {"2021/10/14 下午3:35 - A: b", "2021 10 14 15:35:00 A: b"},
           {"2021. 10. 14. 오후 3:35 - A: b", "2021 10 14 15:35:00 A: b"},
           {"2021. 10. 14. 15:35 - A: b", "2021 10 14 15:35:00 A: b"},
           {"\xE2\x80\x8F١٤/١٠/٢٠٢١, ٣:٣٥ م - A: b", "14 10 2021 15:35:00 A: b"},
           {"14/10/21, 15:35 -  A", "14 10 21 15:35:00  A"},
           {"14/10/21, 15:35 -", "14 10 21 15:35:00 "},
           {"[١٤/١٠/٢٠٢١، ٣:٣٤:٠٩ م] A: b", "14 10 2021 15:34:09 A: b"},
           {"02.05.18 à 18:00 - A: b", "2 5 18 18:00:00 A: b"},
           {"2.5.2018 kl. 18.00 - A: b", "2 5 2018 18:00:00 A: b"},
           {"2/5/18, a las 6:00 p. m. - A: b", "2 5 18 18:00:00 A: b"},
           {"02/05/18 \xE2\x80\x93 A", "none"},
           {"02/05/18, 18:00 \xE2\x80\x93 A: b", "2 5 18 18:00:00 A: b"},
           {"【2018/5/2 18:00:00】 A: b", "2018 5 2 18:00:00 A: b"},
           {"(2/5/18, 18:00) A: b", "2 5 18 18:00:00 A: b"},
           {"14/10/21 15:34:09: A: b", "14 10 21 15:34:09 A: b"},
           {"[15:34, 14/10/2021] A: b", "14 10 2021 15:34:00 A: b"},
           {"14/10/21, 3:35 xm - A: b", "14 10 21 -1:35:00 A: b"},
           {"2024/1/16 什麼1:00 - A: b", "2024 1 16 -1:00:00 A: b"},
       }) {
    CAPTURE(row.line);
    CHECK(stamp(row.line) == row.read);
  }
  for (const char* line : {"",
                           "[",
                           "hello",
                           "14/10/21",
                           "14/10/21,",
                           "14/10/21, ",
                           "14/10/21, 15",
                           "14/10/21, 15:3",
                           "14/10/21, 15:35",
                           "[14/10/21, 15:35:09",
                           "14/10/21, 15:35: A: b",
                           "14/10-21, 15:35 - A",
                           "141/10/21, 15:35 - A",
                           "14/10/21115:35 - A",
                           "14/2021/10, 15:35 - A",
                           "14/10/21, 15:35 of all\\n",
                           "14/10/21, lunch, 3:35 - A",
                           "\xE2\x80",
                           "14/10/21, 15:35 \xFF- A",
                           "99999999999999999999/1/1, 15:35 - A"}) {
    CAPTURE(line);
    CHECK(stamp(line) == "none");
  }
  CHECK(client::plain_name("\xE2\x80\xAA+49\xC2\xA0"
                           "151\xE2\x80\xAC ") == "+49 151");
}

TEST_CASE("the order of day and month") {
  CHECK_THAT(read(chat({"13/2/24", "1/3/24"})), Contains("2024-02-13") && Contains("2024-03-01"));
  CHECK_THAT(read(chat({"2/13/24", "3/1/24"})), Contains("2024-02-13") && Contains("2024-03-01"));
  CHECK_THAT(read(chat({"2024/02/13"})), Contains("2024-02-13"));
  CHECK_THAT(read(chat({"3/3/24", "4/4/24"})), Contains("2024-03-03") && Contains("2024-04-04"));
  // A month that goes back tells it too.
  CHECK_THAT(read(chat({"1/5/24", "1/9/24", "2/3/24"})), Contains("2024-01-05"));
  CHECK_THAT(read(chat({"5/1/24", "9/1/24", "3/2/24"})), Contains("2024-01-05"));

  CHECK(read(chat({"3/3/24", "3/4/24", "3/5/24"})) ==
        ": line 2: \"3/4/24, 15:35\" can be read in several ways: give --date-order dmy or mdy");
  CHECK_THAT(read(chat({"3/4/24", "1/2/24"})), Contains("give --date-order dmy or mdy"));
  CHECK_THAT(read(chat({"21/10/14", "21/11/2"})), Contains("give --date-order dmy, mdy or ymd"));
  CHECK_THAT(read(chat({"13/1/24", "1/13/24"})),
             Contains("expected days and months in one order, got \"1/13/24, 15:35\" (line 2)"));

  client::FormatOptions with = whatsapp_options();
  with.date_order = client::DateOrder::kMonthFirst;
  CHECK_THAT(read(chat({"3/4/24"}), with), Contains("2024-03-04"));
  with.date_order = client::DateOrder::kDayFirst;
  CHECK_THAT(read(chat({"3/4/24"}), with), Contains("2024-04-03"));
  // One that the dates disprove would move messages by months.
  CHECK(read(chat({"3/13/24"}), with) ==
        ": line 1: --date-order dmy: \"3/13/24, 15:35\" is no such date, and all are dates in the "
        "order mdy: correct it, or leave it away");
  CHECK_THAT(read(chat({"2024/02/03"}), with), Contains("line 1: --date-order dmy"));
  // Where no order fits all, it decides; what is no date in any order disproves none.
  CHECK(read(chat({"13/1/24", "1/13/24"}), with) ==
        "alice>bob 2024-01-13T15:35:00.000Z x\nbad\nbad\n");
  CHECK(read(chat({"3/1/24", "31/2/24", "4/1/24"}), with) ==
        "alice>bob 2024-01-03T15:35:00.000Z x\nbad\nalice>bob 2024-01-04T15:35:00.000Z x\n"
        "bob>alice 2024-01-04T15:36:00.000Z y\n");
  with.date_order = client::DateOrder::kYearFirst;
  CHECK_THAT(read(chat({"13/02/2024"}), with), Contains("--date-order ymd"));
  CHECK_THAT(read(chat({"21/10/14"}), with), Contains("2021-10-14"));
}

TEST_CASE("the halves and periods of a phone's day") {
  struct Row {
    const char* time;
    const char* read;
  };
  for (const Row& row : {
           Row{"12:05 AM", "00:05"},
           {"12:05 PM", "12:05"},
           {"0:05 PM", "12:05"},
           {"13:05 PM", "13:05"},
           {"凌晨1:00", "01:00"},
           {"清晨6:00", "06:00"},
           {"上午11:59", "11:59"},
           {"中午11:30", "11:30"},
           {"中午12:30", "12:30"},
           {"中午1:30", "13:30"},
           {"下午12:30", "12:30"},
           {"下午3:00", "15:00"},
           {"晚上8:00", "20:00"},
           {"晚上12:30", "00:30"},
           {"午夜12:00", "00:00"},
           {"午後0:05", "12:05"},
           {"夜11:00", "23:00"},
           {"오후 3:00", "15:00"},
           {"새벽 12:30", "00:30"},
           {"밤 11:00", "23:00"},
           {"밤 1:00", "01:00"},
           {"3:00 μ.μ.", "15:00"},
           {"ÖS 3:00", "15:00"},
           {"3:00 CH", "15:00"},
           {"3:00 ب.ظ.", "15:00"},
           {"8:00 de la noche", "20:00"},
           {"3:00 in the afternoon", "15:00"},
           {"रात 9:00", "21:00"},
           {"दोपहर 1:00", "13:00"},
       }) {
    CAPTURE(row.time);
    const std::string line = fmt::format("14/10/21, {} - A: b", row.time);
    const auto read = client::read_whatsapp_line(line);
    REQUIRE(read);
    CHECK(fmt::format("{:02}:{:02}", read->hour, read->minute) == row.read);
    CHECK(read->shape.half_days);
  }
}

TEST_CASE("the table of what WhatsApp writes") {
  const auto all = client::WhatsAppWords::of("");
  REQUIRE(all);
  CHECK(client::WhatsAppWords::languages().size() > 55);
  const std::string_view table = client::whatsapp_words_files()[0].text;
  std::string before, last_language;
  std::size_t rows = 0;
  for (std::size_t at = 0; at < table.size();) {
    const std::string line(table.substr(at, table.find('\n', at) - at));
    at += line.size() + 1;
    if (line.starts_with("#")) continue;
    CAPTURE(line);
    ++rows;
    const auto first = line.find('\t'), second = line.find('\t', first + 1);
    REQUIRE(second != std::string::npos);
    const std::string language = line.substr(0, first), words = line.substr(second + 1);
    const std::string kind = line.substr(first + 1, second - first - 1);
    const std::vector<std::string> kinds{"media",    "omitted", "document", "attached", "label",
                                         "deleted",  "edited",  "waiting",  "missed",   "call",
                                         "location", "poll",    "notice"};
    const auto found = std::find(kinds.begin(), kinds.end(), kind);
    REQUIRE(found != kinds.end());
    const auto word = static_cast<client::WhatsAppWord>(found - kinds.begin());
    CHECK(all->is(word, words + "."));
    CHECK(words == client::plain_name(words));
    CHECK(language >= last_language);
    if (language != last_language) CHECK(client::WhatsAppWords::of(language));
    last_language = language;
    CHECK((words.find('*') == std::string::npos || kind == "notice" || kind == "poll"));
  }
  CHECK(rows > 900);
  const auto german = client::WhatsAppWords::of("de");
  REQUIRE(german);
  CHECK(german->is(client::WhatsAppWord::kMedia, "Medien weggelassen"));
  CHECK_FALSE(german->is(client::WhatsAppWord::kMedia, "Media omitted"));
  CHECK(all->is(client::WhatsAppWord::kNotice,
                "Your security code with Bob changed. Tap to learn more."));
  CHECK_FALSE(all->is(client::WhatsAppWord::kNotice, "Your security code with Bob is the same"));
  const auto none = client::WhatsAppWords::of("xx");
  REQUIRE_FALSE(none);
  CHECK_THAT(none.error().message,
             Contains("--language: expected one of af, ar") && Contains("got \"xx\""));
}

TEST_CASE("what must be given with a WhatsApp export") {
  client::FormatOptions with = whatsapp_options();
  with.time_zone = "";
  CHECK_THAT(read(chat({"13/4/24"}), with),
             Contains("give --tz") && Contains("\"13/4/24, 15:35\""));
  with.time_zone = "Europe/Berlni";
  CHECK_THAT(read(chat({"13/4/24"}), with), Contains("Europe/Berlin"));

  with = whatsapp_options();
  with.users.erase("Bob");
  CHECK(read(chat({"13/4/24"}), with) ==
        ": \"Bob\" is a name, not a user id: give --users with {\"Bob\":\"its ZIM user id\"}");

  const std::string alone = "13/4/24, 15:35 - Alice: x\n";
  CHECK(read(alone) == "alice>bob 2024-04-13T15:35:00.000Z x\n");
  with = whatsapp_options();
  with.users["Carol"] = "carol";
  CHECK_THAT(read(alone, with), Contains("only \"Alice\" has written"));
}

TEST_CASE("groups, and exports without messages") {
  const std::string group = chat({"13/4/24"}) + "\n13/4/24, 15:37 - Carol: z\n";
  CHECK(read(group, {.profile = default_profile()}) == "3 messages of groups\n");
  CHECK(read("13/4/24, 15:35 - You created this chat\n") == "1 service messages\n");
  CHECK_THAT(read("hello\n"), Contains("expected messages such as"));
  CHECK_THAT(read(""), Contains("expected messages such as"));
  CHECK_THAT(read("junk\n\n" + chat({"13/4/24"})), Contains("bad\nalice>bob"));
  CHECK_THAT(read("\n\n" + chat({"13/4/24"})), !Contains("bad"));
}

TEST_CASE("a message that is too long is bad, and the next is read") {
  const std::string line(100'000, 'x');
  std::string text = "13/4/24, 15:35 - Alice: a\n";
  for (int i = 0; i < 20; ++i) text += line + "\n";
  CHECK(read(text + "13/4/24, 15:36 - Bob: b\n") == "bad\nbob>alice 2024-04-13T15:36:00.000Z b\n");
  const std::string endless(3'000'000, 'x');
  CHECK(read("13/4/24, 15:35 - Alice: a\n" + endless + "\n13/4/24, 15:36 - Bob: b\n") ==
        "bad\nbob>alice 2024-04-13T15:36:00.000Z b\n");
}

TEST_CASE("what looks like WhatsApp's own words in a language that is not known") {
  const auto words = client::WhatsAppWords::of("en");
  REQUIRE(words);
  for (const char* text : {"<Hepgorwyd y cyfrwng>", "<略去>", "<Hepgorwyd y cyfrwng>\nein ci",
                           "a.jpg (atodwyd y ffeil)", "da iawn <Golygwyd y neges hon>",
                           "Plan.pdf \xE2\x80\xA2 \xE2\x80\x8E"
                           "2 dudalen",
                           "\xE2\x80\x8Ehepgorwyd y llun", "<Medien weggelassen>"}) {
    CAPTURE(text);
    CHECK(client::read_whatsapp_text(text, *words).looks_own);
  }
  for (const char* text : {"hello", "<3", "<b>", "a <b> c", "<a href=x>y z</a>", "I (too)",
                           "see a.jpg", "<Media omitted>", "a.jpg (file attached)", ""}) {
    CAPTURE(text);
    CHECK_FALSE(client::read_whatsapp_text(text, *words).looks_own);
  }
}

namespace {

using Kind = client::WhatsAppText::Kind;

// What stands where a message is, and what it is read as.
struct TextRow {
  const char* text;
  Kind kind;
  const char* left;
  const char* file = "";
};

const TextRow kTextRows[] = {
    {"hello", Kind::kText, "hello"},
    {"<attached: a.jpg>", Kind::kFile, "", "a.jpg"},
    {"see <attached: a.jpg>", Kind::kText, "see <attached: a.jpg>"},
    {"see <attached: 00000001-a.jpg>", Kind::kFile, "see", "00000001-a.jpg"},
    {"\xE2\x80\x8E<attached: 00000001-CONTACT>", Kind::kFile, "", "00000001-CONTACT"},
    {"Plan A.pdf \xE2\x80\x8E<attached: 00000001-Plan A.pdf>", Kind::kFile, "",
     "00000001-Plan A.pdf"},
    {"Plan A \xE2\x80\xA2 \xE2\x80\x8E"
     "2 pages \xE2\x80\x8E<attached: 00000001-Plan A.pdf>",
     Kind::kFile, "", "00000001-Plan A.pdf"},
    {"no file attached (file attached)", Kind::kFile, "", "no file attached"},
    {"\xE2\x80\x8E<adjunto: a b.jpg>", Kind::kFile, "", "a b.jpg"},
    {"\xE2\x80\x8E<attached: a.jpg> \xE2\x80\x8E<This message was edited>", Kind::kFile, "",
     "a.jpg"},
    {"a.jpg (file attached)", Kind::kFile, "", "a.jpg"},
    {"a.jpg (really)", Kind::kText, "a.jpg (really)"},
    {"\xE2\x80\x8E"
     "a.jpg (liite)\nwow",
     Kind::kFile, "wow", "a.jpg"},
    {"<Medien ausgeschlossen>", Kind::kOmitted, "<Medien ausgeschlossen>"},
    {"\xE2\x80\x8Esticker omitted", Kind::kOmitted, "sticker omitted"},
    {"sticker omitted", Kind::kText, "sticker omitted"},
    {"You deleted this message", Kind::kDeleted, "You deleted this message"},
    {"Se eliminó este mensaje.", Kind::kDeleted, "Se eliminó este mensaje."},
    {"\xE2\x80\x8EMissed video call", Kind::kCall, "Missed video call"},
    {"Missed video call", Kind::kCall, "Missed video call"},
    {"Missed video call!", Kind::kText, "Missed video call!"},
    {"Video call", Kind::kText, "Video call"},
    {"Video call, 5 min", Kind::kCall, "Video call, 5 min"},
    {"Video call, or what?", Kind::kText, "Video call, or what?"},
    {"\xE2\x80\x8EVideo call me", Kind::kOwn, "Video call me"},
    {"null", Kind::kNull, "null"},
    {"null and void", Kind::kText, "null and void"},
    {"live location shared", Kind::kLocation, "live location shared"},
    {"<Media omitted>\nour dog", Kind::kText, "our dog"},
    {"<Media omitted>\nPlan.pdf", Kind::kOmitted, "<Media omitted>\nPlan.pdf"},
    {"<Media omitted>\nat 5.30", Kind::kText, "at 5.30"},
    {"our dog \xE2\x80\x8Eimage omitted", Kind::kText, "our dog"},
    {"our dog image omitted", Kind::kText, "our dog image omitted"},
    {"look\nPlan.pdf \xE2\x80\xA2 \xE2\x80\x8E"
     "2 pages \xE2\x80\x8E"
     "document omitted",
     Kind::kText, "look"},
    {"<Archivo omitido>", Kind::kOmitted, "<Archivo omitido>"},
    {"<image omitted>", Kind::kOmitted, "<image omitted>"},
    {"\xE2\x80\x8F"
     "IMG-20240113-WA0001.jpg (קובץ מצורף)",
     Kind::kFile, "", "IMG-20240113-WA0001.jpg"},
    {"\xE2\x80\x8F<המדיה לא נכללה>", Kind::kOmitted, "\xE2\x80\x8F<המדיה לא נכללה>"},
    {"Plan.pdf \xE2\x80\xA2 \xE2\x80\x8E"
     "2 Seiten \xE2\x80\x8E"
     "Dokument weggelassen",
     Kind::kOmitted,
     "Plan.pdf \xE2\x80\xA2 \xE2\x80\x8E"
     "2 Seiten \xE2\x80\x8E"
     "Dokument weggelassen"},
    {"\xE2\x80\x8EYour security code with Bob changed. Tap to learn more.", Kind::kNotice,
     "Your security code with Bob changed. Tap to learn more."},
    {"\xE2\x80\x8EPOLL:\nwhat?\n\xE2\x80\x8EOPTION: this (\xE2\x80\x8E"
     "1 vote)",
     Kind::kText, "POLL:\nwhat?\nOPTION: this (1 vote)"},
    {"\xE2\x80\x8E", Kind::kOwn, ""},
    {"", Kind::kText, ""},
    {">", Kind::kText, ">"},
    {"<", Kind::kText, "<"},
};

}  // namespace

TEST_CASE("what WhatsApp writes in a message's place") {
  const auto words = client::WhatsAppWords::of("");
  REQUIRE(words);
  for (const TextRow& row : kTextRows) {
    CAPTURE(row.text);
    const client::WhatsAppText read = client::read_whatsapp_text(row.text, *words);
    CHECK(read.kind == row.kind);
    CHECK(read.text == row.left);
    CHECK(read.file == row.file);
  }
}

}  // namespace zimmock::test
