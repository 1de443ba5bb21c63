#pragma once

// The six parameters of every call: read and checked one request at a time. What needs a memory of
// earlier requests (nonces, rates) or of Apps is not here.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contracts/api/http.h"
#include "contracts/api/operations/operation.h"
#include "contracts/rules/rules.h"

namespace zimmock::inline contract {

// The six parameters of every call, in the form they were sent.
struct CommonParameters {
  std::string action_name;
  const Operation* operation = nullptr;
  std::string app_id_text;
  std::uint32_t app_id = 0;
  std::string nonce;
  std::string timestamp_text;
  std::int64_t timestamp = 0;  // seconds
  std::string signature;
  std::vector<Finding> warnings;  // unknown and repeated parameters
  RuleSet checked;                // each rule as it is looked at, up to the refusal
};

// Reads and checks the query in the order of docs/zim-api.md section 1 (assumed): Action (one of
// the vendor's, emulated or not), AppId, Timestamp, SignatureNonce, SignatureVersion, Signature,
// each present and well-formed (but for the signature's form, which check_signature_form can
// explain). The Finding is the first breach; what could be read up to it is in `seen`.
std::optional<Finding> read_common_parameters(const HttpRequest& request, CommonParameters& seen);

// ", with a Bearer token: ..." where a request brings what another API wants in place of a
// signature, or "". Repeats no value.
std::string other_scheme_hint(const HttpRequest& request);

// What follows once all six are there. Each adds its rule to `checked`; a Finding never repeats a
// signature or a secret.

// With the secret, a signature of another form is explained where a known mistake made it.
std::optional<Finding> check_signature_form(
    CommonParameters& parameters, std::optional<std::string_view> server_secret = std::nullopt);

std::optional<Finding> check_timestamp_age(CommonParameters& parameters, std::int64_t now_ms,
                                           std::int64_t window_s);

std::optional<Finding> check_signature(CommonParameters& parameters,
                                       std::string_view server_secret);

std::optional<Finding> check_nonce_form(CommonParameters& parameters);

// Refuses a call with another method than the operation has. `parameters.operation` must be set.
std::optional<Finding> check_method(const HttpRequest& request, CommonParameters& parameters);

// Refuses what ZIM has and this program does not emulate. `parameters.operation` must be set.
std::optional<Finding> check_emulated(CommonParameters& parameters);

}  // namespace zimmock::inline contract
