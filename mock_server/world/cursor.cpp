#include "mock_server/world/cursor.h"

namespace zimmock::mock {
namespace {

constexpr std::uint64_t kCheckBits = 16;
constexpr std::uint64_t kCheckMask = (1U << kCheckBits) - 1;

// The multiplicative inverse of an odd number modulo 2^64, by Newton's iteration.
std::uint64_t inverse_of_odd(std::uint64_t odd) {
  std::uint64_t inverse = odd;
  for (int i = 0; i < 6; ++i) inverse *= 2 - odd * inverse;
  return inverse;
}

}  // namespace

std::uint64_t mix(std::uint64_t value) {  // the finalizer of SplitMix64
  value += 0x9E3779B97F4A7C15U;
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9U;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBU;
  return value ^ (value >> 31);
}

CursorCodec::CursorCodec(std::int64_t bits, std::uint64_t key)
    : bits_(static_cast<std::uint64_t>(bits) - 1),
      mask_((std::uint64_t{1} << bits_) - 1),
      odd_(mix(key) | 1),
      odd_inverse_(inverse_of_odd(odd_)),
      pad_(mix(key + 1) & mask_) {}

// Multiply, fold the high half onto the low, multiply: each step can be undone modulo 2^bits.
std::int64_t CursorCodec::encode(std::int64_t seq) const {
  std::uint64_t x = (static_cast<std::uint64_t>(seq) << kCheckBits) | (mix(pad_) & kCheckMask);
  x = (x * odd_) & mask_;
  x ^= x >> ((bits_ + 1) / 2);
  x = (x * odd_) & mask_;
  return static_cast<std::int64_t>((x ^ pad_) | (std::uint64_t{1} << bits_));
}

std::optional<std::int64_t> CursorCodec::decode(std::int64_t next) const {
  const auto value = static_cast<std::uint64_t>(next);
  if ((value >> bits_) != 1) return std::nullopt;
  std::uint64_t x = (value & mask_) ^ pad_;
  x = (x * odd_inverse_) & mask_;
  x ^= x >> ((bits_ + 1) / 2);
  x = (x * odd_inverse_) & mask_;
  if ((x & kCheckMask) != (mix(pad_) & kCheckMask)) return std::nullopt;
  return static_cast<std::int64_t>(x >> kCheckBits);
}

}  // namespace zimmock::mock
