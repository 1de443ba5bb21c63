#pragma once

#include <string>

namespace zimmock::mock {

// Carries bytes between two connected, non-blocking TCP sockets until both directions have ended;
// blocks until then. What comes is sent on in order; at most 64 KiB a direction are held.
//
// The end of one direction (FIN) is passed on when its bytes are, and leaves the other one open. A
// reset (RST) is passed on as a reset, after the bytes that came before it. Ends at once, after
// handing on what needs no waiting, when `wake_fd` becomes readable or hangs up. Closes neither
// socket.
//
// `first` is sent to `server_fd` before anything else: what was read of the client already.
void run_tunnel(int client_fd, int server_fd, int wake_fd, std::string first);

// Waits until one of `events` (or an error) is there for `fd`: true; false when `wake_fd` becomes
// readable or hangs up, or `timeout_ms` (-1: never) has passed.
bool wait_for_socket(int fd, short events, int wake_fd, int timeout_ms);

}  // namespace zimmock::mock
