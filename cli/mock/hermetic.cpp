#include "cli/mock/hermetic.h"

#include <fmt/format.h>

#ifdef __linux__

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <net/if.h>
#include <netdb.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "contracts/api/text.h"
#include "contracts/api/vendor_hosts.h"
#include "mock_server/http/certificate_authority.h"
#include "mock_server/http/file_descriptor.h"

namespace zimmock::cli {
namespace {

constexpr std::string_view kAdvice =
    "run as root, or allow user namespaces (sysctl user.max_user_namespaces above 0, "
    "kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0; docker "
    "run "
    "--security-opt seccomp=unconfined --security-opt apparmor=unconfined), or leave --hermetic "
    "out "
    "and have the client use HTTPS_PROXY";

tl::unexpected<Error> refused(std::string_view step) {
  return fail(ErrorKind::kSystem,
              fmt::format("--hermetic: could not {}: {}; {}", step, std::strerror(errno), kAdvice));
}

bool write_whole(const char* path, const std::string& text) {
  const mock::FileDescriptor file(::open(path, O_WRONLY | O_CLOEXEC));
  return file.fd() >= 0 &&
         ::write(file.fd(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

Result<void> enter_user_namespace() {
  const uid_t uid = ::geteuid();
  const gid_t gid = ::getegid();
  if (::unshare(CLONE_NEWUSER) != 0) return refused("make a user namespace");
  // Without setgroups(2), which an unprivileged process must give up to map its group.
  write_whole("/proc/self/setgroups", "deny");
  if (!write_whole("/proc/self/uid_map", fmt::format("{} {} 1", uid, uid)) ||
      !write_whole("/proc/self/gid_map", fmt::format("{} {} 1", gid, gid))) {
    return refused("map this user into the user namespace");
  }
  return {};
}

bool bring_up_loopback() {
  const mock::FileDescriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  if (::ioctl(socket.fd(), SIOCGIFFLAGS, &request) != 0) return false;
  request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
  if (::ioctl(socket.fd(), SIOCSIFFLAGS, &request) != 0) return false;
  // A resolver asked with AI_ADDRCONFIG finds no IPv4 address for anything unless the machine has
  // one that is not 127.0.0.1. This one is for documentation (RFC 5737).
  ifreq second{};
  std::strcpy(second.ifr_name, "lo:1");
  auto& address = reinterpret_cast<sockaddr_in&>(second.ifr_addr);
  address.sin_family = AF_INET;
  ::inet_pton(AF_INET, "192.0.2.1", &address.sin_addr);
  return ::ioctl(socket.fd(), SIOCSIFADDR, &second) == 0;
}

Result<void> enter_network() {
  if (::unshare(CLONE_NEWNET | CLONE_NEWNS) != 0) {
    return refused("make a network and a mount namespace");
  }
  if (!bring_up_loopback()) return refused("bring the loopback interface up");
  if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    return refused("make the mounts private");
  }
  return {};
}

std::string hosts_text() {
  std::string out = "127.0.0.1 localhost\n::1 localhost\n";
  std::array<char, 256> own{};
  if (::gethostname(own.data(), own.size() - 1) == 0 && own[0] != '\0') {
    out += fmt::format("127.0.0.1 {}\n", own.data());
  }
  for (const std::string_view host : kVendorHosts) out += fmt::format("127.0.0.1 {}\n", host);
  return out;
}

Result<void> mount_hosts() {
  const char* folder = std::getenv("TMPDIR");
  std::string path = fmt::format("{}/zimmock-hosts.XXXXXX",
                                 folder != nullptr && *folder != '\0' ? folder : "/tmp");
  const mock::FileDescriptor file(::mkstemp(path.data()));
  if (file.fd() < 0) return refused(fmt::format("make {}", path));
  const std::string text = hosts_text();
  const bool mounted =
      ::fchmod(file.fd(), 0644) == 0 &&
      ::write(file.fd(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::mount(path.c_str(), "/etc/hosts", nullptr, MS_BIND, nullptr) == 0;
  const int error = errno;
  ::unlink(path.c_str());  // the mount keeps it
  errno = error;
  return mounted ? Result<void>() : refused("mount a file over /etc/hosts");
}

// The resolver may have been told to ask others before /etc/hosts, over a socket that leads out.
Result<void> check_resolver() {
  const std::string host(kVendorHosts.front());
  addrinfo hints{};
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  std::array<char, INET_ADDRSTRLEN> text{};
  const int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (code == 0) {
    ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(found->ai_addr)->sin_addr,
                text.data(), text.size());
    ::freeaddrinfo(found);
  }
  if (std::string_view(text.data()) == "127.0.0.1") return {};
  return fail(
      ErrorKind::kSystem,
      fmt::format("--hermetic: expected {} at 127.0.0.1 by /etc/hosts, got {}; have `files` "
                  "first in the line `hosts:` of /etc/nsswitch.conf, and no nscd running",
                  host, code == 0 ? text.data() : ::gai_strerror(code)));
}

}  // namespace

Result<void> enter_hermetic_namespaces() {
  // Root may do it directly, unless a container took the capabilities away.
  const bool entered = ::geteuid() == 0 && enter_network();
  if (!entered) {
    if (auto done = enter_user_namespace(); !done) return done;
    if (auto done = enter_network(); !done) return done;
  }
  if (auto done = mount_hosts(); !done) return done;
  return check_resolver();
}

void drop_namespace_privileges() {
  // From the bounding set, out of which a root user's commands get theirs.
  for (const int capability : {CAP_SYS_ADMIN, CAP_NET_ADMIN}) {
    ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
  }
}

}  // namespace zimmock::cli

#else

namespace zimmock::cli {

Result<void> enter_hermetic_namespaces() {
  return fail(ErrorKind::kSystem,
              "--hermetic: expected Linux, got another system; leave it out and have the client "
              "use HTTPS_PROXY");
}

void drop_namespace_privileges() {}

}  // namespace zimmock::cli

#endif
