#include "client/formats/whatsapp_chat.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/formats/chat_name.h"
#include "client/formats/whatsapp_dates.h"
#include "client/formats/whatsapp_text.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"

namespace zimmock::client {
namespace {

using json = nlohmann::json;
using Counts = std::map<std::string, std::uint64_t, std::less<>>;

constexpr std::size_t kMaxNameBytes = 256;
constexpr std::size_t kMaxStampLine = 512;  // of a line that may begin a message in another way
constexpr std::size_t kMaxClocks = 8;
constexpr std::size_t kMaxOfOthers = 1000;  // messages; more were not pasted
// Of a chat's messages, as many in another clock are no text that somebody pasted.
constexpr std::uint64_t kManyClocks = 2;
constexpr std::uint64_t kPartClocks = 20;

void count_name(Counts& counts, const std::string& name) {
  if (counts.size() < WhatsAppChat::kMaxNames || counts.contains(name)) ++counts[name];
}

// Messages that begin in another way than the first.
struct OtherClock {
  std::string stamp;  // of the first
  std::uint32_t line = 0;
  Counts messages;  // of each name
};

// When a message was sent, as the phone writes it.
struct When {
  std::array<int, 3> date{};
  int seconds = 0;  // of the day
};

class ChatScan {
 public:
  ChatScan(const std::filesystem::path& path, const FormatOptions& options,
           const WhatsAppWords& words)
      : path_(path), options_(options), words_(words) {}

  Result<WhatsAppChat> run() {
    auto file = LineFile::open(path_);
    if (!file) return tl::unexpected(file.error());
    while (true) {
      const auto line = file->next();
      if (!line) return tl::unexpected(line.error());
      if (!*line) break;
      read(**line);
    }
    if (!begun_) {
      return fail(ErrorKind::kInput,
                  fmt::format("{}: expected messages such as \"[14/10/2021, 15:34:09] Alice: "
                              "hello\" or \"14/10/21, 15:34 - Alice: hello\", got none",
                              path_.string()));
    }
    if (auto one = check_clocks(); !one) return tl::unexpected(one.error());
    chat_.language_unknown = look_own_ > known_;
    if (auto found = find_people(); !found) return tl::unexpected(found.error());
    if (chat_.of_a_group()) return std::move(chat_);
    const auto order = dates_.decide(options_.date_order, path_);
    if (!order && options_.survey == nullptr) return tl::unexpected(order.error());
    chat_.order = order.value_or(DateOrder::kDayFirst);
    return std::move(chat_);
  }

 private:
  void read(const LineFile::Line& line) {
    const auto begun = read_whatsapp_line(line.text);
    if (!begun) return;
    if (!begun_) {
      begun_ = true;
      first_line_ = line.number;
      chat_.shape = begun->shape;
      chat_.stamp = begun->stamp;
    }
    const auto named = chat_.split_name(begun->rest, options_);
    if (begun->shape != chat_.shape) {
      if (line.text.size() < kMaxStampLine && named) other(*begun, line.number, named->name);
      return;
    }
    ++messages_;
    dates_.add(*begun, line.number);
    const bool of_others = named && !options_.users.contains(named->name);
    if (of_others && of_others_.size() < kMaxOfOthers) of_others_.push_back({last_, when(*begun)});
    if (!of_others) last_ = when(*begun);
    if (!named) {
      if (words_.is(WhatsAppWord::kNotice, begun->rest)) ++known_;
      return;
    }
    if (!named->name.empty()) count_name(chat_.messages, named->name);
    const WhatsAppText text = read_whatsapp_text(named->text, words_);
    if (text.known) {
      ++known_;
    } else if (text.looks_own) {
      ++look_own_;
    }
  }

  static When when(const WhatsAppLine& line) {
    return {line.date, (line.hour * 60 + line.minute) * 60 + line.second};
  }

  // True if what others wrote is older than what stands before it: nobody writes back in time, so
  // it was pasted. What stands in the order of its time makes the chat a group's.
  bool others_are_pasted() const {
    const auto order = dates_.decide(options_.date_order, path_);
    if (!order || of_others_.size() >= kMaxOfOthers) return false;
    const auto number = [&](const When& at) {
      const LocalTime day = date_in(*order, at.date);
      return ((day.year * 12LL + day.month) * 31 + day.day) * 86'400 + at.seconds;
    };
    return std::all_of(of_others_.begin(), of_others_.end(),
                       [&](const auto& one) { return number(one.second) < number(one.first); });
  }

  void other(const WhatsAppLine& line, std::uint32_t number, const std::string& name) {
    if (others_.size() >= kMaxClocks && !others_.contains(line.shape)) return;
    OtherClock& clock = others_[line.shape];
    if (clock.line == 0) {
      clock.line = number;
      clock.stamp = line.stamp;
    }
    count_name(clock.messages, name);
  }

  // Two exports put together have the same people, both often.
  Result<void> check_clocks() const {
    for (const auto& [shape, clock] : others_) {
      std::uint64_t messages = 0;
      for (const auto& [name, count] : clock.messages) {
        if (options_.users.contains(name) || chat_.has(name)) messages += count;
      }
      if (messages < kManyClocks || messages * kPartClocks < messages_) continue;
      return fail(ErrorKind::kUsage,
                  fmt::format("{}: expected one way of writing times, got two, of the same people: "
                              "{} (line {}, {} in all) and {} (line {}, {} in all); if these are "
                              "two exports, make two files of them; text that was pasted is read "
                              "as such with a space before its lines",
                              path_.string(), quote(chat_.stamp), first_line_, messages_,
                              quote(clock.stamp), clock.line, messages));
    }
    return {};
  }

  // Whose chat it is. It is that of the two of --users even if others seem to have written, if
  // somebody has pasted their messages.
  Result<void> find_people() {
    const auto& users = options_.users;
    const bool two = users.size() == 2 && std::all_of(users.begin(), users.end(), [&](auto& row) {
                       return chat_.messages.contains(row.first);
                     });
    if (chat_.messages.size() > 2) {
      if (!two || !others_are_pasted()) return {};
      for (const auto& row : users) chat_.people.push_back(row.first);
      return {};
    }
    for (const auto& row : chat_.messages) chat_.people.push_back(row.first);
    if (auto known = demand_users(); !known) return known;
    return chat_.people.size() == 1 ? find_silent() : Result<void>{};
  }

  Result<void> demand_users() const {
    json missing = json::object();
    std::vector<std::string> names;
    for (const std::string& name : chat_.people) {
      if (options_.users.contains(name) || options_.survey != nullptr) continue;
      names.push_back(quote(name));
      missing[name] = "its ZIM user id";
    }
    if (names.empty()) return {};
    return fail(ErrorKind::kUsage, fmt::format("{}: {} {}, not {}: give --users with {}",
                                               path_.string(), fmt::join(names, " and "),
                                               names.size() == 1 ? "is a name" : "are names",
                                               names.size() == 1 ? "a user id" : "user ids",
                                               printable_json(json_line(missing))));
  }

  // The other one, who has written nothing.
  Result<void> find_silent() {
    std::vector<std::string> others;
    for (const auto& row : options_.users) {
      if (row.first != chat_.people[0]) others.push_back(row.first);
    }
    const std::string file = options_.input.empty() ? path_.string() : options_.input;
    if (others.size() > 1)
      std::erase_if(others, [&](const std::string& name) { return !is_chat_with(file, name); });
    if (others.size() != 1 && options_.survey != nullptr) others = {""};
    if (others.size() != 1) {
      return fail(ErrorKind::kUsage,
                  fmt::format("{}: only {} has written: give --users with this name and the other "
                              "user's, and no more",
                              path_.string(), quote(chat_.people[0])));
    }
    chat_.people.push_back(others[0]);
    return {};
  }

  const std::filesystem::path& path_;
  const FormatOptions& options_;
  const WhatsAppWords& words_;
  WhatsAppChat chat_;
  DateOrderFinder dates_;
  bool begun_ = false;
  std::uint32_t first_line_ = 0;
  std::uint64_t messages_ = 0;
  std::uint64_t known_ = 0;     // messages that are WhatsApp's by the words
  std::uint64_t look_own_ = 0;  // those that only look so
  std::map<WhatsAppShape, OtherClock> others_;
  When last_{};                                   // of the last message of somebody in --users
  std::vector<std::pair<When, When>> of_others_;  // that before, and that of a message of another
};

}  // namespace

bool WhatsAppChat::has(std::string_view name) const { return messages.contains(name); }

bool WhatsAppChat::is_pasted(std::string_view name) const {
  return messages.size() > 2 && people.size() == 2 && name != people[0] && name != people[1];
}

std::optional<WhatsAppLine> WhatsAppChat::begins(std::string_view text) const {
  auto line = read_whatsapp_line(text);
  return line && line->shape == shape ? line : std::nullopt;
}

std::optional<WhatsAppChat::Named> WhatsAppChat::split_name(std::string_view rest,
                                                            const FormatOptions& options) const {
  std::optional<Named> spaced, close;
  for (auto colon = rest.find(':'); colon != std::string_view::npos && colon <= kMaxNameBytes;
       colon = rest.find(':', colon + 1)) {
    std::string_view text = rest.substr(colon + 1);
    const bool apart = text.empty() || text.front() == ' ';
    if (apart && !text.empty()) text.remove_prefix(1);
    Named named{plain_name(rest.substr(0, colon)), text};
    if (named.name.empty()) named.name = rest.substr(0, colon);
    if (options.users.contains(named.name)) return named;
    if (!apart && has(named.name)) return named;
    if (apart && !spaced) spaced = std::move(named);
    // An iPhone writes a name in every line, but no URL is one.
    if (!apart && !close && shape.bracket && !text.starts_with("//")) close = std::move(named);
  }
  return spaced ? spaced : close;
}

Result<WhatsAppChat> scan_whatsapp(const std::filesystem::path& path, const FormatOptions& options,
                                   const WhatsAppWords& words) {
  return ChatScan(path, options, words).run();
}

}  // namespace zimmock::client
