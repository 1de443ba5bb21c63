#pragma once

// The first of the three kinds of bad: we could not do it. (ApiStatus: the service refused;
// Finding: a rule of the contract was broken.)

#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace zimmock::inline contract {

enum class ErrorKind {
  kUsage,           // the caller asked for something that cannot be done as asked
  kInput,           // a file or record could not be read, or is not what it must be
  kSystem,          // the machine refused: disk, sockets, certificates
  kUnreachable,     // no connection: the request was not sent
  kInDoubt,         // the request may have been received, but no usable answer came
  kUnusableAnswer,  // an answer came that this API does not give
};

struct Error {
  ErrorKind kind = ErrorKind::kSystem;
  std::string message;  // one line: "where: expected X, got Y; what to do", without secrets
};

template <typename T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(ErrorKind kind, std::string message) {
  return tl::unexpected<Error>(Error{kind, std::move(message)});
}

}  // namespace zimmock::inline contract
