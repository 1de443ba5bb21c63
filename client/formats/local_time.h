#pragma once

// Times of sources that do not say in which time zone they are: "14/10/2021, 15:34".

#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string_view>

#include "client/formats/conversion.h"
#include "contracts/api/result.h"

namespace date {
class time_zone;
}

namespace zimmock::client {

// A date and time as a clock on the wall shows them.
struct LocalTime {
  int year = 0;
  int month = 0;  // 1 to 12
  int day = 0;    // 1 to 31
  int hour = 0;   // 0 to 23
  int minute = 0;
  int second = 0;
  int millisecond = 0;
};

// True if the calendar has this date, and a day this time.
bool is_local_time(const LocalTime& time);

// 2019-07-12T16:55[:33[.123]], a space for the T too; nothing if it is not that, or no such time.
std::optional<LocalTime> parse_local_time(std::string_view text);

// What a clock in the zone does at that time.
enum class LocalTimeKind {
  kUnique,
  kSkipped,  // it is put forward over that time, which therefore never was
  kTwice,    // it is put back, so that it shows that time a second time
};

struct ZonedTime {
  std::int64_t unix_ms = 0;
  LocalTimeKind kind = LocalTimeKind::kUnique;
};

// A time zone of the IANA database that the system has. A small value; safe from several threads.
class TimeZone {
 public:
  // "Europe/Berlin". An Error (kUsage) for a name that the database does not have: it names one
  // that is near. "localtime" is none, for it is another one on each machine.
  static Result<TimeZone> find(std::string_view name);

  // The same for the zone that the options name. An Error (kUsage) if they name none: it says that
  // `path` needs --tz, for its times are like `example`.
  static Result<TimeZone> demand(const FormatOptions& options, const std::filesystem::path& path,
                                 std::string_view example);

  // The time must be one by is_local_time().
  // - A time that was skipped is taken by the offset before the clocks went forward, so that it
  //   comes later by as much as they did: 02:30 becomes 03:30.
  // - Of a time that came twice the first is taken, unless that is before `not_before_ms` and the
  //   second is not: in a source that is in order, it is then after what precedes it.
  ZonedTime to_unix_ms(const LocalTime& time,
                       std::int64_t not_before_ms = std::numeric_limits<std::int64_t>::min()) const;

  // What a clock in the zone shows at that time.
  LocalTime at(std::int64_t unix_ms) const;

 private:
  explicit TimeZone(const date::time_zone* zone) : zone_(zone) {}

  const date::time_zone* zone_;
};

// Counts what was decided: as repaired, one kind for each but kUnique.
void count_local_time(LocalTimeKind kind, Conversion& out);

}  // namespace zimmock::client
