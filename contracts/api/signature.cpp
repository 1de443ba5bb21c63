#include "contracts/api/signature.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "contracts/api/hex.h"
#include "contracts/api/text.h"

namespace zimmock::inline contract {
namespace {

std::string digest_hex(const EVP_MD* algorithm, std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  // Fails only when OpenSSL has no such algorithm or no memory: nothing could be signed then.
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, algorithm, nullptr) != 1) {
    std::abort();
  }
  return hex(digest.data(), size);
}

std::string hmac_hex(const EVP_MD* algorithm, std::string_view key, std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  HMAC(algorithm, key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data(), &size);
  return hex(digest.data(), size);
}

constexpr std::string_view kHexDigits = "0123456789abcdefABCDEF";

bool is_hex(std::string_view text) { return text.find_first_not_of(kHexDigits) == text.npos; }

// The bytes of a text in base64, also the one for URLs and one whose "+" was decoded to a space;
// nothing if it is none.
std::optional<std::string> from_base64(std::string_view text) {
  static constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const char plain = c == '-' || c == ' ' ? '+' : c == '_' ? '/' : c;
    const auto value = kAlphabet.find(plain);
    if (value == kAlphabet.npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> count & 0xff);
  }
  return out;
}

struct Part {
  std::string_view name;
  std::string_view value;
};

struct Algorithm {
  std::string_view name;
  const EVP_MD* (*evp)();
};
constexpr Algorithm kAlgorithms[] = {
    {"MD5", EVP_md5}, {"SHA-256", EVP_sha256}, {"SHA-1", EVP_sha1}, {"SHA-512", EVP_sha512}};

// "AppId+Nonce+Secret+Timestamp" with one part in other words.
constexpr std::string_view kFormula = "AppId+Nonce+Secret+Timestamp";

class Doctor {
 public:
  explicit Doctor(const SignatureParts& parts) : p_(parts), lower_(lower_ascii(parts.signature)) {
    if (lower_ != parts.signature) spelling_ = ", in upper-case hex";
    if (is_hex(trim(parts.signature))) return;
    if (lower_.ends_with(" -")) {
      lower_ = trim(std::string_view(lower_).substr(0, lower_.size() - 1));
      spelling_ = ", with what md5sum prints after it (\"  -\"): cut it off";
    } else if (const auto bytes = from_base64(parts.signature)) {
      const bool of_hex = !bytes->empty() && is_hex(*bytes);
      lower_ = of_hex ? lower_ascii(*bytes)
                      : hex(reinterpret_cast<const unsigned char*>(bytes->data()), bytes->size());
      spelling_ = of_hex ? ", in base64 of its hex" : ", in base64";
    }
  }

  std::optional<std::string> diagnose() const {
    const std::string right = sign(p_.app_id, p_.nonce, p_.server_secret, p_.timestamp);
    if (lower_ == right)
      return fmt::format("the right signature{}; lower-case hex alone is expected", spelling_);
    if (trim(lower_) == right) return "the right signature with white space around it";
    for (const auto attempt : {&Doctor::other_timestamp, &Doctor::other_order,
                               &Doctor::other_spelling, &Doctor::keyed}) {
      if (auto found = (this->*attempt)()) {
        return *found + spelling_;
      }
    }
    return std::nullopt;
  }

 private:
  // The algorithms whose digests are as long as what was sent.
  std::vector<Algorithm> candidates() const {
    std::vector<Algorithm> out;
    for (const Algorithm& algorithm : kAlgorithms) {
      const auto size = static_cast<std::size_t>(EVP_MD_get_size(algorithm.evp()));
      if (size * 2 == lower_.size()) out.push_back(algorithm);
    }
    return out;
  }

  std::optional<std::string> matches(std::string_view text, std::string_view formula) const {
    for (const Algorithm& algorithm : candidates()) {
      if (digest_hex(algorithm.evp(), text) != lower_) continue;
      std::string said = fmt::format("{} over {}", algorithm.name, formula);
      if (algorithm.name != "MD5") said += "; MD5 is expected";
      return said;
    }
    return std::nullopt;
  }

  std::optional<std::string> with_timestamp(const std::string& timestamp,
                                            std::string_view words) const {
    return matches(fmt::format("{}{}{}{}", p_.app_id, p_.nonce, p_.server_secret, timestamp),
                   fmt::format("{} {}", kFormula, words));
  }

  std::optional<std::string> other_timestamp() const {
    const auto seconds = parse_int64(p_.timestamp);
    if (!seconds || *seconds > 100'000'000'000'000 || *seconds < -100'000'000'000'000) return {};
    for (int millis = 0; millis < 1000; ++millis) {
      if (auto found =
              with_timestamp(std::to_string(*seconds * 1000 + millis), "in milliseconds")) {
        return found;
      }
    }
    if (auto found = with_timestamp(std::to_string(*seconds / 1000),
                                    "in seconds, while the "
                                    "Timestamp sent is in milliseconds")) {
      return found;
    }
    constexpr std::int64_t kQuarterHour = 900;
    for (std::int64_t step = 1; step <= 14 * 4; ++step) {
      for (const std::int64_t shift : {step * kQuarterHour, -step * kQuarterHour}) {
        if (auto found = with_timestamp(
                std::to_string(*seconds + shift),
                fmt::format("with a Timestamp shifted by {:+} s from the one sent", shift))) {
          return found;
        }
      }
    }
    for (const std::int64_t shift : {-2, -1, 1, 2}) {
      if (auto found = with_timestamp(std::to_string(*seconds + shift),
                                      fmt::format("with a Timestamp {:+} s from the one sent: read "
                                                  "the clock once",
                                                  shift))) {
        return found;
      }
    }
    return std::nullopt;
  }

  // Every order of every subset of the four parts.
  std::optional<std::string> other_order() const {
    const std::array<Part, 4> parts{Part{"AppId", p_.app_id}, Part{"Nonce", p_.nonce},
                                    Part{"Secret", p_.server_secret},
                                    Part{"Timestamp", p_.timestamp}};
    for (const std::string_view separator : {"", "&", "+", "|", ":", ",", "-", "_", " ", "\n"}) {
      for (unsigned subset = 15; subset > 0; --subset) {
        if (auto found = orders_of(parts, subset, separator)) return found;
      }
    }
    return std::nullopt;
  }

  std::optional<std::string> orders_of(const std::array<Part, 4>& parts, unsigned subset,
                                       std::string_view separator) const {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if ((subset >> i & 1) != 0) order.push_back(i);
    }
    do {
      std::string text, formula;
      for (const std::size_t i : order) {
        if (!formula.empty()) {
          text += separator;
          formula += '+';
        }
        text += parts[i].value;
        formula += parts[i].name;
      }
      if (auto found = matches(text, formula)) return *found + order_hint(subset, separator, order);
    } while (std::next_permutation(order.begin(), order.end()));
    return std::nullopt;
  }

  static std::string order_hint(unsigned subset, std::string_view separator,
                                const std::vector<std::size_t>& order) {
    std::string hint;
    static constexpr std::string_view kNames[] = {"AppId", "nonce", "secret", "Timestamp"};
    for (std::size_t i = 0; i < 4; ++i) {
      if ((subset >> i & 1) == 0) hint += fmt::format("; the {} is left out", kNames[i]);
    }
    if (order == std::vector<std::size_t>{0, 2, 1, 3}) {
      hint += "; secret and nonce are swapped";
    } else if (!std::is_sorted(order.begin(), order.end())) {
      hint += fmt::format("; the order is {}", kFormula);
    }
    if (!separator.empty()) hint += fmt::format("; with {} between", quote(separator));
    return hint;
  }

  std::optional<std::string> with(std::string_view app_id, std::string_view nonce,
                                  std::string_view words) const {
    return matches(fmt::format("{}{}{}{}", app_id, nonce, p_.server_secret, p_.timestamp),
                   fmt::format("{} {}", kFormula, words));
  }

  std::optional<std::string> other_spelling() const {
    const std::string nonce_lower = lower_ascii(p_.nonce);
    std::string nonce_upper(p_.nonce);
    std::transform(nonce_upper.begin(), nonce_upper.end(), nonce_upper.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    if (auto found = with(fmt::format("\"{}\"", p_.app_id), p_.nonce, "with the AppId in quotes")) {
      return found;
    }
    if (const auto id = parse_int64(p_.app_id)) {
      if (auto found = with(fmt::format("{:x}", *id), p_.nonce, "with the AppId in hex")) {
        return found;
      }
    }
    if (auto found = with(p_.app_id, trim(p_.nonce),
                          "without the white space that the nonce was sent with (spaces or line "
                          "breaks inside the query string?)")) {
      return found;
    }
    if (auto found = with(p_.app_id, nonce_lower, "with the nonce in lower case")) return found;
    if (auto found = with(p_.app_id, nonce_upper, "with the nonce in upper case")) return found;
    const auto padded =
        fmt::format("{}{}{}{}\n", p_.app_id, p_.nonce, p_.server_secret, p_.timestamp);
    return matches(padded, fmt::format("{} and a line break (echo without -n?)", kFormula));
  }

  std::optional<std::string> keyed() const {
    const std::string without = fmt::format("{}{}{}", p_.app_id, p_.nonce, p_.timestamp);
    const std::string whole =
        fmt::format("{}{}{}{}", p_.app_id, p_.nonce, p_.server_secret, p_.timestamp);
    for (const Algorithm& algorithm : candidates()) {
      if (hmac_hex(algorithm.evp(), p_.server_secret, without) == lower_) {
        return fmt::format(
            "HMAC-{} keyed with Secret over AppId+Nonce+Timestamp; plain MD5 over {} "
            "is expected",
            algorithm.name, kFormula);
      }
      if (hmac_hex(algorithm.evp(), p_.server_secret, whole) == lower_) {
        return fmt::format("HMAC-{} keyed with Secret over {}; plain MD5 is expected",
                           algorithm.name, kFormula);
      }
    }
    return std::nullopt;
  }

  SignatureParts p_;
  std::string lower_;     // the digest that was sent, in lower-case hex, however it was written
  std::string spelling_;  // how, as the end of a sentence
};

}  // namespace

std::string md5_hex(std::string_view bytes) { return digest_hex(EVP_md5(), bytes); }

std::string sha256_hex(std::string_view bytes) { return digest_hex(EVP_sha256(), bytes); }

std::string sign(std::string_view app_id, std::string_view nonce, std::string_view server_secret,
                 std::string_view timestamp) {
  return md5_hex(fmt::format("{}{}{}{}", app_id, nonce, server_secret, timestamp));
}

std::string make_nonce() {
  std::array<unsigned char, 8> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) std::abort();
  return hex(bytes.data(), bytes.size());
}

std::optional<std::string> diagnose_signature(const SignatureParts& parts) {
  return Doctor(parts).diagnose();
}

std::string diagnose_timestamp(std::int64_t timestamp, std::int64_t now) {
  constexpr std::int64_t kLaterThanAnyone = 100'000'000'000;  // seconds: the year 5138
  if (timestamp > kLaterThanAnyone && timestamp < kLaterThanAnyone * 100'000) {
    return fmt::format("{}, which looks like milliseconds", timestamp);
  }
  const bool ahead = timestamp > now;
  // Unsigned, because the distance between two int64 need not be one.
  const std::uint64_t off =
      ahead ? static_cast<std::uint64_t>(timestamp) - static_cast<std::uint64_t>(now)
            : static_cast<std::uint64_t>(now) - static_cast<std::uint64_t>(timestamp);
  std::string said = fmt::format("{}, which is {} s {} the server's clock", timestamp, off,
                                 ahead ? "ahead of" : "behind");
  constexpr std::uint64_t kSlack = 300, kKnownShift = 9000, kQuarterHour = 900;
  const std::uint64_t nearest_quarter = (off + kQuarterHour / 2) / kQuarterHour * kQuarterHour;
  const std::uint64_t distance =
      off > nearest_quarter ? off - nearest_quarter : nearest_quarter - off;
  if (nearest_quarter == kKnownShift && distance <= kSlack) {
    said += ": the fixed offset of 9000 s that some clients apply";
  } else if (nearest_quarter >= 1800 && nearest_quarter <= 14 * 3600 && distance <= 10) {
    said += ": a shift of a time zone's size; Timestamp is UTC";
  }
  return said;
}

}  // namespace zimmock::inline contract
