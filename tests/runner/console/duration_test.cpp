#include "runner/console/duration.h"

#include <gtest/gtest.h>

namespace hpsearch::runner {
namespace {

TEST(Duration, ReadsUnitsAndTheirSums) {
  EXPECT_EQ(parse_duration("90s"), 90.0);
  EXPECT_EQ(parse_duration("10m"), 600.0);
  EXPECT_EQ(parse_duration("2h"), 7200.0);
  EXPECT_EQ(parse_duration("1d"), 86400.0);
  EXPECT_EQ(parse_duration("1h30m"), 5400.0);
  EXPECT_EQ(parse_duration("1.5h"), 5400.0);
  EXPECT_EQ(parse_duration("0.5s"), 0.5);
}

TEST(Duration, RefusesWhatIsNotOne) {
  for (const char* text : {"", "30", "m", "1x", "-5m", "+5m", "30m1h", "1m1m", "1h 30m", "0s",
                           "1e3s", "nans", "infs", "1h30", " 5m", "5m "}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

}  // namespace
}  // namespace hpsearch::runner
