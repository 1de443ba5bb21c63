#include "client/api/url_changes.h"

#include <algorithm>

namespace zimmock::client {
namespace {

// Where the path of a URL begins; its length if it has none.
std::size_t path_at(std::string_view url) {
  const auto scheme = url.find("://");
  const auto path = url.find('/', scheme == url.npos ? 0 : scheme + 3);
  return path == url.npos ? url.size() : path;
}

}  // namespace

std::optional<UrlMove> url_move(std::string_view sent, std::string_view got) {
  if (sent == got) return std::nullopt;
  const auto ends = std::mismatch(sent.rbegin(), sent.rend(), got.rbegin(), got.rend());
  const auto same = static_cast<std::size_t>(ends.first - sent.rbegin());
  const std::size_t path = path_at(sent);
  // Whole segments only, and of the paths only.
  const std::size_t longest = std::min({same, sent.size() - path, got.size() - path_at(got)});
  const auto tail = sent.find('/', sent.size() - longest);
  if (longest == 0 || tail == sent.npos || tail + 1 == sent.size()) return std::nullopt;
  return UrlMove{std::string(sent.substr(0, path)), std::string(sent.substr(path, tail - path)),
                 std::string(got.substr(0, got.size() - (sent.size() - tail)))};
}

bool urls_moved_at_most(const BodyComparison& body) {
  return std::all_of(body.urls.begin(), body.urls.end(), [](const ReturnedUrl& url) {
    return url.sent == url.got || url_move(url.sent, url.got);
  });
}

void UrlChanges::add(const BodyComparison& body) {
  for (const ReturnedUrl& url : body.urls) {
    const auto move = url_move(url.sent, url.got);
    if (url.sent != url.got) ++changed_;
    if (!move || (way_ && !way_->is_one_way_with(*move))) {
      ++others_;
    } else if (!way_) {
      way_ = move;
    }
  }
}

void UrlChanges::add(const UrlChanges& others) {
  changed_ += others.changed_;
  others_ += others.others_;
  if (!way_) way_ = others.way_;
  if (others.way_ && !way_->is_one_way_with(*others.way_)) ++others_;
}

const std::optional<UrlMove>& UrlChanges::one_way() const {
  static const std::optional<UrlMove> kNone;
  return others_ == 0 ? way_ : kNone;
}

}  // namespace zimmock::client
