#include "search/sweep/metric.h"

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

// By the loss, the value is the metric at that epoch, whether or not it is the best of all.
TEST(BestEpoch, ByTheLossTakesTheLastOfTheLeastLosses) {
  struct Case {
    std::vector<std::pair<double, double>> epochs;  // loss and metric
    int epoch;
    std::optional<double> value;
  };
  for (const Case& c : {Case{{{0.5, 0.6}, {0.2, 0.7}, {0.4, 0.9}}, 2, 0.7},
                        Case{{{0.5, 0.9}, {0.2, 0.7}, {0.2, 0.6}, {0.3, 0.95}}, 3, 0.6},
                        Case{{{kNan, 0.9}, {kInfinity, 0.9}, {0.7, 0.1}}, 3, 0.1},
                        // An epoch without the metric cannot be the one whose metric counts.
                        Case{{{0.5, 0.6}, {0.1, kNan}, {0.6, 0.7}}, 1, 0.6},
                        Case{{{0.5, kNan}}, 0, std::nullopt}}) {
    BestEpoch best(kAccuracy, nn::BestBy::kLoss);
    nn::EpochRecord record;
    for (const auto& [loss, metric] : c.epochs) {
      ++record.epoch;
      record.val_loss = loss;
      record.val_accuracy = metric;
      const bool is_better = best.observe(record);
      EXPECT_EQ(is_better, best.epoch() == record.epoch);
    }
    EXPECT_EQ(best.epoch(), c.epoch);
    EXPECT_EQ(best.value(), c.value);
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
  EXPECT_THAT((Metric{"train_loss", Goal::kMinimize}.value(record)), Optional(1.0));
  EXPECT_THAT((Metric{"train_accuracy", Goal::kMaximize}.value(record)), Optional(2.0));
  EXPECT_THAT((Metric{"val_loss", Goal::kMinimize}.value(record)), Optional(3.0));
  EXPECT_THAT((Metric{"val_accuracy", Goal::kMaximize}.value(record)), Optional(4.0));
}

TEST(Metric, ReadsTheSeriesWhereThereIsNoColumn) {
  nn::EpochRecord record;
  record.series = {{0, "initial_loss", 2.5}, {1, "reward", 3.0}, {1, "penalty", 0.1}};
  EXPECT_THAT((Metric{"reward", Goal::kMaximize}.value(record)), Optional(3.0));
  EXPECT_THAT((Metric{"initial_loss", Goal::kMinimize}.value(record)), Optional(2.5));
  EXPECT_EQ((Metric{"reward2", Goal::kMaximize}.value(record)), std::nullopt);
  // What is measured twice in an epoch counts as it was in the end.
  record.series.push_back({1, "reward", 4.0});
  EXPECT_THAT((Metric{"reward", Goal::kMaximize}.value(record)), Optional(4.0));
  // A column is never overruled.
  record.val_loss = 1.0;
  record.series.push_back({1, "val_loss", 9.0});
  EXPECT_THAT((Metric{"val_loss", Goal::kMinimize}.value(record)), Optional(1.0));
}

TEST(BestEpoch, PassesOverEpochsWithoutTheMetric) {
  BestEpoch best(Metric{"reward", Goal::kMaximize});
  nn::EpochRecord record;
  record.epoch = 1;
  EXPECT_FALSE(best.observe(record));
  EXPECT_EQ(best.epoch(), 0);
  record.epoch = 2;
  record.series = {{2, "reward", -1.0}};
  EXPECT_TRUE(best.observe(record));
  record.epoch = 3;
  record.series = {};
  EXPECT_FALSE(best.observe(record));
  EXPECT_EQ(best.epoch(), 2);
  EXPECT_THAT(best.value(), Optional(-1.0));
}

TEST(BestEpoch, SaysWhetherAnEpochIsTheBestSoFar) {
  BestEpoch best(kLoss);
  std::vector<bool> better;
  for (const double value : {0.5, 0.5, kNan, 0.4, 0.45, 0.1}) {
    nn::EpochRecord record;
    record.val_loss = value;
    better.push_back(best.observe(record));
  }
  EXPECT_THAT(better, testing::ElementsAre(true, false, false, true, false, true));
}

TEST(MetricTable, HasEachNameOnceAndWantsLessErrorAndMoreOfTheRest) {
  std::set<std::string_view> names;
  for (const MetricInfo& metric : metric_table()) {
    EXPECT_TRUE(names.insert(metric.name).second) << metric.name;
    EXPECT_EQ(find_metric(metric.name), &metric);
    const bool error = metric.name.ends_with("loss") || metric.name.ends_with("rmse") ||
                       metric.name.ends_with("mae");
    EXPECT_EQ(to_text(metric.goal), error ? "minimize" : "maximize") << metric.name;
  }
  EXPECT_EQ(find_metric("val_los"), nullptr);
}

TEST(MetricTable, HasWhatTheTrainerMeasures) {
  for (const nn::EpochMetric& measured : nn::kEpochMetrics) {
    ASSERT_NE(find_metric(measured.name), nullptr) << measured.name;
    EXPECT_EQ(find_metric(measured.name)->field, measured.field) << measured.name;
  }
}

TEST(MetricTable, KnowsWhatATaskMeasures) {
  auto names = [](nn::Task task, std::size_t classes) {
    nn::Dataset dataset;
    dataset.task = task;
    dataset.classes = classes;
    std::vector<std::string> measured;
    for (const MetricInfo& metric : metric_table()) {
      if (metric.measured_on(dataset)) {
        measured.emplace_back(metric.name);
      }
    }
    return measured;
  };
  using testing::ElementsAre;
  EXPECT_THAT(names(nn::Task::kClassification, 10),
              ElementsAre("val_accuracy", "val_balanced_accuracy", "val_f1", "val_loss",
                          "train_accuracy", "train_loss"));
  const auto two = ElementsAre("val_accuracy", "val_balanced_accuracy", "val_f1", "val_auc",
                               "val_loss", "train_accuracy", "train_loss");
  EXPECT_THAT(names(nn::Task::kClassification, 2), two);
  EXPECT_THAT(names(nn::Task::kBinary, 2), two);
  EXPECT_THAT(names(nn::Task::kRegression, 0),
              ElementsAre("val_rmse", "val_mae", "val_r2", "val_loss", "train_loss"));
}

TEST(Metric, FollowsFromTheTaskWhereNobodySays) {
  nn::Dataset dataset;
  EXPECT_EQ(default_metric(dataset).name, "val_accuracy");
  EXPECT_EQ(default_metric(dataset).goal, Goal::kMaximize);
  dataset.task = nn::Task::kBinary;
  EXPECT_EQ(default_metric(dataset).name, "val_accuracy");
  dataset.task = nn::Task::kRegression;
  EXPECT_EQ(default_metric(dataset).name, "val_loss");
  EXPECT_EQ(default_metric(dataset).goal, Goal::kMinimize);
}

}  // namespace
}  // namespace hpsearch::search
