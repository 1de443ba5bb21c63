#pragma once

#include <string>
#include <string_view>

#include "contracts/api/result.h"

namespace zimmock::client {

// Any region of the real service. (docs/zim-api.md section 1, documented)
inline constexpr std::string_view kRealEndpoint = "https://zim-api.zego.im";

// Where the API is reached: a scheme, a host and a port, nothing else.
struct Endpoint {
  std::string url;  // without a slash at the end
  bool encrypted = true;
  bool loopback = false;  // localhost, 127.0.0.0/8 or ::1
  // Which service it is, without the port: the host in lower case; "localhost" for every loopback
  // address, and kRealEndpoint's host for every region of the real service.
  std::string service;
  // The same of a loopback address with its port, as each port may be a mock of its own.
  std::string instance;
};

// An Error (kUsage) for anything but http:// or https:// with a host, an optional port and "/".
Result<Endpoint> parse_endpoint(std::string_view text);

}  // namespace zimmock::client
