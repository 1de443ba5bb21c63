#pragma once

// How answers go out through cpp-httplib, whole or spoilt. For http_listener.cpp only.

#include <httplib.h>

#include "mock_server/http/pauses.h"
#include "mock_server/http/wire_answer.h"

namespace zimmock::mock {

// The connection that a request came in on.
struct Connection {
  const httplib::Request* request = nullptr;
  int local_port = 0;
  Pauses* pauses = nullptr;  // calls off drips and pauses
};

void write(HttpResponse response, httplib::Response& out);

// Has cpp-httplib close the connection behind this answer.
void close_after(httplib::Response& out);

// Does to the written answer what the fault says. The Pauses must outlive the sending.
void spoil(const WireFault& fault, const Connection& connection, httplib::Response& out);

// Shuts every connection of this process whose local port is this one: cpp-httplib cannot close
// those that wait in keep-alive, and stopping would wait for their timeout.
void shut_connections_on(int port);

}  // namespace zimmock::mock
