#include "client/formats/message_parts.h"

#include <fmt/format.h>

#include "client/formats/skipped_kinds.h"

namespace zimmock::client {

Made<std::string> medium_url(std::string_view pointer, std::string_view source,
                             const FormatOptions& options) {
  auto url = fetchable_url(pointer, source, options);
  if (url) return *std::move(url);
  const std::string_view path = source.substr(0, source.find_first_of("?#"));
  return tl::unexpected(
      NoMessage{{},
                std::move(url.error()),
                source.empty() ? MissingMedium::kLost : MissingMedium::kWithoutUrl,
                std::string(path.substr(path.rfind('/') + 1))});
}

tl::unexpected<NoMessage> without_public_url(std::string pointer, std::string expected,
                                             std::string got, std::string file) {
  return tl::unexpected(NoMessage{{},
                                  {std::move(pointer), std::move(expected), std::move(got)},
                                  MissingMedium::kWithoutUrl,
                                  std::move(file)});
}

MessagePart missing_part(const std::string& file) {
  return text_part(file.empty() ? fmt::format("{}]", kMissingFile)
                                : fmt::format("{}: {}]", kMissingFile, file));
}

void MessageParts::add_text(std::string text) {
  if (!text.empty()) parts_.push_back(text_part(std::move(text)));
}

Made<void> MessageParts::add(Made<MessagePart> part) {
  if (part) {
    parts_.push_back(*std::move(part));
    return {};
  }
  NoMessage& why = part.error();
  const MissingPolicy policy = out_.options().missing_media;
  const bool costs_all =
      why.medium == MissingMedium::kNo ||
      (why.medium == MissingMedium::kWithoutUrl && policy == MissingPolicy::kStop);
  if (costs_all) return tl::unexpected(std::move(why));
  if (policy == MissingPolicy::kPlaceholder) {
    parts_.push_back(missing_part(why.file));
    out_.repaired(kPlaceholders);
    return {};
  }
  if (policy == MissingPolicy::kSkip) why = NoMessage{kMissingMedia, {}};
  if (!lost_) lost_ = std::move(why);
  ++count_lost_;
  return {};
}

Made<std::vector<MessagePart>> MessageParts::take(tl::unexpected<NoMessage> nothing) {
  if (parts_.empty() && lost_) return tl::unexpected(*std::move(lost_));
  if (parts_.empty()) return nothing;
  for (; count_lost_ > 0; --count_lost_) out_.skipped(kLostMedia);
  return std::move(parts_);
}

}  // namespace zimmock::client
