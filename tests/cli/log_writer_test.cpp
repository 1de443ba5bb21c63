// The log's thread between those who log and whoever reads, with pipes and files of its own.
// Nothing here depends on how fast it goes.

#include "cli/mock/log_writer.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/support/catch.h"

using zimmock::cli::LogWriter;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kQueueBytes = std::size_t{8} << 20;

// As in the commands that log: a reader that has gone is an error of writing.
[[maybe_unused]] const auto kBefore = std::signal(SIGPIPE, SIG_IGN);

std::string missing(std::uint64_t lines) { return fmt::format("missing {}", lines); }

auto soon() { return std::chrono::steady_clock::now() + 60s; }

struct Pipe {
  Pipe() {
    int fds[2];
    REQUIRE(::pipe2(fds, O_CLOEXEC) == 0);
    reader = fds[0], writer = fds[1];
  }
  ~Pipe() {
    ::close(reader);
    close_writer();
  }
  void close_writer() {
    if (writer >= 0) ::close(writer);
    writer = -1;
  }

  int reader = -1;
  int writer = -1;
};

std::string read_to_end(int fd) {
  std::string out;
  char chunk[65536];
  for (ssize_t got = 0; (got = ::read(fd, chunk, sizeof chunk)) > 0;) {
    out.append(chunk, static_cast<std::size_t>(got));
  }
  return out;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

// A line that says which it is, of `bytes` bytes.
std::string line(std::size_t number, std::size_t bytes) {
  std::string out = fmt::format("line {} ", number);
  out.resize(std::max(bytes, out.size()), '.');
  return out;
}

struct TemporaryFile {
  TemporaryFile() {
    char name[] = "/tmp/zimmock-log-XXXXXX";
    fd = ::mkstemp(name);
    REQUIRE(fd >= 0);
    path = name;
  }
  ~TemporaryFile() {
    ::close(fd);
    std::filesystem::remove(path);
  }
  std::string text() const {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  int fd = -1;
  std::filesystem::path path;
};

}  // namespace

TEST_CASE("a reader that follows gets every line, whole and in order") {
  Pipe pipe;
  std::string got;
  std::thread reader([&] { got = read_to_end(pipe.reader); });
  constexpr std::size_t kLines = 800;  // what the queue holds, so that a slow machine drops none
  LogWriter log(pipe.writer, missing);
  for (std::size_t i = 0; i < kLines; ++i) log.write(line(i, i % 7 == 0 ? 20'000 : 7000));
  CHECK(log.close(soon()));
  pipe.close_writer();
  reader.join();
  const auto lines = lines_of(got);
  REQUIRE(lines.size() == kLines);
  for (std::size_t i = 0; i < kLines; ++i) REQUIRE(lines[i] == line(i, i % 7 == 0 ? 20'000 : 7000));
}

TEST_CASE(
    "lines that nobody reads are dropped beyond the queue, and counted where they are missing") {
  Pipe pipe;
  LogWriter log(pipe.writer, missing);
  constexpr std::size_t kLineBytes = 8000;
  constexpr std::size_t kLines = 2 * kQueueBytes / kLineBytes;
  for (std::size_t i = 0; i < kLines; ++i) log.write(line(i, kLineBytes));
  std::string got;
  std::thread reader([&] { got = read_to_end(pipe.reader); });
  CHECK(log.close(soon()));
  pipe.close_writer();
  reader.join();
  const auto lines = lines_of(got);
  // Those of the queue, and as many as the pipe took; then the count of the others.
  REQUIRE(lines.size() > kQueueBytes / kLineBytes - 2);
  REQUIRE(lines.size() < kLines);
  const std::size_t kept = lines.size() - 1;
  for (std::size_t i = 0; i < kept; ++i) REQUIRE(lines[i] == line(i, kLineBytes));
  CHECK(lines.back() == missing(kLines - kept));
}

TEST_CASE("the line that counts what is missing comes before the next one") {
  Pipe pipe;
  LogWriter log(pipe.writer, missing);
  constexpr std::size_t kLineBytes = 8000;
  constexpr std::size_t kLines = 2 * kQueueBytes / kLineBytes;
  for (std::size_t i = 0; i < kLines; ++i) log.write(line(i, kLineBytes));
  std::string got;
  std::thread reader([&] { got = read_to_end(pipe.reader); });
  log.write("after");  // waits for room, unless the reader is slow to begin; then it is counted too
  CHECK(log.close(soon()));
  pipe.close_writer();
  reader.join();
  const auto lines = lines_of(got);
  REQUIRE(lines.size() > 2);
  const bool after = lines.back() == "after";
  const std::size_t kept = lines.size() - (after ? 2 : 1);
  CHECK(lines[kept] == missing(kLines + (after ? 0 : 1) - kept));
}

TEST_CASE("closing a log that nobody reads ends, and says that lines are left") {
  static Pipe pipe;  // which the thread that is left behind may use for a while
  LogWriter log(pipe.writer, missing);
  for (std::size_t i = 0; i < 100; ++i) log.write(line(i, 8000));
  CHECK(!log.close(std::chrono::steady_clock::now()));
  log.write("too late");
  CHECK(!log.close(std::chrono::steady_clock::now()));
}

TEST_CASE("a log that nothing was written to closes at once") {
  Pipe pipe;
  LogWriter log(pipe.writer, missing);
  CHECK(log.close(std::chrono::steady_clock::now()));
}

TEST_CASE("a file gets every line, whatever the deadline") {
  const TemporaryFile file;
  constexpr std::size_t kLines = 2 * kQueueBytes / 9000;
  LogWriter log(file.fd, missing);
  for (std::size_t i = 0; i < kLines; ++i) log.write(line(i, 9000));
  CHECK(log.close(std::chrono::steady_clock::now()));
  const auto lines = lines_of(file.text());
  REQUIRE(lines.size() == kLines);
  for (std::size_t i = 0; i < kLines; ++i) REQUIRE(lines[i] == line(i, 9000));
}

TEST_CASE("several threads' lines are written whole") {
  Pipe pipe;
  std::string got;
  std::thread reader([&] { got = read_to_end(pipe.reader); });
  LogWriter log(pipe.writer, missing);
  std::vector<std::thread> writers;
  for (std::size_t thread = 0; thread < 4; ++thread) {
    writers.emplace_back([&log, thread] {
      for (std::size_t i = 0; i < 200; ++i) log.write(line(thread * 200 + i, 50 + i * 40));
    });
  }
  for (std::thread& writer : writers) writer.join();
  CHECK(log.close(soon()));
  pipe.close_writer();
  reader.join();
  auto lines = lines_of(got);
  std::vector<std::string> expected;
  for (std::size_t i = 0; i < 800; ++i) expected.push_back(line(i, 50 + i % 200 * 40));
  std::sort(lines.begin(), lines.end());
  std::sort(expected.begin(), expected.end());
  CHECK(lines == expected);
}

TEST_CASE("a device that takes nothing, and a reader that has gone, end no log") {
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  REQUIRE(full >= 0);
  {
    LogWriter log(full, missing);
    for (std::size_t i = 0; i < 100; ++i) log.write(line(i, 100));
    CHECK(log.close(soon()));
  }
  ::close(full);

  Pipe pipe;
  ::close(pipe.reader);
  pipe.reader = -1;
  LogWriter log(pipe.writer, missing);
  for (std::size_t i = 0; i < 100; ++i) log.write(line(i, 100));
  CHECK(log.close(soon()));
}

TEST_CASE("a line that a full disk cuts off does not run into the next one") {
  const TemporaryFile file;
  // A limit on the size of files stands for the disk's.
  const auto before = std::signal(SIGXFSZ, SIG_IGN);
  rlimit unlimited{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &unlimited) == 0);
  rlimit limit = unlimited;
  limit.rlim_cur = 10;
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
  LogWriter log(file.fd, missing);
  log.write("0123456789abcdef");
  while (std::filesystem::file_size(file.path) < 10) std::this_thread::yield();
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &unlimited) == 0);
  std::signal(SIGXFSZ, before);
  log.write("next");
  CHECK(log.close(soon()));
  // The rest of the line fails before the limit is lifted, or is written after it.
  const std::string text = file.text();
  CAPTURE(text);
  CHECK((text == "0123456789\nmissing 1\nnext\n" || text == "0123456789abcdef\nnext\n"));
}
