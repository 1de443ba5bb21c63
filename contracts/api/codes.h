#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace zimmock::inline contract {

// What a client that imports history may conclude from a code about the call it made. Source: the
// meaning in the vendor's tables; none of them says it in these words, so it is our reading.
enum class CodeClass {
  kSuccess,
  kRefused,      // not applied; sending the same again gets the same
  kWait,         // not applied; the same call may be made again later
  kCredentials,  // not applied; nothing else will be either until the configuration is repaired
  kInDoubt,      // may have been applied
};

struct ReturnCode {
  std::int64_t code;
  CodeClass code_class;
  std::string_view meaning;  // lower case; what the mock puts in `Message`
};

// Codes that the code decides by. A row of return_codes() says what each means.
inline constexpr std::int64_t kCodeInvalid = 660000002;
inline constexpr std::int64_t kCodeNotRegistered = 660500002;
inline constexpr std::int64_t kCodeUserExists = 660700002;
inline constexpr std::int64_t kCodeUserNameTooLong = 660700006;
inline constexpr std::int64_t kCodeUserAvatarTooLong = 660700007;

// Every return code of docs/zim-api.md section 1, ascending.
std::span<const ReturnCode> return_codes();

// The row of a code, or nullptr for one that the contract does not list.
const ReturnCode* find_code(std::int64_t code);

// The meaning, or "unknown code".
std::string_view code_meaning(std::int64_t code);

std::string_view to_string(CodeClass code_class);

}  // namespace zimmock::inline contract
