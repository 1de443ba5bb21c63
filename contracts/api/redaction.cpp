#include "contracts/api/redaction.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "contracts/api/http.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"

namespace zimmock::inline contract {
namespace {

constexpr std::string_view kSpaceOrQuote = " \t\r\n\"'";

bool is_plain_number(std::string_view text) {
  constexpr std::size_t kMostOfAnyNumber = 20;
  return !text.empty() && text.size() <= kMostOfAnyNumber &&
         text.find_first_not_of("0123456789") == text.npos;
}

std::string_view without_space_or_quotes(std::string_view text) {
  const auto begin = text.find_first_not_of(kSpaceOrQuote);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpaceOrQuote) - begin + 1);
}

bool may_be_secret(std::string_view text) {
  return text.size() >= kMinSecretBytes && !is_plain_number(without_space_or_quotes(text));
}

bool is_name_byte(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.';
}

// A text percent-decoded, and where each of its bytes stands.
struct Decoded {
  std::string text;
  std::vector<std::size_t> at;  // in the original; and its end
};

Decoded decode(std::string_view text) {
  constexpr std::size_t kEscape = 3;
  Decoded out;
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view piece = text.substr(i, text[i] == '%' ? kEscape : 1);
    const std::string decoded = url_decode(piece);
    out.text += decoded.front();
    out.at.push_back(i);
    i += decoded.size() == 1 ? piece.size() : 1;
  }
  out.at.push_back(text.size());
  return out;
}

// The name that ends before `end`, without white space and quotes around it.
std::string_view name_before(std::string_view text, std::size_t end) {
  while (end > 0 && kSpaceOrQuote.find(text[end - 1]) != kSpaceOrQuote.npos) --end;
  std::size_t begin = end;
  while (begin > 0 && is_name_byte(text[begin - 1])) --begin;
  return text.substr(begin, end - begin);
}

bool is_redacted_value(std::string_view name, std::string_view value) {
  if (value.empty()) return false;
  return is_secret_name(name) || (equal_ignoring_case(name, "AppId") && may_be_secret(value));
}

std::string in_case(std::string text, int (*change)(int)) {
  for (char& c : text) c = static_cast<char>(change(static_cast<unsigned char>(c)));
  return text;
}

// In the other case, as hex digits may be written, and escaped in the ways of log lines, messages
// and URLs, where that makes a difference.
std::vector<std::string> other_forms(const std::string& secret) {
  std::vector<std::string> out;
  for (std::string form : {in_case(secret, std::tolower), in_case(secret, std::toupper)}) {
    if (form != secret) out.push_back(std::move(form));
  }
  if (std::all_of(secret.begin(), secret.end(), is_name_byte)) return out;
  const std::string quoted = quote(secret, secret.size());
  for (std::string form :
       {ascii_line(secret), quoted.substr(1, quoted.size() - 2), url_encode(secret)}) {
    if (form.size() >= kMinSecretBytes) out.push_back(std::move(form));
  }
  return out;
}

bool is_letter_of(char a, char b) {
  return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
}

// Each place where at least the first bytes of `secret` stand, as far as the text is the secret, in
// any case.
void redact_form(std::string& text, std::string_view secret) {
  const std::string_view start = secret.substr(0, kMinSecretBytes);
  for (auto at = text.find(start); at != text.npos; at = text.find(start, at)) {
    std::size_t end = at;
    while (end < text.size() && end - at < secret.size() &&
           is_letter_of(text[end], secret[end - at]))
      ++end;
    text.replace(at, end - at, kRedacted);
    at += kRedacted.size();
  }
}

// True if the text is the secret, or holds it, once it is percent-decoded again and again.
bool hides(std::string_view text, std::string_view secret) {
  constexpr int kMostTimes = 4;
  std::string plain(text);
  for (int i = 0; i < kMostTimes && plain.find('%') != plain.npos; ++i) {
    plain = url_decode(plain);
    if (in_case(plain, std::tolower).find(in_case(std::string(secret), std::tolower)) != plain.npos)
      return true;
  }
  return false;
}

}  // namespace

bool is_secret_name(std::string_view name) {
  std::string text(trim(name));
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (text == "signaturenonce" || text == "signatureversion") return false;
  constexpr std::string_view kWords[] = {"signature", "authorization", "cookie",  "token",
                                         "secret",    "password",      "api-key", "apikey"};
  return std::any_of(std::begin(kWords), std::end(kWords), [&text](std::string_view word) {
    return text.find(word) != std::string::npos;
  });
}

std::string redact_named(std::string_view text, std::vector<std::string>* found) {
  if (text.find_first_of("=:%") == text.npos) return std::string(text);
  const Decoded decoded = decode(text);
  const std::string_view plain = decoded.text;
  std::string out;
  std::size_t kept = 0;  // of `text`, so far
  for (std::size_t i = plain.find_first_of("=:"); i < plain.size();
       i = plain.find_first_of("=:", i + 1)) {
    const std::size_t begin = std::min(plain.find_first_not_of(kSpaceOrQuote, i + 1), plain.size());
    const std::size_t end = std::min(plain.find_first_of("&;", begin), plain.size());
    const std::string_view value = plain.substr(begin, end - begin);
    if (!is_redacted_value(name_before(plain, i), value)) continue;
    const std::size_t raw_begin = decoded.at[begin], raw_end = decoded.at[end];
    if (found != nullptr) {
      found->emplace_back(text.substr(raw_begin, raw_end - raw_begin));
      found->emplace_back(value);
    }
    out.append(text.substr(kept, raw_begin - kept)).append(kRedacted);
    kept = raw_end;
    i = end - 1;
  }
  return out.append(text.substr(kept));
}

void redact_secrets(std::string& text, std::span<const std::string> secrets) {
  for (const std::string& secret : secrets) {
    if (secret.size() < kMinSecretBytes) {
      if (!secret.empty() && text == secret) text = kRedacted;
      continue;
    }
    if (text.size() < kMinSecretBytes) continue;
    redact_form(text, secret);
    for (const std::string& form : other_forms(secret)) redact_form(text, form);
    if (hides(text, secret)) text = kRedacted;
  }
}

void redact_secrets(Finding& finding, std::span<const std::string> secrets) {
  redact_secrets(finding.pointer, secrets);
  redact_secrets(finding.expected, secrets);
  redact_secrets(finding.got, secrets);
}

std::string shown_app_id(std::string_view text) {
  return text.empty() || is_plain_number(text) ? std::string(text) : std::string(kRedacted);
}

std::string quote_unless_secret(std::string_view text) {
  if (!may_be_secret(text)) return quote(text);
  return fmt::format("{} bytes, which are not shown: they may be a secret", text.size());
}

std::string value_unless_secret(const nlohmann::json& value) {
  return value.is_string() ? quote_unless_secret(value.get_ref<const std::string&>())
                           : json_type_and_value(value);
}

}  // namespace zimmock::inline contract
