#include "reports/statistics/duel.h"

#include <vector>

#include <gtest/gtest.h>

namespace hpsearch::reports {
namespace {

// From numerical integration of the density in Python, with 200,000 steps.
TEST(Duel, KnowsStudentsDistribution) {
  EXPECT_NEAR(student_probability(1.0, 1.0), 0.75, 1e-9);
  EXPECT_NEAR(student_probability(2.5, 2.0), 0.9351941398892545, 1e-9);
  EXPECT_NEAR(student_probability(-1.3, 7.5), 0.11606338940780397, 1e-9);
  EXPECT_NEAR(student_probability(0.0, 4.0), 0.5, 1e-12);
  EXPECT_NEAR(student_probability(3.0, 30.0), 0.9973050179671759, 1e-9);
}

// Likewise, with means and deviations computed there.
TEST(Duel, ComparesMeans) {
  const std::vector<double> a{0.91, 0.93, 0.92};
  const std::vector<double> b{0.90, 0.915, 0.91};
  std::vector<double> pairs;
  for (std::size_t i = 0; i < a.size(); ++i) {
    pairs.push_back(a[i] - b[i]);
  }
  const MeanDifference paired = paired_difference(pairs);
  EXPECT_NEAR(paired.mean, 0.011666666666666678, 1e-12);
  EXPECT_NEAR(paired.standard_error, 0.001666666666666668, 1e-12);
  EXPECT_NEAR(paired.probability, 0.9900980294098058, 1e-9);
  const MeanDifference folds = paired_difference(pairs, 1.0 / 3.0);
  EXPECT_NEAR(folds.standard_error, 0.0026352313834736513, 1e-12);
  EXPECT_NEAR(folds.probability, 0.9762896722078434, 1e-9);
  const MeanDifference unpaired = unpaired_difference(a, b);
  EXPECT_NEAR(unpaired.standard_error, 0.007264831572567796, 1e-12);
  EXPECT_NEAR(unpaired.probability, 0.905774472895782, 1e-9);
  EXPECT_NEAR(unpaired_difference(b, a).probability, 1.0 - 0.905774472895782, 1e-9);
}

TEST(Duel, HasNoDoubtWithoutSpread) {
  EXPECT_EQ(paired_difference(std::vector{0.1, 0.1}).probability, 1.0);
  EXPECT_EQ(paired_difference(std::vector{0.0, 0.0}).probability, 0.5);
  EXPECT_EQ(unpaired_difference(std::vector{1.0, 1.0}, std::vector{2.0, 2.0}).probability, 0.0);
}

}  // namespace
}  // namespace hpsearch::reports
