#pragma once

// How the answers of the five operations are read; ZimApi's header says what is accepted.

#include <string_view>

#include "client/api/zim_api.h"

namespace zimmock::client {

struct Envelope {
  ApiStatus status;
  nlohmann::json body;  // an object
};

// `where` (the operation) starts an Error's message.
Result<Envelope> read_envelope(std::string_view where, const HttpResponse& response);

Result<RegisterAnswer> read_register_answer(std::string_view where, const nlohmann::json& body);
Result<ImportAnswer> read_import_answer(std::string_view where, const nlohmann::json& body);

// Moves the list out of `body`.
Result<QueryAnswer> read_query_answer(std::string_view where, nlohmann::json& body);

}  // namespace zimmock::client
