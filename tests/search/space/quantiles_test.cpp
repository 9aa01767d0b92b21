#include "search/space/quantiles.h"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace hpsearch::search {
namespace {

using Values = std::vector<double>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Quantiles, InterpolateBetweenOrderStatistics) {
  const Values values{1.0, 2.0, 4.0, 8.0};
  EXPECT_DOUBLE_EQ(quantile(values, 0.0), 1.0);
  EXPECT_DOUBLE_EQ(quantile(values, 0.5), 3.0);
  EXPECT_DOUBLE_EQ(quantile(values, 0.9), 6.8);  // NumPy's figure
  EXPECT_DOUBLE_EQ(quantile(values, 1.0), 8.0);
  EXPECT_TRUE(std::isnan(quantile({}, 0.5)));
  EXPECT_DOUBLE_EQ(median(Values{3.0, 1.0, 2.0}), 2.0);
  EXPECT_DOUBLE_EQ(deviation(Values{1.0, 3.0}), std::sqrt(2.0));
  EXPECT_TRUE(std::isnan(deviation(Values{1.0})));
  EXPECT_EQ(quantile(Values{1.0, 2.0, kInfinity}, 0.5), 2.0);
}

}  // namespace
}  // namespace hpsearch::search
