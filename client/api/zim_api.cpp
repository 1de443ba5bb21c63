#include "client/api/zim_api.h"

#include <fmt/format.h>

#include "client/api/zim_answers.h"
#include "contracts/api/json_text.h"
#include "contracts/api/signature.h"
#include "contracts/api/text.h"

namespace zimmock::client {
namespace {

// A call whose answer has nothing but the envelope.
Result<Answer<NoAnswer>> bare_answer(OperationId action_id, const Result<HttpResponse>& response) {
  if (!response) return tl::unexpected(response.error());
  auto envelope = read_envelope(operation(action_id).name, *response);
  if (!envelope) return tl::unexpected(envelope.error());
  return Answer<NoAnswer>{std::move(envelope->status), {}};
}

}  // namespace

CodeClass ApiStatus::code_class() const {
  const ReturnCode* row = find_code(known_code());
  return row == nullptr ? CodeClass::kInDoubt : row->code_class;
}

std::string ApiStatus::line() const {
  const ReturnCode* row = find_code(known_code());
  std::string out = fmt::format("code {} ({})", code, row != nullptr ? row->meaning : message);
  if (!explain.empty()) out += ": " + explain;
  return printable_line(out);
}

ZimApi::ZimApi(Transport& transport, Credentials credentials, const Clock& clock,
               NonceSource nonces, Profile profile)
    : transport_(transport),
      credentials_(std::move(credentials)),
      clock_(clock),
      nonces_(nonces ? std::move(nonces) : make_nonce),
      profile_(std::move(profile)) {}

std::int64_t ZimApi::known_as(std::int64_t code) const {
  const std::int64_t known = profile_.registry_code(code);
  return known == code ? 0 : known;
}

template <typename Value>
Result<Answer<Value>> ZimApi::known(Result<Answer<Value>> answer) const {
  if (answer) answer->status.known_as = known_as(answer->status.code);
  return answer;
}

Result<HttpResponse> ZimApi::post(OperationId action_id, const nlohmann::json& body,
                                  std::optional<std::int64_t> timestamp_s) {
  HttpRequest request;
  request.method = "POST";
  request.target = "/?" + signed_query(operation(action_id).name, credentials_, nonces_(),
                                       timestamp_s.value_or(clock_.wall_ms() / kMillisPerSecond));
  request.headers = {{"Content-Type", "application/json"}};
  request.body = json_line(body);
  return transport_.send(request);
}

Result<Answer<RegisterAnswer>> ZimApi::user_register(const UserRegister& request) {
  const auto response = post(OperationId::kUserRegister, to_json(request));
  if (!response) return tl::unexpected(response.error());
  auto envelope = read_envelope("UserRegister", *response);
  if (!envelope) return tl::unexpected(envelope.error());
  auto value = read_register_answer("UserRegister", envelope->body);
  if (!value) return tl::unexpected(value.error());
  for (RegisterFailure& failure : value->failures) failure.known_as = known_as(failure.sub_code);
  return known<RegisterAnswer>(
      Answer<RegisterAnswer>{std::move(envelope->status), *std::move(value)});
}

Result<Answer<ImportAnswer>> ZimApi::import_peer_msg(const ImportPeerMsg& request,
                                                     std::optional<std::int64_t> timestamp_s) {
  const auto response = post(OperationId::kImportPeerMsg, to_json(request), timestamp_s);
  if (!response) return tl::unexpected(response.error());
  auto envelope = read_envelope("ImportPeerMsg", *response);
  if (!envelope) return tl::unexpected(envelope.error());
  if (!envelope->status.ok())
    return known<ImportAnswer>(Answer<ImportAnswer>{std::move(envelope->status), {}});
  auto value = read_import_answer("ImportPeerMsg", envelope->body);
  if (!value) return tl::unexpected(value.error());
  return known<ImportAnswer>(Answer<ImportAnswer>{std::move(envelope->status), *std::move(value)});
}

Result<Answer<QueryAnswer>> ZimApi::query_peer_msg(const QueryPeerMsg& request) {
  const auto response = post(OperationId::kQueryPeerMsg, to_json(request));
  if (!response) return tl::unexpected(response.error());
  auto envelope = read_envelope("QueryPeerMsg", *response);
  if (!envelope) return tl::unexpected(envelope.error());
  if (!envelope->status.ok())
    return known<QueryAnswer>(Answer<QueryAnswer>{std::move(envelope->status), {}});
  auto value = read_query_answer("QueryPeerMsg", envelope->body);
  if (!value) return tl::unexpected(value.error());
  return known<QueryAnswer>(Answer<QueryAnswer>{std::move(envelope->status), *std::move(value)});
}

Result<Answer<NoAnswer>> ZimApi::revoke_peer_message(const RevokePeerMessage& request) {
  return known(bare_answer(OperationId::kRevokePeerMessage,
                           post(OperationId::kRevokePeerMessage, to_json(request))));
}

Result<Answer<NoAnswer>> ZimApi::clear_peer_message(const ClearPeerMessage& request) {
  return known(bare_answer(OperationId::kClearPeerMessage,
                           post(OperationId::kClearPeerMessage, to_json(request))));
}

}  // namespace zimmock::client
