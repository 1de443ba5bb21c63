#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>

#include "client/formats/format.h"
#include "client/formats/local_time.h"
#include "client/formats/whatsapp_line.h"

namespace zimmock::client {

// The date in that order, at no time of day; a year of two digits is of this century.
LocalTime date_in(DateOrder order, const std::array<int, 3>& date);

// Finds out in which order day, month and year stand, from all dates of an export.
class DateOrderFinder {
 public:
  void add(const WhatsAppLine& line, std::uint32_t number);

  // - The order that was asked for, unless the dates disprove it: one is a date in the other order
  //   only, and all are dates in that.
  // - A year of four digits in front: year first.
  // - Else what alone makes every date one of the calendar (a 13 is no month). What is no date in
  //   either order does not count.
  // - Else what alone never goes back: messages stand in the order of their time.
  // An Error (kUsage) that names the line which disproves the order asked for, or asks for
  // --date-order with a date that can be read in two ways, or names two dates of which no order
  // makes sense.
  Result<DateOrder> decide(DateOrder asked, const std::filesystem::path& path) const;

 private:
  struct Reading {
    bool in_order = true;
    std::int32_t latest = 0;       // yyyymmdd
    std::string wrong;             // the first stamp that is no date but in another order
    std::uint32_t wrong_line = 0;  // 0: there is none

    bool valid() const { return wrong_line == 0; }
  };
  void read(Reading& reading, DateOrder order, const WhatsAppLine& line, std::uint32_t number);
  Result<DateOrder> confirm(DateOrder asked, const std::filesystem::path& path) const;
  Result<DateOrder> find(const std::filesystem::path& path) const;

  std::string year_first_;  // the first stamp that begins with four digits
  std::uint32_t year_first_line_ = 0;
  bool same_either_way_ = true;  // 3/3/21, where the order makes no difference
  std::string example_;          // one where it does
  std::uint32_t example_line_ = 0;
  Reading day_first_, month_first_, short_year_first_;
};

}  // namespace zimmock::client
