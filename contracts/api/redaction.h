#pragma once

// What may be shown of what a caller sent. A secret may stand anywhere in a request, as a caller's
// mistake; from there it must not come into a log, a journal, a recording, a header or a message.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "contracts/rules/rules.h"

namespace zimmock::inline contract {

// What stands in a secret's place.
inline constexpr std::string_view kRedacted = "***";

// A shorter secret is looked for as a whole text only: within texts it would be found by accident.
inline constexpr std::size_t kMinSecretBytes = 8;

// True for names of parameters, headers and members whose value lets somebody in: Signature, Token,
// ServerSecret, Cookie, ... in any case, but not for SignatureNonce and SignatureVersion.
bool is_secret_name(std::string_view name);

// A text of names and values (a query, a form, a value that has swallowed what follows it), with
// the values of secret names replaced, and of every AppId that is no number. A value is what
// follows '=' or ':' up to the next '&' or ';' or the end; what stands before the name does not
// matter. Names, separators and values may be percent-encoded. The rest is kept to the byte. The
// values are added to `found`, as they stand and decoded. O(length).
std::string redact_named(std::string_view text, std::vector<std::string>* found = nullptr);

// Replaces every secret in the text, also where it is escaped or cut off after its first 8 bytes.
// O(length) for each secret.
void redact_secrets(std::string& text, std::span<const std::string> secrets);
void redact_secrets(Finding& finding, std::span<const std::string> secrets);

// An AppId for a log: itself if it is made of digits, as a number is, else kRedacted (or "").
std::string shown_app_id(std::string_view text);

// What a message says it got in place of something that is no secret: quoted; of a text that may be
// a secret all the same, as it is neither short nor a number, the length only.
std::string quote_unless_secret(std::string_view text);
// The same for a JSON value: its type too, but of a string.
std::string value_unless_secret(const nlohmann::json& value);

}  // namespace zimmock::inline contract
