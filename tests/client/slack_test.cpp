#include "client/formats/slack_blocks.h"
#include "client/formats/slack_text.h"
#include "contracts/api/json_text.h"
#include "tests/client/support.h"

namespace zimmock::test {

using Catch::Matchers::Contains;

TEST_CASE("Slack's text as people read it") {
  const client::SlackNames names{{"U1", "ann <b>"}};
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
    CHECK(client::slack_text(row.text, names) == row.read);
  }
}

TEST_CASE("Slack's blocks as people read them") {
  const client::SlackNames names{{"U1", "ann"}};
  struct Row {
    const char* blocks;
    const char* read;
  };
  for (const Row& row :
       {Row{"null", ""}, Row{"[]", ""}, Row{R"([7, {"type": "divider"}])", ""},
        Row{R"([{"type": "header", "text": {"type": "plain_text", "text": "<b>"}}])", "<b>"},
        Row{R"([{"type": "section", "text": {"type": "mrkdwn", "text": "<@U1> &lt;3"}}])",
            "@ann <3"},
        Row{R"([{"type": "rich_text", "elements": [
             {"type": "rich_text_quote", "elements": [{"type": "text", "text": "q"}]},
             {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "a\nb"}]},
             {"type": "rich_text_section", "elements": [
               {"type": "channel", "channel_id": "C1"}, {"type": "broadcast", "range": "here"},
               {"type": "usergroup", "usergroup_id": "S1"}, {"type": "new", "text": " t"},
               {"type": "link", "url": "https://a.example"}]}]}])",
            "q\na\nb\n#C1@here@S1 thttps://a.example"},
        Row{R"([{"type": "image", "title": {"type": "plain_text", "text": "cat"},
                "image_url": "https://a.example/c.png"}])",
            "cat\nhttps://a.example/c.png"}}) {
    CAPTURE(row.blocks);
    CHECK(client::slack_blocks_text(json_or_discarded(row.blocks), names) == row.read);
  }
}

TEST_CASE("Slack's own text says what its blocks say, or it does not") {
  const client::SlackNames names{{"U1", "ann"}};
  const auto blocks = json_or_discarded(R"([{"type": "rich_text", "elements": [
      {"type": "rich_text_section", "elements": [
        {"type": "text", "text": "see "}, {"type": "text", "text": "this", "style": {"bold": true}},
        {"type": "emoji", "name": "wave", "skin_tone": 2},
        {"type": "channel", "channel_id": "C1"}, {"type": "text", "text": ", ok?"}]}]}])");
  CHECK(client::slack_text_has("see *this*:wave::skin-tone-2:#general, ok?", blocks, names));
  CHECK_FALSE(client::slack_text_has("see this", blocks, names));
  CHECK(client::slack_text_has("anything", json_or_discarded("null"), names));
  const auto section = json_or_discarded(
      R"([{"type": "section", "text": {"type": "mrkdwn", "text": "*Build* <https://a.example|7>"}}])");
  CHECK(client::slack_text_has("*Build* 7 (https://a.example)", section, names));
  CHECK_FALSE(client::slack_text_has("Build failed", section, names));
}

TEST_CASE("a Slack export is the folder with dms.json") {
  const auto open = client::find_format("slack")->open;
  const client::FormatOptions options{.profile = default_profile()};
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
  CHECK_FALSE(client::detect_format(folder));
  std::ofstream(folder + "/dms.json") << R"([{"id":"D1","members":["U1","U2"]}])";
  CHECK(open(folder, options));
  CHECK((*client::detect_format(folder))->name == "slack");
  std::ofstream(folder + "/dms.json") << "[{";
  const auto broken = open(folder, options);
  REQUIRE_FALSE(broken);
  CHECK_THAT(broken.error().message, Contains("dms.json: line 1: expected"));
  std::filesystem::remove_all(folder);
}

}  // namespace zimmock::test
