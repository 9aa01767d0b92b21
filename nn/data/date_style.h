// Dates and times as people write them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace hpsearch::nn {

// Which of a date's numbers comes first. A date that begins with a year of four digits, or names
// its month, is read in the same way by all three.
enum class DateOrder { kYearFirst, kDayFirst, kMonthFirst };

struct DateValue {
  int year = 1970;
  int month = 1;
  int day = 1;
  double seconds = 0.0;  // of the day, on the clock of its time zone
  double offset = 0.0;   // of that time zone from UTC, in seconds
  bool has_date = true;  // false: a time of the day alone
  bool has_time = false;

  double days() const;  // since 1970-01-01, UTC
  int weekday() const;  // 0 is Monday
  int day_of_year() const;
};

struct DateReading {
  std::optional<DateValue> value;  // absent: no such date
  bool looks_like_a_date = false;  // written like one, which may yet be no day of the calendar
};

// Reads YYYY-MM-DD (also with / or .), YYYYMMDD, YYYY-MM, DD.MM.YYYY, M/D/YY and the like, 5 Jan
// 2020, Jan 5, 2020 and 05-Jan-20, each with or without a time behind a blank or a T: hh:mm,
// hh:mm:ss, with a fraction, AM or PM, Z or an offset such as +01:00; and hh:mm or hh:mm:ss alone.
// Years of two digits are 1970 to 2069. 30 February looks like a date and has no value.
DateReading read_date(std::string_view text, DateOrder order);

// Days from 1970-01-01 to a day of the proleptic Gregorian calendar (Howard Hinnant, "chrono-
// compatible low-level date algorithms", days_from_civil).
std::int64_t days_from_civil(int year, int month, int day);

}  // namespace hpsearch::nn
