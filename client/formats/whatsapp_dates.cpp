#include "client/formats/whatsapp_dates.h"

#include <algorithm>

#include <fmt/format.h>

#include "contracts/api/text.h"

namespace zimmock::client {

LocalTime date_in(DateOrder order, const std::array<int, 3>& date) {
  LocalTime out;
  const bool year_first = order == DateOrder::kYearFirst;
  out.year = date[year_first ? 0 : 2];
  if (out.year < 100) out.year += 2000;
  out.month = date[order == DateOrder::kMonthFirst ? 0 : 1];
  out.day = date[year_first ? 2 : order == DateOrder::kMonthFirst ? 1 : 0];
  return out;
}

void DateOrderFinder::read(Reading& reading, DateOrder order, const WhatsAppLine& line,
                           std::uint32_t number) {
  const LocalTime date = date_in(order, line.date);
  const std::int32_t day = (date.year * 100 + date.month) * 100 + date.day;
  if (reading.valid() && !is_local_time(date)) {
    reading.wrong = line.stamp;
    reading.wrong_line = number;
  }
  if (day < reading.latest) reading.in_order = false;
  reading.latest = day;
}

void DateOrderFinder::add(const WhatsAppLine& line, std::uint32_t number) {
  if (line.shape.year_first) {
    if (year_first_line_ == 0) {
      year_first_ = line.stamp;
      year_first_line_ = number;
    }
    return;
  }
  const bool is_date = is_local_time(date_in(DateOrder::kDayFirst, line.date)) ||
                       is_local_time(date_in(DateOrder::kMonthFirst, line.date));
  if (!is_date) return;
  if (same_either_way_ && line.date[0] != line.date[1]) {
    same_either_way_ = false;
    example_ = line.stamp;
    example_line_ = number;
  }
  read(day_first_, DateOrder::kDayFirst, line, number);
  read(month_first_, DateOrder::kMonthFirst, line, number);
  read(short_year_first_, DateOrder::kYearFirst, line, number);
}

Result<DateOrder> DateOrderFinder::decide(DateOrder asked,
                                          const std::filesystem::path& path) const {
  return asked == DateOrder::kUnknown ? find(path) : confirm(asked, path);
}

Result<DateOrder> DateOrderFinder::confirm(DateOrder asked,
                                           const std::filesystem::path& path) const {
  struct Row {
    DateOrder order;
    std::string_view name;
    const Reading& reading;
  };
  const Row rows[] = {{DateOrder::kDayFirst, "dmy", day_first_},
                      {DateOrder::kMonthFirst, "mdy", month_first_},
                      {DateOrder::kYearFirst, "ymd", short_year_first_}};
  const auto refuse = [&](std::string_view name, std::uint32_t line, std::string_view stamp,
                          std::string_view fits) {
    return fail(
        ErrorKind::kUsage,
        fmt::format("{}: line {}: --date-order {}: {} is no such date, and all are dates in "
                    "the order {}: correct it, or leave it away",
                    path.string(), line, name, quote(stamp), fits));
  };
  const auto given = std::find_if(std::begin(rows), std::end(rows),
                                  [&](const Row& row) { return row.order == asked; });
  if (year_first_line_ != 0) {
    if (asked == DateOrder::kYearFirst) return asked;
    return refuse(given->name, year_first_line_, year_first_, "ymd");
  }
  for (const Row& row : rows) {
    if (given->reading.valid() || !row.reading.valid()) continue;
    // A short year in front fits too much to disprove anything.
    if (row.order == DateOrder::kYearFirst) continue;
    return refuse(given->name, given->reading.wrong_line, given->reading.wrong, row.name);
  }
  return asked;
}

Result<DateOrder> DateOrderFinder::find(const std::filesystem::path& path) const {
  if (year_first_line_ != 0) return DateOrder::kYearFirst;
  const auto ask = [&](std::string_view orders) {
    return fail(ErrorKind::kUsage,
                fmt::format("{}: line {}: {} can be read in several ways: give --date-order {}",
                            path.string(), example_line_, quote(example_), orders));
  };
  if (same_either_way_ && day_first_.valid()) return DateOrder::kDayFirst;
  if (!day_first_.valid() && !month_first_.valid()) {
    return fail(ErrorKind::kUsage,
                fmt::format("{}: expected days and months in one order, got {} (line {}) and {} "
                            "(line {}): give --date-order",
                            path.string(), quote(day_first_.wrong), day_first_.wrong_line,
                            quote(month_first_.wrong), month_first_.wrong_line));
  }
  if (day_first_.valid() != month_first_.valid()) {
    // 21/10/14 has a 21 in front that may be a year.
    const Reading& found = day_first_.valid() ? day_first_ : month_first_;
    if (!found.in_order && short_year_first_.valid() && short_year_first_.in_order)
      return ask("dmy, mdy or ymd");
    return day_first_.valid() ? DateOrder::kDayFirst : DateOrder::kMonthFirst;
  }
  if (day_first_.in_order == month_first_.in_order) return ask("dmy or mdy");
  return day_first_.in_order ? DateOrder::kDayFirst : DateOrder::kMonthFirst;
}

}  // namespace zimmock::client
