// Dates and times that sort chronologically as text.
#include "nn/base/iso_date.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hpsearch::nn {
namespace {

using testing::Optional;

TEST(IsoDate, HasAForm) {
  EXPECT_THAT(iso_date_form("2024-12-31"), Optional(std::string("0000-00-00")));
  EXPECT_THAT(iso_date_form("2024-12-31 23:59"), Optional(std::string("0000-00-00 00:00")));
  EXPECT_THAT(iso_date_form("2024-12-31T23:59"), Optional(std::string("0000-00-00T00:00")));
  EXPECT_THAT(iso_date_form("2024-12-31T23:59Z"), Optional(std::string("0000-00-00T00:00Z")));
  EXPECT_THAT(iso_date_form("2016-12-31 23:59:60"), Optional(std::string("0000-00-00 00:00:00")));
  EXPECT_THAT(iso_date_form("2024-01-01T00:00:00.250Z"),
              Optional(std::string("0000-00-00T00:00:00.000Z")));
}

TEST(IsoDate, IsNothingElse) {
  for (const char* text : {"",
                           "2024",
                           "2024-12",
                           "1.1.2023",
                           "31.12.2024",
                           "12/31/2024",
                           "2024/12/31",
                           "20241231",
                           "2024-1-1",
                           "2024-13-01",
                           "2024-00-10",
                           "2024-12-32",
                           "2024-12-00",
                           "2024-12-31Z",
                           "2024-12-31 24:00",
                           "2024-12-31 23:60",
                           "2024-12-31 23:59:61",
                           "2024-12-31 23:59:59.",
                           "2024-12-31 23:59.5",
                           "2024-12-31 23:59:59.0000000001",
                           "2024-12-31T23:59+01:00",
                           "2024-12-31 23",
                           "x024-12-31",
                           "2024-12-31  23:59",
                           "24-12-31"}) {
    EXPECT_FALSE(iso_date_form(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace hpsearch::nn
