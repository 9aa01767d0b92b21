// Numbers with many digits come from scikit-learn 1.2.1, for the same rows.
#include "nn/training/meter.h"

#include <cmath>
#include <limits>
#include <random>

#include <gtest/gtest.h>

#include "tests/nn/small_data.h"

namespace hpsearch::nn {
namespace {

constexpr std::size_t kStride = 16;

std::vector<std::uint32_t> all_rows(const TrainingData& data) {
  std::vector<std::uint32_t> rows(data.dataset->rows);
  std::iota(rows.begin(), rows.end(), 0U);
  return rows;
}

// Adds the rows in batches of two, as a network would.
Evaluation judge(const TrainingData& data,
                 const std::vector<std::vector<float>>& outputs,
                 const std::vector<std::uint32_t>& predicted) {
  Meter meter(data);
  meter.begin();
  const std::vector<std::uint32_t> rows = all_rows(data);
  for (std::size_t start = 0; start < rows.size(); start += 2) {
    const std::size_t n = std::min<std::size_t>(2, rows.size() - start);
    std::vector<float> batch(n * kStride);
    BatchLoss loss{.loss = static_cast<double>(n), .weight = static_cast<double>(n)};
    for (std::size_t i = 0; i < n; ++i) {
      std::copy(outputs[start + i].begin(), outputs[start + i].end(),
                batch.begin() + static_cast<std::ptrdiff_t>(i * kStride));
      loss.correct +=
          !predicted.empty() && predicted[start + i] == data.dataset->labels[rows[start + i]] ? 1U
                                                                                              : 0U;
    }
    meter.add(loss, std::span(rows).subspan(start, n),
              predicted.empty() ? std::span<const std::uint32_t>()
                                : std::span(predicted).subspan(start, n),
              batch.data(), kStride);
  }
  return meter.result();
}

// Rows with a single output, the score.
Evaluation judge_binary(const std::vector<std::uint32_t>& labels,
                        const std::vector<float>& scores) {
  std::vector<std::vector<float>> outputs;
  std::vector<std::uint32_t> predicted;
  for (const float score : scores) {
    outputs.push_back({score});
    predicted.push_back(score > 0.0F ? 1 : 0);
  }
  return judge(split_at(labelled(Task::kBinary, labels, 2), 2), outputs, predicted);
}

TEST(Meter, JudgesManyClassesAsScikitLearnDoes) {
  // Class 3 is predicted but has no rows; class 4 does not occur at all.
  const std::vector<std::uint32_t> labels{0, 0, 0, 1, 1, 2, 2, 2, 2, 0, 1, 2, 0, 2, 1};
  const std::vector<std::uint32_t> predicted{0, 1, 0, 1, 3, 2, 2, 0, 2, 0, 1, 2, 3, 1, 1};
  const std::vector<std::vector<float>> outputs(labels.size(), std::vector<float>(5));
  const Evaluation e =
      judge(split_at(labelled(Task::kClassification, labels, 5), 10), outputs, predicted);
  EXPECT_EQ(e.loss, 1.0);
  EXPECT_NEAR(e.accuracy, 0.6666666666666666, 1e-15);
  EXPECT_NEAR(e.balanced_accuracy, 0.6722222222222222, 1e-15);
  EXPECT_NEAR(e.f1, 0.5333333333333332, 1e-15);
  EXPECT_TRUE(std::isnan(e.auc)) << "more than two classes";
  EXPECT_TRUE(std::isnan(e.rmse) && std::isnan(e.mae) && std::isnan(e.r2));
}

TEST(Meter, JudgesTwoClassesAsScikitLearnDoes) {
  const std::vector<std::uint32_t> labels{0, 0, 1, 1, 0, 1, 0, 1, 1, 0, 1, 0};
  const std::vector<float> scores{-1.5F, 0.25F, 0.25F, 2.0F,  0.25F, -0.5F,
                                  -0.0F, 0.0F,  3.5F,  -2.0F, 0.75F, 0.75F};
  const Evaluation e = judge_binary(labels, scores);
  EXPECT_NEAR(e.accuracy, 0.5833333333333334, 1e-15);
  EXPECT_NEAR(e.balanced_accuracy, 0.5833333333333333, 1e-15);
  EXPECT_NEAR(e.f1, 0.5804195804195804, 1e-15);
  EXPECT_NEAR(e.auc, 0.7222222222222222, 1e-15) << "five ties, 0 and -0 among them";

  // The same for a softmax over two outputs, whose difference is the score.
  std::vector<std::vector<float>> outputs;
  std::vector<std::uint32_t> predicted;
  for (const float score : scores) {
    outputs.push_back({1.0F, 1.0F + score});
    predicted.push_back(score > 0.0F ? 1 : 0);
  }
  const Evaluation same =
      judge(split_at(labelled(Task::kClassification, labels, 2), 2), outputs, predicted);
  EXPECT_EQ(same.auc, e.auc);
  EXPECT_EQ(same.f1, e.f1);
}

TEST(Meter, JudgesNumbersInTheirOwnUnitsAsScikitLearnDoes) {
  TrainingData data = split_at(numbered({151.0F, 75.0F, 141.0F, 206.0F, 135.0F, 97.0F, 138.0F}), 4);
  data.targets = {{140.25, 48.5}};
  const Evaluation e =
      judge(data, {{0.25F}, {-1.5F}, {0.125F}, {1.0F}, {-0.5F}, {-0.75F}, {0.5F}}, {});
  EXPECT_EQ(e.loss, 1.0) << "in training units, as it comes";
  EXPECT_NEAR(e.rmse, 14.611352759559455, 1e-12);
  EXPECT_NEAR(e.mae, 11.973214285714286, 1e-12);
  EXPECT_NEAR(e.r2, 0.8561020957419736, 1e-14);
  EXPECT_TRUE(std::isnan(e.accuracy) && std::isnan(e.balanced_accuracy) && std::isnan(e.f1) &&
              std::isnan(e.auc));
}

// The example of scikit-learn's guide, "Regression metrics".
TEST(Meter, TakesTheMeanOverSeveralTargets) {
  Dataset dataset = numbered({0.5F, 1.0F, -1.0F, 1.0F, 7.0F, -6.0F});
  dataset.rows = 3;
  dataset.features.resize(3);
  dataset.outputs = 2;
  TrainingData data = split_at(std::move(dataset), 3);
  data.targets = {{0.0, 1.0}, {2.0, 0.5}};  // the outputs for the second target are in another unit
  const Evaluation e = judge(data, {{0.0F, 0.0F}, {-1.0F, 0.0F}, {8.0F, -14.0F}}, {});
  EXPECT_NEAR(e.rmse, 0.82274861218395134, 1e-12);  // root_mean_squared_error()
  EXPECT_NEAR(e.mae, 0.75, 1e-12);
  EXPECT_NEAR(e.r2, (0.965437788018433 + 0.9081632653061225) / 2.0, 1e-12);
}

TEST(Meter, KeepsR2OfLargeTargetsThatDifferLittle) {
  TrainingData data =
      split_at(numbered({1000001.0F, 1000002.0F, 1000004.0F, 1000008.0F, 1000016.0F}), 4);
  data.targets = {{1e6, 1.0}};
  const Evaluation e = judge(data, {{1.5F}, {1.5F}, {5.0F}, {7.0F}, {16.25F}}, {});
  EXPECT_NEAR(e.r2, 0.9827788978494624, 1e-14);
}

TEST(Meter, LeavesUndefinedWhatOneClassOrOneValueCannotShow) {
  EXPECT_TRUE(std::isnan(judge_binary({1, 1, 1}, {0.5F, 0.1F, -1.0F}).auc));
  EXPECT_TRUE(std::isnan(judge_binary({0, 0}, {0.5F, 0.1F}).auc));
  EXPECT_EQ(judge_binary({1, 1, 1}, {0.5F, 0.1F, -1.0F}).balanced_accuracy, 2.0 / 3.0);
  TrainingData data = split_at(numbered({1.0F, 2.0F}), 2);
  data.dataset = std::make_shared<const Dataset>(numbered({7.0F, 7.0F}));
  const Evaluation e = judge(data, {{0.0F}, {1.0F}}, {});
  EXPECT_TRUE(std::isnan(e.r2));
  EXPECT_TRUE(std::isfinite(e.rmse));
}

TEST(Meter, HasNoAucWhereAScoreIsNoNumber) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_TRUE(std::isnan(judge_binary({0, 1, 1}, {0.5F, nan, 1.0F}).auc));
  EXPECT_EQ(judge_binary({0, 1, 1}, {-infinity, infinity, 1.0F}).auc, 1.0);
}

TEST(Meter, HasNothingToSayWithoutRows) {
  const TrainingData data = split_at(labelled(Task::kClassification, {0, 1, 2}, 3), 2);
  Meter meter(data);
  meter.begin();
  const Evaluation e = meter.result();
  EXPECT_EQ(e.loss, 0.0);
  EXPECT_EQ(e.accuracy, 0.0);
  EXPECT_TRUE(std::isnan(e.balanced_accuracy) && std::isnan(e.f1));
}

TEST(Meter, ForgetsWhatWasBefore) {
  const TrainingData data = split_at(labelled(Task::kBinary, {0, 1, 1}, 2), 2);
  Meter meter(data);
  const std::vector<std::uint32_t> rows{0, 1, 2};
  std::vector<float> outputs(3 * kStride);
  for (const float score : {1.0F, -1.0F}) {  // wrong, then right
    outputs[0] = score;
    outputs[kStride] = -score;
    outputs[2 * kStride] = -score;
    const std::vector<std::uint32_t> predicted{score > 0.0F ? 1U : 0U, score > 0.0F ? 0U : 1U,
                                               score > 0.0F ? 0U : 1U};
    meter.begin();
    meter.add({.loss = 3.0, .weight = 3.0, .correct = score > 0.0F ? 0U : 3U}, rows, predicted,
              outputs.data(), kStride);
    EXPECT_EQ(meter.result().auc, score > 0.0F ? 0.0 : 1.0);
    EXPECT_EQ(meter.result().f1, score > 0.0F ? 0.0 : 1.0);
    EXPECT_EQ(meter.result().accuracy, score > 0.0F ? 0.0 : 1.0);
  }
}

// Every pair of a positive and a negative row, counted one by one.
TEST(AreaUnderCurve, EqualsTheCountOfAllPairs) {
  std::mt19937 random(1);
  for (int round = 0; round < 50; ++round) {
    std::uniform_int_distribution<int> level(-round, round);  // few levels: many ties
    std::vector<std::pair<float, std::uint32_t>> rows(60);
    std::vector<std::uint64_t> keys;
    for (auto& [score, label] : rows) {
      score = static_cast<float>(level(random)) / 3.0F;
      label = random() % 3 == 0 ? 1 : 0;
      keys.push_back(score_key(score, label));
    }
    double right = 0.0;
    double pairs = 0.0;
    for (const auto& [positive, one] : rows) {
      for (const auto& [negative, zero] : rows) {
        if (one == 1 && zero == 0) {
          right += positive > negative ? 1.0 : positive == negative ? 0.5 : 0.0;
          pairs += 1.0;
        }
      }
    }
    EXPECT_EQ(area_under_curve(keys), right / pairs);
  }
}

TEST(AreaUnderCurve, OrdersAllFloats) {
  const float infinity = std::numeric_limits<float>::infinity();
  const std::vector<float> ascending{-infinity, -3e38F, -1.0F, -1e-45F, 0.0F,
                                     1e-45F,    1.0F,   3e38F, infinity};
  for (std::size_t i = 1; i < ascending.size(); ++i) {
    EXPECT_LT(score_key(ascending[i - 1], 1), score_key(ascending[i], 0)) << ascending[i];
  }
  EXPECT_EQ(score_key(-0.0F, 0), score_key(0.0F, 0));
}

}  // namespace
}  // namespace hpsearch::nn
