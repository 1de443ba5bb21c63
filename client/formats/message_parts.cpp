#include "client/formats/message_parts.h"

#include "client/formats/skipped_kinds.h"

namespace zimmock {

Made<std::string> medium_url(std::string_view pointer, std::string_view source,
                             const FormatOptions& options) {
  auto url = fetchable_url(pointer, source, options);
  if (url) return *std::move(url);
  return tl::unexpected(NoMessage{{}, std::move(url.error()), source.empty()});
}

void MessageParts::add_text(std::string text) {
  if (!text.empty()) parts_.push_back(text_part(std::move(text)));
}

Made<void> MessageParts::add(Made<MessagePart> part) {
  if (part) {
    parts_.push_back(*std::move(part));
    return {};
  }
  if (!part.error().lost_medium) return tl::unexpected(std::move(part.error()));
  if (!lost_) lost_ = std::move(part.error());
  ++count_lost_;
  return {};
}

Made<std::vector<MessagePart>> MessageParts::take(Conversion& out,
                                                  tl::unexpected<NoMessage> nothing) {
  if (parts_.empty() && lost_) return tl::unexpected(*std::move(lost_));
  if (parts_.empty()) return nothing;
  for (; count_lost_ > 0; --count_lost_) out.skipped(kLostMedia);
  return std::move(parts_);
}

}  // namespace zimmock
