#include "mock_server/proxy/tunnel.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <utility>
#include <vector>

#include "mock_server/http/file_descriptor.h"

namespace zimmock::mock {
namespace {

constexpr std::size_t kBufferBytes = 64 * 1024;

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

// A client that sends a head and then a body, and has not set TCP_NODELAY, sends the body when the
// head is acknowledged (Nagle's algorithm), for which Linux waits 40 ms. It forgets this option, so
// it is set after each read.
void acknowledge_now([[maybe_unused]] int fd) {
#ifdef TCP_QUICKACK
  const int yes = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &yes, sizeof yes);
#endif
}

struct Peer {
  int fd;
  bool broken = false;  // reset by the peer
  bool hung = false;    // poll() reports an error or hang-up from now on, asked or not
};

// One direction. Bytes [sent, filled) of the buffer wait to be written.
class Flow {
 public:
  Flow(Peer& from, Peer& to) : from_(from), to_(to), buffer_(kBufferBytes) {}

  bool wants_read() const { return !ended_ && filled_ < buffer_.size(); }
  bool wants_write() const { return sent_ < filled_; }
  bool ended() const { return ended_; }  // nothing more is to be read
  bool drained() const { return ended_ && !wants_write(); }
  bool over() const { return over_; }  // drained, and the end passed on

  void read() {
    if (!wants_read()) return;
    const ssize_t got = ::recv(from_.fd, buffer_.data() + filled_, buffer_.size() - filled_, 0);
    if (got > 0) {
      acknowledge_now(from_.fd);
      filled_ += static_cast<std::size_t>(got);
    } else if (got == 0) {
      ended_ = true;
    } else if (!would_block()) {
      from_.broken = ended_ = true;
    }
  }

  void write() {
    if (wants_write() && !to_.broken) {
      const ssize_t put = ::send(to_.fd, buffer_.data() + sent_, filled_ - sent_, MSG_NOSIGNAL);
      if (put > 0) sent_ += static_cast<std::size_t>(put);
      if (put < 0 && !would_block()) to_.broken = true;
    }
    if (to_.broken) {  // nobody is left to write to
      sent_ = filled_;
      ended_ = true;
    }
    if (sent_ == filled_) sent_ = filled_ = 0;
    if (drained() && !over_ && !from_.broken && !to_.broken) {
      ::shutdown(to_.fd, SHUT_WR);
      over_ = true;
    }
  }

  void put(std::string_view bytes) {
    if (bytes.size() > buffer_.size()) buffer_.resize(bytes.size());
    bytes.copy(buffer_.data(), bytes.size());
    filled_ = bytes.size();
  }

 private:
  Peer& from_;
  Peer& to_;
  std::vector<char> buffer_;
  std::size_t sent_ = 0;
  std::size_t filled_ = 0;
  bool ended_ = false;
  bool over_ = false;
};

// What to wait for on a peer that `out` reads from and `in` writes to. Once hung it is left out
// while nothing is wanted of it: poll() would return at once, again and again.
pollfd interest(const Peer& peer, const Flow& out, const Flow& in) {
  short events = 0;
  if (out.wants_read()) events |= POLLIN;
  if (in.wants_write()) events |= POLLOUT;
  return {events == 0 && peer.hung ? -1 : peer.fd, events, 0};
}

// A reset of a peer whose sending had ended is seen in no read.
void note_error(Peer& peer, const Flow& out, short events) {
  if ((events & (POLLERR | POLLHUP)) != 0) peer.hung = true;
  if ((events & POLLERR) != 0 && out.ended()) peer.broken = true;
}

}  // namespace

void run_tunnel(int client_fd, int server_fd, int wake_fd, std::string first) {
  Peer client{client_fd}, server{server_fd};
  Flow up(client, server), down(server, client);
  up.put(first);
  while (!up.over() || !down.over()) {
    pollfd polls[] = {interest(client, up, down), interest(server, down, up), {wake_fd, POLLIN, 0}};
    if (::poll(polls, 3, -1) < 0 && errno != EINTR) return;
    note_error(client, up, polls[0].revents);
    note_error(server, down, polls[1].revents);
    up.read();
    down.read();
    up.write();
    down.write();
    // What came before a reset has been handed on: now the reset.
    if (client.broken && up.drained()) return reset_connection(server.fd);
    if (server.broken && down.drained()) return reset_connection(client.fd);
    if (polls[2].revents != 0) return;
  }
}

bool wait_for_socket(int fd, short events, int wake_fd, int timeout_ms) {
  pollfd polls[] = {{fd, events, 0}, {wake_fd, POLLIN, 0}};
  int ready = 0;
  do {
    ready = ::poll(polls, 2, timeout_ms);
  } while (ready < 0 && errno == EINTR);
  return ready > 0 && polls[1].revents == 0;
}

}  // namespace zimmock::mock
