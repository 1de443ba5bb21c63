#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

// The one place that writes to stdout and stderr. Nothing here throws because of what stands behind
// a descriptor: stdout's failure is found at the end, by flush_output(); stderr's has nobody to be
// told.

namespace zimmock::cli {

// Opens /dev/null in place of those of the descriptors 0 to 2 that are closed, so that no socket or
// file takes their number. Using it fails, as it would for the closed one. False if that failed.
bool fill_standard_descriptors();

// `text` for people, in the encoding of the user's locale: what is not printable, there or at all,
// is escaped as quote() does; line breaks stay. In the C locale it is ASCII.
std::string screen_text(std::string_view text);

// `text` with its line breaks escaped, for what others have named and stands within a line. The
// functions below escape the rest.
std::string in_line(std::string_view text);

// --- stdout: buffered; not for several threads at once ---

// For programs: byte by byte.
void print_exact(std::string_view text);

// For people: as screen_text().
template <typename... Values>
void print_text(fmt::format_string<Values...> format, Values&&... values) {
  print_exact(screen_text(fmt::format(format, std::forward<Values>(values)...)));
}

// A JSON document and a line break, as printable_json().
void print_json(std::string_view document);

// What is buffered. False if that, or anything before, was not taken.
bool flush_output();

// --- stderr: unbuffered; from any thread ---

// For people: as screen_text().
void tell(std::string_view text);

template <typename... Values>
void tell_line(fmt::format_string<Values...> format, Values&&... values) {
  tell(fmt::format(format, std::forward<Values>(values)...) + "\n");
}

// Byte by byte, and only as far as stderr takes it within `wait`: for what need not be read.
void tell_if_taken(std::string_view text, std::chrono::milliseconds wait = {});

// Lets tell() give up for good once stderr has taken nothing for `limit`; without it, it waits. For
// commands that others start, who may never read what they say.
void give_up_on_stderr_after(std::chrono::milliseconds limit);
constexpr std::chrono::seconds kStderrGrace{2};

// --- for both, and for logs ---

enum class Taken {
  kSome,   // taken away from the front of the text
  kNone,   // not now
  kFailed  // errno says why
};

// Writes what `fd` takes within `wait` (negative: without end), at most `max_bytes`. With at most
// PIPE_BUF bytes it does not block beyond that, unless another process fills the pipe meanwhile.
Taken write_some(int fd, std::string_view& text, std::size_t max_bytes,
                 std::chrono::milliseconds wait);

}  // namespace zimmock::cli
