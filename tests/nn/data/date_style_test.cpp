// Dates and times as people write them.
#include "nn/data/date_style.h"

#include <ctime>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hpsearch::nn {
namespace {

// "2024-12-31", and the seconds of the day behind it where there is a time.
std::string read(std::string_view text, DateOrder order = DateOrder::kYearFirst) {
  const DateReading reading = read_date(text, order);
  if (!reading.value) {
    return reading.looks_like_a_date ? "impossible" : "no date";
  }
  const DateValue& date = *reading.value;
  const std::string day =
      date.has_date ? fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day) : "";
  return date.has_time ? fmt::format("{}+{}", day, date.seconds) : day;
}

TEST(DateStyle, ReadsDatesThatBeginWithTheYear) {
  for (const char* text : {"2024-02-29", "2024/02/29", "2024.2.29", "2024-02-29T00:00:00Z"}) {
    EXPECT_EQ(read(text).substr(0, 10), "2024-02-29") << text;
  }
  EXPECT_EQ(read("2024-02"), "2024-02-01");
  EXPECT_EQ(read("20240229"), "2024-02-29");
  EXPECT_EQ(read("20240229T13:30"), "2024-02-29+48600");
  EXPECT_EQ(read("20240230"), "impossible");
  EXPECT_EQ(read("202402291"), "no date");
  EXPECT_EQ(read("2024-01-01 23:59"), "2024-01-01+86340");
  EXPECT_EQ(read("2024-01-01T01:02:03.5"), "2024-01-01+3723.5");
  EXPECT_EQ(read("2024-01-01 1:05 PM"), "2024-01-01+47100");
  EXPECT_EQ(read("2024-01-01 12:05 am"), "2024-01-01+300");
  EXPECT_EQ(read("13:30"), "+48600");
  const auto paris = read_date("2024-01-01T01:00+01:00", DateOrder::kYearFirst).value;
  const auto london = read_date("2024-01-01 00:00Z", DateOrder::kYearFirst).value;
  ASSERT_TRUE(paris && london);
  EXPECT_EQ(paris->days(), london->days());
}

TEST(DateStyle, ReadsDayAndMonthByTheOrderOfItsColumn) {
  EXPECT_EQ(read("1.12.2017", DateOrder::kDayFirst), "2017-12-01");
  EXPECT_EQ(read("1/12/2017", DateOrder::kMonthFirst), "2017-01-12");
  EXPECT_EQ(read("12/31/99 8:00", DateOrder::kMonthFirst), "1999-12-31+28800");
  EXPECT_EQ(read("31-12-05", DateOrder::kDayFirst), "2005-12-31");
  EXPECT_EQ(read("12/31/1999", DateOrder::kDayFirst), "impossible");
  EXPECT_EQ(read("1.12.2017"), "no date");
}

TEST(DateStyle, ReadsNamesOfMonths) {
  for (const char* text : {"5 Jan 2020", "05-Jan-20", "Jan 5, 2020", "January 5 2020",
                           "Sun, 5 Jan 2020", "5 JANUARY 2020"}) {
    EXPECT_EQ(read(text), "2020-01-05") << text;
  }
  EXPECT_EQ(read("Jan 2020"), "2020-01-01");
}

TEST(DateStyle, KnowsTheCalendar) {
  for (const char* text : {"2023-02-29", "2023-02-30", "2024-02-30", "2100-02-29", "2024-13-01",
                           "2024-04-31", "2024-01-01 25:61", "2024-01-01 24:01", "2024-00-10"}) {
    EXPECT_EQ(read(text), "impossible") << text;
  }
  EXPECT_EQ(read("2000-02-29"), "2000-02-29");
}

TEST(DateStyle, LeavesOtherTextsAlone) {
  for (const char* text :
       {"", "Monday", "2024010", "1.5", "12.2020", "1.2.3", "10.0.0.1", "555-1234", "2024-01-01x",
        "2024-01-01 noon", "may", "1-2-3-4", "12:3", "3/4"}) {
    EXPECT_EQ(read(text, DateOrder::kDayFirst), "no date") << text;
  }
}

TEST(DateStyle, CountsDaysAsTheSystemDoes) {
  for (const std::time_t days : {-400, -1, 0, 59, 60, 10957, 11016, 19782, 47540}) {
    const std::time_t seconds = days * 86400;
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    DateValue date;
    date.year = utc.tm_year + 1900;
    date.month = utc.tm_mon + 1;
    date.day = utc.tm_mday;
    EXPECT_EQ(date.days(), static_cast<double>(days));
    EXPECT_EQ(date.weekday(), (utc.tm_wday + 6) % 7);
    EXPECT_EQ(date.day_of_year(), utc.tm_yday + 1);
  }
}

}  // namespace
}  // namespace hpsearch::nn
