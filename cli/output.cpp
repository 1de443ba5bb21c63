#include "cli/output.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <clocale>
#include <cstdio>
#include <cwchar>
#include <cwctype>

#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <unistd.h>

#include "contracts/api/json_text.h"
#include "contracts/api/text.h"

namespace zimmock::cli {
namespace {

using std::chrono::milliseconds;
using MonotonicClock = std::chrono::steady_clock;

constexpr milliseconds kForever{-1};

// The user's locale, for this thread and scope alone: the rest of the process stays in the C
// locale, in which tolower() and its like leave UTF-8 alone.
class InUserLocale {
 public:
  InUserLocale() : before_(::uselocale(user_locale())) {}
  ~InUserLocale() { ::uselocale(before_); }
  InUserLocale(const InUserLocale&) = delete;
  InUserLocale& operator=(const InUserLocale&) = delete;

 private:
  static locale_t user_locale() {
    static const locale_t made = [] {
      const locale_t named = ::newlocale(LC_CTYPE_MASK, "", nullptr);
      return named != nullptr ? named : ::newlocale(LC_CTYPE_MASK, "C", nullptr);
    }();
    return made;
  }

  locale_t before_;
};

bool shows(wint_t wide) {
  return is_printable(static_cast<std::int32_t>(wide)) && std::iswprint(wide) != 0;
}

// In the locale's encoding; "" if it does not show it.
std::string encoded(std::int32_t code_point) {
  if (!shows(static_cast<wint_t>(code_point))) return "";
  char bytes[MB_LEN_MAX];
  std::mbstate_t state{};
  const std::size_t count = std::wcrtomb(bytes, static_cast<wchar_t>(code_point), &state);
  return count == static_cast<std::size_t>(-1) ? "" : std::string(bytes, count);
}

// How many bytes at the front of `text`, which are not UTF-8, are a character of the locale: a file
// may have been named in it. 0 if they are none.
std::size_t bytes_in_locale(std::string_view text) {
  wchar_t wide = 0;
  std::mbstate_t state{};
  const std::size_t count = std::mbrtowc(&wide, text.data(), text.size(), &state);
  const bool is_one = count > 0 && count <= text.size();  // -1 and -2 say that it is none
  return is_one && shows(static_cast<wint_t>(wide)) ? count : 0;
}

// Negative: tell() waits without end.
std::atomic<std::int64_t> stderr_patience_ms{-1};

// False once `wait` has gone by without a byte taken.
bool write_stderr(std::string_view text, milliseconds wait) {
  auto since = MonotonicClock::now();
  while (!text.empty()) {
    milliseconds left = kForever;
    if (wait >= milliseconds{0}) {
      const auto gone = MonotonicClock::now() - since;
      left = std::max(milliseconds{0}, wait - std::chrono::duration_cast<milliseconds>(gone));
    }
    switch (write_some(STDERR_FILENO, text, PIPE_BUF, left)) {
      case Taken::kSome:
        since = MonotonicClock::now();
        break;
      case Taken::kNone:
        if (left == milliseconds{0}) return false;
        break;
      case Taken::kFailed:
        return true;  // a full disk or a reader that has gone: nobody waits for it
    }
  }
  return true;
}

}  // namespace

bool fill_standard_descriptors() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) >= 0) continue;
    // The lowest free number is this one. Opened the wrong way round, so that it cannot be used.
    if (::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd) return false;
  }
  return true;
}

std::string screen_text(std::string_view text) {
  const auto plain = [](char c) { return (c >= ' ' && c <= '~') || c == '\n'; };
  if (std::all_of(text.begin(), text.end(), plain)) return std::string(text);
  const InUserLocale locale;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = code_point_at(text, at);
    const std::string_view bytes = text.substr(at, point.bytes);
    at += point.bytes;
    if (plain(bytes.front())) {
      out += bytes;
    } else if (point.value >= 0) {
      const std::string shown = encoded(point.value);
      out += shown.empty() ? ascii_line(bytes) : shown;
    } else if (const std::size_t more = bytes_in_locale(text.substr(at - 1)); more > 0) {
      out += text.substr(at - 1, more);
      at += more - 1;
    } else {
      out += ascii_line(bytes);
    }
  }
  return out;
}

std::string in_line(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out;
}

void print_exact(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

void print_json(std::string_view document) { print_exact(printable_json(document) + "\n"); }

bool flush_output() { return std::fflush(stdout) == 0 && std::ferror(stdout) == 0; }

void tell(std::string_view text) {
  const milliseconds patience{stderr_patience_ms.load()};
  if (!write_stderr(screen_text(text), patience)) stderr_patience_ms = 0;
}

void tell_if_taken(std::string_view text, milliseconds wait) { write_stderr(text, wait); }

void give_up_on_stderr_after(milliseconds limit) { stderr_patience_ms = limit.count(); }

Taken write_some(int fd, std::string_view& text, std::size_t max_bytes, milliseconds wait) {
  pollfd ready{fd, POLLOUT, 0};
  const int polled = ::poll(&ready, 1, static_cast<int>(wait.count()));
  if (polled == 0 || (polled < 0 && errno == EINTR)) return Taken::kNone;
  const ssize_t written = ::write(fd, text.data(), std::min(text.size(), max_bytes));
  if (written > 0) {
    text.remove_prefix(static_cast<std::size_t>(written));
    return Taken::kSome;
  }
  if (written == 0 || errno == EINTR) return Taken::kNone;
  if (errno != EAGAIN) return Taken::kFailed;
  // Another process has made the descriptor non-blocking, and there is room, but not for as much.
  constexpr int kPauseMs = 10;
  ::poll(nullptr, 0,
         wait.count() < 0 ? kPauseMs : std::min<int>(kPauseMs, static_cast<int>(wait.count())));
  return Taken::kNone;
}

}  // namespace zimmock::cli
