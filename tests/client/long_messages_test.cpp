#include "client/formats/long_messages.h"

#include <numeric>

#include "tests/client/support.h"

namespace zimmock::test {
namespace {

using Texts = std::vector<std::string>;

std::string joined(const Texts& parts) {
  return std::accumulate(parts.begin(), parts.end(), std::string());
}

}  // namespace

TEST_CASE("a text is cut where people would cut it") {
  CHECK(client::split_text("", 8) == Texts{});
  CHECK(client::split_text("12345678", 8) == Texts{"12345678"});
  CHECK(client::split_text("123456789", 8) == Texts{"12345678", "9"});
  CHECK(client::split_text("one two three", 8) == Texts{"one two ", "three"});
  CHECK(client::split_text("12345\n12 456 89", 9) == Texts{"12345\n", "12 456 89"});
  CHECK(client::split_text("a bcdefghij", 8) == Texts{"a bcdefg", "hij"});  // too far at the front
  CHECK(client::split_text("ééééé", 8) == Texts{"éééé", "é"});
  CHECK(client::split_text("xéééé", 8) == Texts{"xééé", "é"});
  CHECK(client::split_text("一二。三", 9) == Texts{"一二。", "三"});
}

TEST_CASE("parts of any size are the text") {
  const std::string text = "Ünïcödé wörds, 中文。 and 🙂🙂🙂\nlines\n";
  for (std::size_t max = 4; max < text.size() + 2; ++max) {
    const Texts parts = client::split_text(text, max);
    CHECK(joined(parts) == text);
    for (const std::string& part : parts) CHECK((!part.empty() && part.size() <= max));
  }
}

}  // namespace zimmock::test
