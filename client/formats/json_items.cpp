#include "client/formats/json_items.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "client/formats/json_bytes.h"
#include "client/formats/line_file.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"
#include "contracts/record/message_record.h"

namespace zimmock::client {
namespace {

using json = nlohmann::json;

Result<bool> is_array(const std::filesystem::path& path) {
  constexpr std::uint64_t kHeadBytes = 4096;
  auto file = LineFile::open(path);
  if (!file) return tl::unexpected(file.error());
  const auto head = file->read(0, std::min(kHeadBytes, file->size()));
  if (!head) return tl::unexpected(head.error());
  std::string_view text = *head;
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return trim(text).starts_with('[');
}

Result<JsonElement> read_line(const LineFile& file, LineFile::Line line) {
  JsonElement element;
  element.line = line.number;
  if (line.length > kMaxJsonValueBytes) {
    element.problem =
        SourceProblem{"", fmt::format("a line of at most {} bytes", kMaxJsonValueBytes),
                      fmt::format("{} bytes", line.length)};
    return element;
  }
  if (line.length > kMaxLineBytes) {
    auto text = file.read(line.offset, static_cast<std::size_t>(line.length));
    if (!text) return tl::unexpected(text.error());
    line.text = *std::move(text);
  }
  auto value = parse_record_line(line.text);
  if (value) {
    element.value = *std::move(value);
  } else {
    element.problem =
        SourceProblem{value.error().pointer, value.error().expected, value.error().got};
  }
  return element;
}

Result<void> read_documents(const std::filesystem::path& path, bool array,
                            const TakeElement& take) {
  const std::array<std::string_view, 1> paths{array ? "/*" : ""};
  JsonReading reading;
  reading.several = !array;
  return read_json_elements(
      path, paths,
      [&take](JsonElement& element) {
        if (!element.value.is_object() && !element.problem) {
          element.problem = SourceProblem{"", "a JSON object", json_type_and_value(element.value)};
        }
        return take(element);
      },
      reading);
}

}  // namespace

Result<void> read_json_items(const std::filesystem::path& path, const TakeElement& take) {
  const auto array = is_array(path);
  if (!array) return tl::unexpected(array.error());
  if (*array) return read_documents(path, true, take);
  auto file = LineFile::open(path);
  if (!file) return tl::unexpected(file.error());
  while (true) {
    auto line = file->next();
    if (!line) return tl::unexpected(line.error());
    if (!*line) return {};
    if ((*line)->length <= kMaxLineBytes && trim((*line)->text).empty()) continue;
    auto element = read_line(*file, **std::move(line));
    if (!element) return tl::unexpected(element.error());
    if (auto taken = take(*element); !taken) return taken;
  }
}

json first_object_line(std::string_view head) {
  if (head.starts_with(kByteOrderMark)) head.remove_prefix(kByteOrderMark.size());
  while (!head.empty()) {
    const std::size_t end = std::min(head.find('\n'), head.size());
    if (auto line = parse_record_line(trim(head.substr(0, end)))) return *std::move(line);
    head.remove_prefix(std::min(end + 1, head.size()));
  }
  return nullptr;
}

Result<void> read_json_documents(const std::filesystem::path& path, const TakeElement& take) {
  const auto array = is_array(path);
  if (!array) return tl::unexpected(array.error());
  return read_documents(path, *array, take);
}

}  // namespace zimmock::client
