#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "client/api/signed_query.h"
#include "contracts/api/clock.h"
#include "contracts/api/codes.h"
#include "contracts/api/http.h"
#include "contracts/api/operations/clear_peer_message.h"
#include "contracts/api/operations/operation.h"
#include "contracts/api/operations/revoke_peer_message.h"
#include "contracts/api/operations/user_register.h"
#include "contracts/api/profile.h"
#include "contracts/api/result.h"

namespace zimmock::client {

// The second of the three kinds of bad: what the service answered. Code 0 is success.
struct ApiStatus {
  std::int64_t code = 0;
  std::string message;
  std::string request_id;
  std::string explain;        // X-Zimmock-Explain, which only the mock sends
  std::int64_t known_as = 0;  // Profile::registry_code() of `code`, where that is another; else 0

  bool ok() const { return code == 0; }
  std::int64_t known_code() const { return known_as != 0 ? known_as : code; }

  // A code that neither the contract nor the profile lists may mean anything: in doubt.
  CodeClass code_class() const;

  // `code 660500002 (operator (FromUserId) not registered): explain`, one line of ASCII.
  std::string line() const;
};

template <typename T>
struct Answer {
  ApiStatus status;
  T value;  // meaningful if status.ok(); UserRegister's failures in any case
};

struct RegisterFailure {
  std::string user_id;
  std::int64_t sub_code = 0;
  std::string sub_message;
  std::int64_t known_as = 0;  // as ApiStatus has it

  std::int64_t known_code() const { return known_as != 0 ? known_as : sub_code; }
};

struct RegisterAnswer {
  std::vector<RegisterFailure> failures;
};

struct ImportAnswer {
  std::string msg_id;  // decimal digits, exactly as answered
  std::int64_t msg_seq = 0;
};

// One entry of a list. For a message that is deleted or recalled, everything but MsgId, MsgSeq and
// is_empty may be missing.
struct QueryItem {
  std::string sender;
  std::int64_t msg_type = 0;
  std::int64_t sub_msg_type = 0;
  std::string msg_body;
  std::string msg_id;  // decimal digits
  std::int64_t msg_seq = 0;
  std::string payload;
  std::int64_t msg_time_ms = 0;
  std::int64_t is_empty = 0;  // 0 no, 1 deleted or expired, 2 recalled
  nlohmann::json raw;         // the entry as answered
};

struct QueryAnswer {
  std::vector<QueryItem> items;  // newest first
  std::int64_t next = 0;         // 0: that was all
};

struct NoAnswer {};

// The five operations as calls. Each call blocks for one exchange over the Transport and is signed
// anew. A refusal is an ApiStatus; the Error is the Transport's, or kUnusableAnswer for an answer
// that is not this API's: not a JSON object, no integer Code, success without the documented
// members, of which lists and numbers may be left out, or null, where they are empty or 0. Integers
// keep all 64 bits; a MsgId may come as a number or as a string of digits. Used by one thread at a
// time; the Transport and the Clock must outlive it.
class ZimApi {
 public:
  using NonceSource = std::function<std::string()>;

  // Without a nonce source, nonces come from the system's randomness. `profile`: whose codes the
  // service has.
  ZimApi(Transport& transport, Credentials credentials, const Clock& clock, NonceSource nonces = {},
         Profile profile = {});

  Result<Answer<RegisterAnswer>> user_register(const UserRegister& request);
  // Signed with that Timestamp, or with now.
  Result<Answer<ImportAnswer>> import_peer_msg(
      const ImportPeerMsg& request, std::optional<std::int64_t> timestamp_s = std::nullopt);
  Result<Answer<QueryAnswer>> query_peer_msg(const QueryPeerMsg& request);
  Result<Answer<NoAnswer>> revoke_peer_message(const RevokePeerMessage& request);
  Result<Answer<NoAnswer>> clear_peer_message(const ClearPeerMessage& request);

 private:
  Result<HttpResponse> post(OperationId action_id, const nlohmann::json& body,
                            std::optional<std::int64_t> timestamp_s = std::nullopt);
  // 0 if it is the same.
  std::int64_t known_as(std::int64_t code) const;
  template <typename Value>
  Result<Answer<Value>> known(Result<Answer<Value>> answer) const;

  Transport& transport_;
  Credentials credentials_;
  const Clock& clock_;
  NonceSource nonces_;
  Profile profile_;
};

}  // namespace zimmock::client
