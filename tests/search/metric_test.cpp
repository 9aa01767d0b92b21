#include "search/metric.h"

#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hpsearch::search {
namespace {

using testing::Optional;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

BestEpoch best_of(const Metric& metric, const std::vector<double>& values) {
  BestEpoch best(metric);
  nn::EpochRecord record;
  for (const double value : values) {
    ++record.epoch;
    record.val_loss = value;
    record.val_accuracy = value;
    best.observe(record);
  }
  return best;
}

const Metric kLoss{"val_loss", Goal::kMinimize};
const Metric kAccuracy{"val_accuracy", Goal::kMaximize};

TEST(BestEpoch, TakesTheSmallestOrTheLargest) {
  const std::vector<double> values{0.5, 0.2, 0.9, 0.4};
  EXPECT_EQ(best_of(kLoss, values).epoch(), 2);
  EXPECT_THAT(best_of(kLoss, values).value(), Optional(0.2));
  EXPECT_EQ(best_of(kAccuracy, values).epoch(), 3);
  EXPECT_THAT(best_of(kAccuracy, values).value(), Optional(0.9));
}

TEST(BestEpoch, TakesTheFirstOfEqualOnes) {
  EXPECT_EQ(best_of(kLoss, {0.5, 0.2, 0.2, 0.2}).epoch(), 2);
  EXPECT_EQ(best_of(kAccuracy, {0.9, 0.9, 0.5}).epoch(), 1);
  EXPECT_EQ(best_of(kAccuracy, {0.0, -0.0}).epoch(), 1);
}

TEST(BestEpoch, PassesOverWhatIsNotFinite) {
  EXPECT_EQ(best_of(kLoss, {kNan, -kInfinity, 0.3, kNan, 0.4}).epoch(), 3);
  EXPECT_EQ(best_of(kAccuracy, {kInfinity, 0.3, kNan, kInfinity}).epoch(), 2);
}

TEST(BestEpoch, IsEmptyWithoutAFiniteValue) {
  for (const auto& values : {std::vector<double>{}, std::vector<double>{kNan, kInfinity}}) {
    EXPECT_EQ(best_of(kLoss, values).epoch(), 0);
    EXPECT_EQ(best_of(kLoss, values).value(), std::nullopt);
  }
}

TEST(Metric, SignsTheScoreSoThatLowerIsBetter) {
  EXPECT_EQ(kLoss.score(0.25), 0.25);
  EXPECT_EQ(kAccuracy.score(0.25), -0.25);
}

TEST(Metric, ReadsTheColumnOfItsName) {
  nn::EpochRecord record;
  record.train_loss = 1.0;
  record.train_accuracy = 2.0;
  record.val_loss = 3.0;
  record.val_accuracy = 4.0;
  EXPECT_EQ((Metric{"train_loss", Goal::kMinimize}.value(record)), 1.0);
  EXPECT_EQ((Metric{"train_accuracy", Goal::kMaximize}.value(record)), 2.0);
  EXPECT_EQ((Metric{"val_loss", Goal::kMinimize}.value(record)), 3.0);
  EXPECT_EQ((Metric{"val_accuracy", Goal::kMaximize}.value(record)), 4.0);
}

TEST(MetricTable, HasEachNameOnceAndWantsLessLossAndMoreAccuracy) {
  std::set<std::string_view> names;
  for (const MetricInfo& metric : metric_table()) {
    EXPECT_TRUE(names.insert(metric.name).second) << metric.name;
    EXPECT_EQ(find_metric(metric.name), &metric);
    EXPECT_EQ(to_text(metric.goal), metric.name.ends_with("loss") ? "minimize" : "maximize");
  }
  EXPECT_EQ(find_metric("val_los"), nullptr);
}

}  // namespace
}  // namespace hpsearch::search
