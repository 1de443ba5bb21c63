#pragma once

#include <atomic>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include <fmt/format.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include "client/api/waiter.h"
#include "client/formats/format.h"
#include "client/plan/plan.h"
#include "contracts/api/clock.h"
#include "contracts/api/http.h"
#include "tests/support/catch.h"

namespace zimmock::test {

constexpr std::int64_t kNow = 1'790'000'000'000;

// Time that only waiting moves: a wait is over at once, and it is then the time waited for.
class FakeTime : public Clock, public client::Waiter {
 public:
  std::int64_t wall_ms() const override { return kNow + ns_ / kNanosPerMilli; }
  std::int64_t monotonic_ns() const override { return ns_; }
  bool wait_until(std::int64_t monotonic_ns) override {
    std::int64_t now_ns = ns_;
    while (now_ns < monotonic_ns && !ns_.compare_exchange_weak(now_ns, monotonic_ns)) {
    }
    return !interrupted_;
  }
  bool interrupted() const override { return interrupted_; }
  void interrupt() { interrupted_ = true; }
  void advance_ms(std::int64_t ms) { ns_ += ms * kNanosPerMilli; }

 private:
  std::atomic<std::int64_t> ns_{1'000'000'000};
  std::atomic<bool> interrupted_{false};
};

// A file of its own that goes away with it.
class TempFile {
 public:
  explicit TempFile(const std::string& text) {
    static std::atomic<int> count{0};
    path_ = std::filesystem::temp_directory_path() /
            fmt::format("zimmock-test-{}-{}.jsonl", ::getpid(), ++count);
    write(text);
  }
  ~TempFile() { std::filesystem::remove(path_); }
  void write(const std::string& text) const {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << text;
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// A folder of its own that goes away with it.
class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "zimmock-test-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  std::string write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
    return (path_ / name).string();
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline std::unique_ptr<client::SourceReader> open_source(
    const TempFile& file, const Profile& profile = default_profile()) {
  auto source = client::find_format("zim")->open(file.path(), {.profile = profile});
  REQUIRE(source);
  return *std::move(source);
}

// A line of a source: a text message, changed and completed by `more`.
inline std::string record_line(const std::string& id, std::int64_t time_ms,
                               const nlohmann::json& more = {}) {
  nlohmann::json out{{"Id", id},         {"FromUserId", "a"},    {"ToUserId", "b"},
                     {"MessageType", 1}, {"Message", "m-" + id}, {"SendMessageTime", time_ms}};
  if (more.is_object()) out.update(more);
  return out.dump() + "\n";
}

inline client::PlanOptions plan_options() {
  client::PlanOptions out;
  out.now_ms = kNow;
  out.retention_ms = 30 * kMillisPerDay;
  out.calls_per_second = 0;
  out.tagged = false;
  return out;
}

// Answers what the script says, and keeps what was sent.
class ScriptedTransport : public Transport {
 public:
  void answer(const nlohmann::json& body) { script_.push_back(HttpResponse{200, {}, body.dump()}); }
  void answer(HttpResponse response) { script_.push_back(std::move(response)); }
  void fail_with(ErrorKind kind) { script_.push_back(fail(kind, "scripted")); }

  Result<HttpResponse> send(const HttpRequest& request) override {
    sent.push_back(request);
    REQUIRE(!script_.empty());
    auto next = std::move(script_.front());
    script_.pop_front();
    return next;
  }

  std::vector<HttpRequest> sent;

 private:
  std::deque<Result<HttpResponse>> script_;
};

// A path where nothing is, and nothing is left.
struct JournalPath {
  JournalPath()
      : path(std::filesystem::temp_directory_path() /
             fmt::format("zimmock-journal-{}-{}", ::getpid(), ++count)) {}
  ~JournalPath() {
    for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path.string() + end);
  }
  static inline int count = 0;
  std::filesystem::path path;
};

}  // namespace zimmock::test
