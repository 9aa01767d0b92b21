#include "search/space/normal.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "nn/base/portable_math.h"
#include "search/models/vector_exp.h"
#include "tests/support/fixture.h"

namespace hpsearch::search {
namespace {

// The C library's erfc is accurate to the last bit or two.
TEST(Normal, AgreesWithTheCLibraryInItsCentreAndInBothTails) {
  for (double x = -37.0; x <= 37.0; x += 0.0137) {
    const double expected = 0.5 * std::erfc(-x / std::sqrt(2.0));
    ASSERT_NEAR(normal_cdf(x) / expected, 1.0, 1e-12) << x;
  }
  EXPECT_EQ(normal_cdf(-40.0), 0.0);
  EXPECT_EQ(normal_cdf(40.0), 1.0);
  EXPECT_DOUBLE_EQ(normal_pdf(1.0), 0.24197072451914337);
  EXPECT_NEAR(log_normal_pdf(3.0), std::log(normal_pdf(3.0)), 1e-14);
}

TEST(Normal, HasALogarithmWhereTheProbabilityUnderflows) {
  for (double x = -35.0; x <= 8.0; x += 0.0137) {
    ASSERT_NEAR(log_normal_cdf(x), std::log(0.5 * std::erfc(-x / std::sqrt(2.0))),
                1e-13 * std::max(1.0, x * x));
  }
  // Mills' ratio to its third term: pdf(x) / |x| (1 - 1/x^2 + 3/x^4).
  for (const double x : {-100.0, -1e4, -1e8}) {
    const double ratio = 1.0 - 1.0 / (x * x) + 3.0 / (x * x * x * x);
    const double expected = log_normal_pdf(x) + std::log(ratio / -x);
    EXPECT_NEAR(log_normal_cdf(x) / expected, 1.0, 1e-10) << x;
  }
}

TEST(Normal, ScalesErfcWithoutOverflow) {
  for (double x = 0.0; x < 25.0; x += 0.0137) {
    ASSERT_NEAR(scaled_erfc(x) / (std::exp(x * x) * std::erfc(x)), 1.0, 2e-13 * (1.0 + x * x)) << x;
  }
  EXPECT_NEAR(scaled_erfc(1e8), 5.6418958354775629e-9, 1e-22);
}

TEST(Normal, InvertsItsProbabilities) {
  for (double x = -37.0; x <= 5.0; x += 0.0137) {
    ASSERT_NEAR(normal_quantile(normal_cdf(x)), x, 1e-9) << x;
  }
  EXPECT_EQ(normal_quantile(0.0), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(normal_quantile(1.0), std::numeric_limits<double>::infinity());
  EXPECT_EQ(normal_quantile(0.5), 0.0);
}

TEST(Normal, HasTheFiguresOfTables) {
  EXPECT_NEAR(normal_cdf(1.959963984540054), 0.975, 1e-15);
  EXPECT_NEAR(normal_cdf(-10.0) / 7.619853024160527e-24, 1.0, 1e-12);
  EXPECT_NEAR(normal_mass(9.0, 10.0) / 1.1285122074235991e-19, 1.0, 1e-10);
  EXPECT_NEAR(normal_quantile(0.975), 1.959963984540054, 1e-14);
  EXPECT_NEAR(normal_quantile(1e-10), -6.361340902404056, 1e-12);
  EXPECT_NEAR(normal_quantile(0.5), 0.0, 1e-15);
}

TEST(Normal, HasTheMassesOfTheReference) {
  for (const auto& example : test::read_fixture("tpe.json").at("log_gauss_mass")) {
    const double a = example.at("a");
    const double b = example.at("b");
    EXPECT_NEAR(log_normal_mass(a, b), example.at("v").get<double>(), 1e-9) << a << " " << b;
    EXPECT_NEAR(log_normal_mass(-b, -a), example.at("v").get<double>(), 1e-9) << a << " " << b;
    EXPECT_NEAR(std::log(normal_mass(a, b)), example.at("v").get<double>(), 1e-9) << a << " " << b;
  }
}

TEST(Normal, AddsMassesUpWhereverTheyAreCut) {
  for (double a = -9.0; a < 9.0; a += 0.37) {
    for (double b = a + 1e-6; b < 9.0; b += 0.41) {
      const double middle = a + 0.3 * (b - a);
      const double whole = normal_mass(a, b);
      ASSERT_NEAR((normal_mass(a, middle) + normal_mass(middle, b)) / whole, 1.0, 1e-9);
      ASSERT_NEAR(log_normal_mass(a, b), std::log(whole), 1e-9);
    }
  }
}

TEST(Normal, HasTheTruncatedQuantilesOfTheReference) {
  for (const auto& example : test::read_fixture("tpe.json").at("truncnorm_ppf")) {
    const double a = example.at("a");
    const double b = example.at("b");
    for (std::size_t i = 0; i < example.at("q").size(); ++i) {
      const double q = example.at("q")[i];
      EXPECT_NEAR(truncated_normal_quantile(q, a, b), example.at("x")[i].get<double>(), 1e-9)
          << a << " " << b << " " << q;
    }
  }
}

TEST(Normal, KeepsTruncatedQuantilesInside) {
  for (const double a : {-1e6, -40.0, -3.0, 0.0, 3.0, 40.0}) {
    for (const double width : {1e-9, 1.0, 1e6}) {
      for (const double q : {0.0, 0.5, 1.0}) {
        const double x = truncated_normal_quantile(q, a, a + width);
        EXPECT_GE(x, a);
        EXPECT_LE(x, a + width);
      }
    }
  }
}

TEST(VectorExp, AgreesWithTheOtherOne) {
  for (double x = -699.9; x <= 0.0; x += 0.0137) {
    ASSERT_NEAR(exp_of_negative(x) / nn::portable_exp(x), 1.0, 2e-12) << x;
  }
  EXPECT_EQ(exp_of_negative(0.0), 1.0);
  EXPECT_LT(exp_of_negative(-1e9), 1e-303);
  EXPECT_LT(exp_of_negative(-std::numeric_limits<double>::infinity()), 1e-303);
}

}  // namespace
}  // namespace hpsearch::search
