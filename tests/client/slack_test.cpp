#include "client/formats/slack_text.h"
#include "tests/client/support.h"

namespace zimmock::test {

using Catch::Matchers::Contains;

TEST_CASE("Slack's text as people read it") {
  const SlackNames names{{"U1", "ann <b>"}};
  struct Row {
    const char* text;
    const char* read;
  };
  for (const Row& row : {Row{"", ""},
                         {"plain", "plain"},
                         {"a &lt;b&gt; &amp;amp; &quot;", "a <b> &amp; &quot;"},
                         {"<@U1> <@U1|old> <@U2|bob> <@U2>", "@ann <b> @ann <b> @bob @U2"},
                         {"<#C1|general> <#C2> <#C3|>", "#general #C2 #C3"},
                         {"<!channel> <!here|@here> <!subteam^S9>", "@channel @here @subteam^S9"},
                         {"<https://a.example>", "https://a.example"},
                         {"<https://a.example/|a.example>", "a.example"},
                         {"<https://a.example/x|a.example>", "a.example (https://a.example/x)"},
                         {"<tel:+491|+491>", "+491"},
                         {"<>", ""},
                         {"<|x>", "x"},
                         {"<@>", "@"},
                         {"a < b", "a < b"},
                         {"x > y", "x > y"}}) {
    CAPTURE(row.text);
    CHECK(slack_text(row.text, names) == row.read);
  }
}

TEST_CASE("a Slack export is the folder with dms.json") {
  const auto open = find_format("slack")->open;
  const FormatOptions options{.profile = default_profile()};
  const TempFile file("[]");
  const auto of_file = open(file.path(), options);
  REQUIRE_FALSE(of_file);
  CHECK(of_file.error().kind == ErrorKind::kUsage);
  CHECK_THAT(of_file.error().message, Contains("got a file"));

  const auto folder = file.path().string() + ".folder";
  std::filesystem::create_directory(folder);
  const auto without = open(folder, options);
  REQUIRE_FALSE(without);
  CHECK(without.error().kind == ErrorKind::kUsage);
  CHECK_THAT(without.error().message, Contains("expected dms.json in it"));
  CHECK_FALSE(detect_format(folder));
  std::ofstream(folder + "/dms.json") << R"([{"id":"D1","members":["U1","U2"]}])";
  CHECK(open(folder, options));
  CHECK((*detect_format(folder))->name == "slack");
  std::ofstream(folder + "/dms.json") << "[{";
  const auto broken = open(folder, options);
  REQUIRE_FALSE(broken);
  CHECK_THAT(broken.error().message, Contains("dms.json: line 1: expected"));
  std::filesystem::remove_all(folder);
}

}  // namespace zimmock::test
