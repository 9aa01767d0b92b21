// Calibration and agreement against examples by hand and plain sums.
#include "nn/model/prediction_quality.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include "nn/base/random.h"

namespace hpsearch::nn {
namespace {

ModelTarget three_classes() {
  ModelTarget target;
  target.task = Task::kClassification;
  target.classes = {"a", "b", "c"};
  return target;
}

// Five rows: three predicted with 0.5, of which two are right, one with 0.9 (right) and one with
// 0.92 (wrong). Parts of 1/15: 0.5 lies in the eighth, 0.9 and 0.92 in the fourteenth.
//   error = 3/5 |2/3 - 0.5| + 2/5 |1/2 - 0.91| = 0.1 + 0.164
TEST(PredictionQuality, GivesTheCalibrationErrorOfAnExampleByHand) {
  const ModelTarget target = three_classes();
  PredictionQuality quality(target);
  const auto add = [&](double a, double b, double c, std::uint32_t label) {
    const float outputs[3] = {static_cast<float>(std::log(a)), static_cast<float>(std::log(b)),
                              static_cast<float>(std::log(c))};
    quality.add(outputs, label);
  };
  add(0.5, 0.3, 0.2, 0);
  add(0.3, 0.5, 0.2, 1);
  add(0.3, 0.2, 0.5, 0);
  add(0.05, 0.9, 0.05, 1);
  add(0.04, 0.92, 0.04, 2);
  const Reliability found = quality.reliability();
  EXPECT_NEAR(found.error, 0.264, 1e-6);
  EXPECT_NEAR(found.confidence, (3 * 0.5 + 0.9 + 0.92) / 5, 1e-6);
  EXPECT_NEAR(found.accuracy, 0.6, 1e-12);
  ASSERT_EQ(found.bins.size(), 2U);
  EXPECT_EQ(found.bins[0].rows, 3U);
  EXPECT_NEAR(found.bins[0].confidence, 0.5, 1e-6);
  EXPECT_NEAR(found.bins[0].accuracy, 2.0 / 3.0, 1e-12);
  EXPECT_EQ(found.bins[1].rows, 2U);
  EXPECT_NEAR(found.bins[1].confidence, 0.91, 1e-6);
  EXPECT_TRUE(quality.pairs().empty());
}

TEST(PredictionQuality, TakesTheMoreProbableOfTwoClasses) {
  ModelTarget target;
  target.task = Task::kBinary;
  target.classes = {"no", "yes"};
  PredictionQuality quality(target);
  const float no = -static_cast<float>(std::log(4.0));  // "no" with 0.8
  quality.add(&no, 0U);
  quality.add(&no, 1U);
  const float sure = 200.0F;  // 1, the end of the last part
  quality.add(&sure, 1U);
  const float broken = std::nanf("");
  quality.add(&broken, 1U);
  const Reliability found = quality.reliability();
  ASSERT_EQ(found.bins.size(), 2U);
  EXPECT_NEAR(found.bins[0].confidence, 0.8, 1e-6);
  EXPECT_EQ(found.bins[0].accuracy, 0.5);
  EXPECT_EQ(found.bins[1].confidence, 1.0);
  EXPECT_NEAR(found.error, 2.0 / 3.0 * 0.3, 1e-6);
}

// Ten rows, three of them "yes", by the probabilities of "yes". Above 0.5 lies one of each class;
// above 0.3, the share, lie all of "yes" and two of "no".
TEST(PredictionQuality, ComparesLabelsByThresholdsByHand) {
  ModelTarget target;
  target.task = Task::kBinary;
  target.classes = {"no", "yes"};
  target.class_rows = {7, 3};
  target.threshold = 0.3;
  PredictionQuality quality(target);
  const auto add = [&](double yes, std::uint32_t label) {
    const auto output = static_cast<float>(std::log(yes / (1.0 - yes)));
    quality.add(&output, label);
  };
  for (const double no : {0.05, 0.1, 0.15, 0.2, 0.25, 0.45, 0.6}) {
    add(no, 0);
  }
  for (const double yes : {0.35, 0.4, 0.8}) {
    add(yes, 1);
  }
  const LabelComparison found = quality.labels();
  EXPECT_EQ(found.second_class, "yes");
  ASSERT_EQ(found.rules.size(), 2U);
  EXPECT_EQ(found.rules[0].rule, "most_probable");
  EXPECT_FALSE(found.rules[0].used);
  EXPECT_NEAR(found.rules[0].accuracy, 0.7, 1e-12);
  EXPECT_NEAR(found.rules[0].balanced_accuracy, (6.0 / 7.0 + 1.0 / 3.0) / 2.0, 1e-12);
  EXPECT_NEAR(found.rules[0].f1, (12.0 / 15.0 + 2.0 / 5.0) / 2.0, 1e-12);
  EXPECT_EQ(found.rules[1].rule, "share");
  EXPECT_TRUE(found.rules[1].used);
  EXPECT_NEAR(found.rules[1].threshold, 0.3, 1e-12);
  EXPECT_NEAR(found.rules[1].accuracy, 0.8, 1e-12);
  EXPECT_NEAR(found.rules[1].balanced_accuracy, (5.0 / 7.0 + 1.0) / 2.0, 1e-12);
  EXPECT_NEAR(found.rules[1].f1, (10.0 / 12.0 + 6.0 / 8.0) / 2.0, 1e-12);
  // Calibration is of probabilities, whatever the labels.
  EXPECT_NEAR(quality.reliability().accuracy, 0.7, 1e-12);
}

TEST(PredictionQuality, SummarisesPredictedAgainstTrueNumbers) {
  ModelTarget target;
  target.task = Task::kRegression;
  target.names = {"u", "v"};
  target.scaling = {{1e6, 10.0}, {-3.0, 0.5}};
  PredictionQuality quality(target);
  Stream stream(9, Purpose::kSample);
  std::vector<std::vector<double>> x(2);
  std::vector<std::vector<double>> y(2);
  constexpr std::size_t kRows = 3000;
  for (std::size_t i = 0; i < kRows; ++i) {
    float outputs[2];
    double truth[2];
    for (std::size_t t = 0; t < 2; ++t) {
      const double z = stream.normal();
      outputs[t] = static_cast<float>(0.8 * z + 0.3 * stream.normal() + 0.1);
      truth[t] = target.scaling[t].mean + target.scaling[t].deviation * z;
      x[t].push_back(truth[t]);
      y[t].push_back(target.scaling[t].in_own_units(outputs[t]));
    }
    quality.add(outputs, truth);
  }
  const auto pairs = quality.pairs();
  ASSERT_EQ(pairs.size(), 2U);
  for (std::size_t t = 0; t < 2; ++t) {
    EXPECT_EQ(pairs[t].target, target.names[t]);
    EXPECT_EQ(pairs[t].rows, kRows);
    double mean_x = 0.0;
    double mean_y = 0.0;
    for (std::size_t i = 0; i < kRows; ++i) {
      mean_x += x[t][i] / kRows;
      mean_y += y[t][i] / kRows;
    }
    double xx = 0.0;
    double yy = 0.0;
    double xy = 0.0;
    std::set<std::pair<double, double>> all;
    for (std::size_t i = 0; i < kRows; ++i) {
      xx += (x[t][i] - mean_x) * (x[t][i] - mean_x);
      yy += (y[t][i] - mean_y) * (y[t][i] - mean_y);
      xy += (x[t][i] - mean_x) * (y[t][i] - mean_y);
      all.emplace(x[t][i], y[t][i]);
    }
    EXPECT_NEAR(pairs[t].correlation, xy / std::sqrt(xx * yy), 1e-9);
    EXPECT_NEAR(pairs[t].bias, mean_y - mean_x, 1e-6);
    ASSERT_EQ(pairs[t].pairs.size(), kMostPairs / 2);
    std::vector<double> distances;
    for (const auto& pair : pairs[t].pairs) {
      EXPECT_TRUE(all.contains({pair.truth, pair.predicted}));
      distances.push_back(std::abs(pair.predicted - pair.truth));
    }
    const auto within = [&](double distance) {
      return std::count_if(distances.begin(), distances.end(),
                           [&](double d) { return d <= distance; });
    };
    EXPECT_NEAR(static_cast<double>(within(pairs[t].half_within)), 250.0, 2.0);
    EXPECT_NEAR(static_cast<double>(within(pairs[t].most_within)), 450.0, 2.0);
  }
  EXPECT_TRUE(quality.reliability().bins.empty());
}

// NumPy: quantile([1, 2, 4, 8], [0.5, 0.9]) is [3, 6.8].
TEST(PredictionQuality, InterpolatesBetweenFewDistances) {
  ModelTarget target;
  target.task = Task::kRegression;
  target.scaling = {{0.0, 1.0}};
  PredictionQuality quality(target);
  for (const float distance : {8.0F, 1.0F, 4.0F, 2.0F}) {
    const double truth = 0.0;
    quality.add(&distance, &truth);
  }
  const auto pairs = quality.pairs();
  ASSERT_EQ(pairs.size(), 1U);
  EXPECT_DOUBLE_EQ(pairs[0].half_within, 3.0);
  EXPECT_DOUBLE_EQ(pairs[0].most_within, 6.8);
}

// Late rows are as likely in the sample as early ones.
TEST(PredictionQuality, SamplesRowsEvenly) {
  ModelTarget target;
  target.task = Task::kRegression;
  target.scaling = {{}};
  PredictionQuality quality(target);
  for (int i = 0; i < 20'000; ++i) {
    const auto output = static_cast<float>(i);
    const double truth = i;
    quality.add(&output, &truth);
  }
  const auto pairs = quality.pairs().at(0).pairs;
  ASSERT_EQ(pairs.size(), kMostPairs);
  std::vector<int> fifths(5);
  for (const auto& pair : pairs) {
    ++fifths[static_cast<std::size_t>(pair.truth / 4000.0)];
  }
  for (const int rows : fifths) {
    EXPECT_NEAR(rows, 200, 60);  // five standard deviations
  }
}

}  // namespace
}  // namespace hpsearch::nn
