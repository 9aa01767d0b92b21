#include "nn/network/loss.h"

#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/fixture.h"

namespace hpsearch::nn {
namespace {

constexpr std::size_t kStride = 16;

std::vector<float> rows_of(const std::vector<std::vector<float>>& logits) {
  std::vector<float> rows(logits.size() * kStride);
  for (std::size_t r = 0; r < logits.size(); ++r) {
    std::copy(logits[r].begin(), logits[r].end(),
              rows.begin() + static_cast<std::ptrdiff_t>(r * kStride));
  }
  return rows;
}

double loss_of(const std::vector<float>& z, std::uint32_t label) {
  const std::vector<float> rows = rows_of({z});
  const std::vector<std::uint32_t> labels{label};
  return batch_loss(rows.data(), kStride, z.size(), {.labels = labels}).loss;
}

// tests/fixtures/losses.json holds PyTorch's loss and gradient of o = x w + b.
TEST(SoftmaxCrossEntropy, EqualsPyTorch) {
  const auto fixture = test::read_fixture("losses.json");
  const auto x = fixture["x"].get<std::vector<std::vector<double>>>();
  const auto w = fixture["w"].get<std::vector<std::vector<double>>>();
  const auto b = fixture["b"].get<std::vector<double>>();
  const auto labels = fixture["labels"].get<std::vector<std::uint32_t>>();
  std::vector<std::vector<float>> logits(x.size(), std::vector<float>(b.size()));
  for (std::size_t r = 0; r < x.size(); ++r) {
    for (std::size_t j = 0; j < b.size(); ++j) {
      double sum = b[j];
      for (std::size_t i = 0; i < w.size(); ++i) {
        sum += x[r][i] * w[i][j];
      }
      logits[r][j] = static_cast<float>(sum);
    }
  }
  std::vector<float> rows = rows_of(logits);
  const auto& expected = fixture["cases"]["softmax_ce_mean|none"];
  const double n = static_cast<double>(labels.size());
  EXPECT_NEAR(batch_loss(rows.data(), kStride, b.size(), {.labels = labels}).loss / n,
              expected["loss_data"].get<double>(), 1e-6);
  const BatchLoss loss = batch_loss_gradient(rows.data(), kStride, b.size(), {.labels = labels});
  EXPECT_NEAR(loss.loss / n, expected["loss_data"].get<double>(), 1e-6);
  for (std::size_t j = 0; j < b.size(); ++j) {
    double bias_gradient = 0.0;
    for (std::size_t r = 0; r < labels.size(); ++r) {
      bias_gradient += static_cast<double>(rows[r * kStride + j]);
    }
    EXPECT_NEAR(bias_gradient, expected["grad_b"][j].get<double>(), 1e-6);
    for (std::size_t i = 0; i < w.size(); ++i) {
      double gradient = 0.0;
      for (std::size_t r = 0; r < labels.size(); ++r) {
        gradient += x[r][i] * static_cast<double>(rows[r * kStride + j]);
      }
      EXPECT_NEAR(gradient, expected["grad_w"][i][j].get<double>(), 1e-6);
    }
  }
}

TEST(SoftmaxCrossEntropy, NeverOverflowsOnFiniteLogits) {
  EXPECT_EQ(loss_of({1000.0F, 0.0F, -1000.0F}, 0), 0.0);
  EXPECT_EQ(loss_of({1000.0F, 0.0F, -1000.0F}, 1), 1000.0);
  EXPECT_EQ(loss_of({1000.0F, 0.0F, -1000.0F}, 2), 2000.0);
  EXPECT_NEAR(loss_of({3e38F, -3e38F}, 1), 6e38, 1e32);
  EXPECT_NEAR(loss_of({0.0F, 0.0F, 0.0F, 0.0F}, 3), std::log(4.0), 1e-7);
  EXPECT_NEAR(loss_of({-50.0F, 0.0F}, 1), 0.0, 1e-12);
}

TEST(SoftmaxCrossEntropy, PassesNonFiniteLogitsOn) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  for (const float bad : {nan, infinity, -infinity}) {
    for (std::size_t at = 0; at < 3; ++at) {
      std::vector<float> z{1.0F, 2.0F, 3.0F};
      z[at] = bad;
      EXPECT_TRUE(std::isnan(loss_of(z, 0))) << bad << " at " << at;
    }
  }
}

TEST(SoftmaxCrossEntropy, CountsTheFirstOfEqualLogitsAsThePrediction) {
  const std::vector<float> rows =
      rows_of({{1.0F, 3.0F, 3.0F}, {1.0F, 3.0F, 3.0F}, {5.0F, 3.0F, 3.0F}});
  const std::vector<std::uint32_t> labels{1, 2, 0};
  EXPECT_EQ(batch_loss(rows.data(), kStride, 3, {.labels = labels}).correct, 2U);
}

TEST(SoftmaxCrossEntropy, LeavesZerosInThePadding) {
  std::vector<float> rows(kStride, 9.0F);
  const std::vector<std::uint32_t> labels{0};
  batch_loss_gradient(rows.data(), kStride, 3, {.labels = labels});
  for (std::size_t j = 3; j < kStride; ++j) {
    EXPECT_EQ(rows[j], 0.0F);
  }
}

// Each column of the outputs o = x w + b in tests/fixtures/losses.json is a network with one
// output.
struct Columns {
  std::vector<std::vector<double>> x;
  std::vector<std::vector<double>> w;
  std::vector<double> b;

  std::vector<float> outputs(std::size_t column) const {
    std::vector<std::vector<float>> rows;
    for (const std::vector<double>& row : x) {
      double sum = b[column];
      for (std::size_t i = 0; i < w.size(); ++i) {
        sum += row[i] * w[i][column];
      }
      rows.push_back({static_cast<float>(sum)});
    }
    return rows_of(rows);
  }
};

// PyTorch averages over all elements, here three columns, and ours over the rows.
void expect_pytorch(const std::string& name,
                    const std::function<BatchTargets(std::size_t column)>& targets) {
  const auto fixture = test::read_fixture("losses.json");
  const Columns columns{fixture["x"], fixture["w"], fixture["b"]};
  const auto& expected = fixture["cases"][name];
  double loss = 0.0;
  for (std::size_t j = 0; j < 3; ++j) {
    std::vector<float> rows = columns.outputs(j);
    const BatchTargets wanted = targets(j);
    const BatchLoss plain = batch_loss(rows.data(), kStride, 1, wanted);
    const BatchLoss trained = batch_loss_gradient(rows.data(), kStride, 1, wanted);
    EXPECT_EQ(trained.loss, plain.loss);
    EXPECT_EQ(trained.correct, plain.correct);
    EXPECT_EQ(trained.weight, 5.0);
    loss += plain.loss / 15.0;
    double bias_gradient = 0.0;
    std::vector<double> gradient(columns.w.size());
    for (std::size_t r = 0; r < columns.x.size(); ++r) {
      const double g = static_cast<double>(rows[r * kStride]) / 3.0;
      bias_gradient += g;
      for (std::size_t i = 0; i < gradient.size(); ++i) {
        gradient[i] += columns.x[r][i] * g;
      }
    }
    EXPECT_NEAR(bias_gradient, expected["grad_b"][j].get<double>(), 1e-6);
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      EXPECT_NEAR(gradient[i], expected["grad_w"][i][j].get<double>(), 1e-6);
    }
  }
  EXPECT_NEAR(loss, expected["loss_data"].get<double>(), 1e-6);
}

TEST(BinaryCrossEntropy, EqualsPyTorch) {
  const auto all = test::read_fixture("losses.json")["targets_binary"]
                       .get<std::vector<std::vector<std::uint32_t>>>();
  std::vector<std::uint32_t> labels;
  expect_pytorch("bce_with_logits_mean|none", [&](std::size_t column) {
    labels.clear();
    for (const auto& row : all) {
      labels.push_back(row[column]);
    }
    return BatchTargets{.task = Task::kBinary, .labels = labels};
  });
}

TEST(SquaredError, EqualsPyTorch) {
  const auto all = test::read_fixture("losses.json")["targets_regression"]
                       .get<std::vector<std::vector<float>>>();
  std::vector<float> values;
  expect_pytorch("mse_mean|none", [&](std::size_t column) {
    values.clear();
    for (const auto& row : all) {
      values.push_back(row[column]);
    }
    return BatchTargets{.task = Task::kRegression, .values = values};
  });
}

// The loss of one output, and its gradient.
std::pair<double, double> binary(float z, std::uint32_t label) {
  std::vector<float> row = rows_of({{z}});
  const std::vector<std::uint32_t> labels{label};
  const BatchTargets targets{.task = Task::kBinary, .labels = labels};
  const double loss = batch_loss(row.data(), kStride, 1, targets).loss;
  batch_loss_gradient(row.data(), kStride, 1, targets);
  return {loss, static_cast<double>(row[0])};
}

TEST(BinaryCrossEntropy, IsExactAtExtremeLogits) {
  EXPECT_EQ(binary(1000.0F, 1), std::pair(0.0, 0.0));
  EXPECT_EQ(binary(1000.0F, 0), std::pair(1000.0, 1.0));
  EXPECT_EQ(binary(-1000.0F, 0), std::pair(0.0, 0.0));
  EXPECT_EQ(binary(-1000.0F, 1), std::pair(1000.0, -1.0));
  EXPECT_EQ(binary(3e38F, 0).first, static_cast<double>(3e38F));
  EXPECT_EQ(binary(-3e38F, 1).first, static_cast<double>(3e38F));
  EXPECT_NEAR(binary(0.0F, 0).first, std::log(2.0), 1e-15);
  EXPECT_EQ(binary(0.0F, 1).second, -0.5);
  // ln(1 + e^-40) by its series, because 1 - probability is 0 in double.
  EXPECT_NEAR(binary(40.0F, 1).first / std::exp(-40.0), 1.0, 1e-12);
  EXPECT_NEAR(binary(40.0F, 1).second / -std::exp(-40.0), 1.0, 1e-6);
}

// PyTorch's cross_entropy(weight=[0.5, 3], label_smoothing=0.2) of 38 rows of class 0 and 10 of
// class 1, all logits 0: (38 (0.9 0.5 + 0.1 3) + 10 (0.9 3 + 0.1 0.5)) / (38 0.5 + 10 3) ln 2.
TEST(BinaryCrossEntropy, WeighsTheSharesOfASmoothedLabelByTheirClasses) {
  std::vector<std::uint32_t> labels(48, 0);
  std::fill(labels.begin() + 38, labels.end(), 1U);
  const std::vector<double> weights{0.5, 3.0};
  std::vector<float> rows(48 * kStride, 0.0F);
  const BatchTargets targets{
      .task = Task::kBinary, .labels = labels, .class_weights = weights, .label_smoothing = 0.2};
  const BatchLoss loss = batch_loss(rows.data(), kStride, 1, targets);
  EXPECT_NEAR(loss.loss / loss.weight, 0.792168, 1e-6);
}

// One logit z is a softmax over the two logits 0 and z, whose loss is held to PyTorch above.
TEST(BinaryCrossEntropy, EqualsASoftmaxOverTwoClasses) {
  const std::vector<float> logits{-30.0F, -2.5F, -0.25F, 0.0F, 0.5F, 3.0F, 20.0F};
  const std::vector<std::uint32_t> labels{0, 1, 0, 1, 1, 0, 1};
  for (const std::vector<double>& weights : {std::vector<double>{}, {0.5, 3.0}, {0.0, 2.0}}) {
    for (const double smoothing : {0.0, 0.2}) {
      std::vector<float> one(logits.size() * kStride, 0.0F);
      std::vector<float> two(logits.size() * kStride, 0.0F);
      for (std::size_t i = 0; i < logits.size(); ++i) {
        one[i * kStride] = two[i * kStride + 1] = logits[i];
      }
      BatchTargets targets{.task = Task::kBinary,
                           .labels = labels,
                           .class_weights = weights,
                           .label_smoothing = smoothing};
      const BatchLoss binary = batch_loss_gradient(one.data(), kStride, 1, targets);
      targets.task = Task::kClassification;
      const BatchLoss softmax = batch_loss_gradient(two.data(), kStride, 2, targets);
      EXPECT_DOUBLE_EQ(binary.weight, softmax.weight);
      EXPECT_NEAR(binary.loss, softmax.loss, 1e-5);
      for (std::size_t i = 0; i < logits.size(); ++i) {
        EXPECT_NEAR(one[i * kStride], two[i * kStride + 1], 1e-6) << logits[i] << " " << smoothing;
      }
    }
  }
}

TEST(BinaryCrossEntropy, PredictsTheSecondClassAboveZero) {
  const std::vector<float> rows = rows_of({{0.5F}, {0.0F}, {-0.0F}, {-2.0F}, {1.0F}});
  const std::vector<std::uint32_t> labels{1, 1, 0, 0, 0};
  std::vector<std::uint32_t> predicted(5, 9);
  const BatchTargets targets{.task = Task::kBinary, .labels = labels};
  EXPECT_EQ(batch_loss(rows.data(), kStride, 1, targets, predicted).correct, 3U);
  EXPECT_EQ(predicted, (std::vector<std::uint32_t>{1, 0, 0, 0, 1}));
}

TEST(SquaredError, SumsOverTheRows) {
  std::vector<float> rows = rows_of({{1.5F}, {-2.0F}});
  const std::vector<float> values{1.0F, 1.0F};
  const BatchTargets targets{.task = Task::kRegression, .values = values};
  const BatchLoss loss = batch_loss_gradient(rows.data(), kStride, 1, targets);
  EXPECT_EQ(loss.loss, 0.25 + 9.0);
  EXPECT_EQ(loss.weight, 2.0);
  EXPECT_EQ(loss.correct, 0U);
  EXPECT_EQ(rows[0], 0.5F);  // 2 (z - y) / n
  EXPECT_EQ(rows[kStride], -3.0F);
}

TEST(Losses, AreNotANumberWhereAnOutputIsNot) {
  const float infinity = std::numeric_limits<float>::infinity();
  const std::vector<float> values{1.0F};
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), infinity, -infinity}) {
    EXPECT_TRUE(std::isnan(binary(bad, 0).first)) << bad;
    EXPECT_TRUE(std::isnan(binary(bad, 1).first)) << bad;
    const std::vector<float> row = rows_of({{bad}});
    EXPECT_TRUE(std::isnan(
        batch_loss(row.data(), kStride, 1, {.task = Task::kRegression, .values = values}).loss))
        << bad;
  }
  const std::vector<float> large = rows_of({{3e38F}});
  EXPECT_TRUE(std::isfinite(
      batch_loss(large.data(), kStride, 1, {.task = Task::kRegression, .values = values}).loss));
}

// PyTorch: the sum of w_i l_i over the sum of w_i, where w_i is the weight of the row's class.
TEST(ClassWeights, MakeAWeightedMean) {
  const std::vector<std::uint32_t> labels{0, 1, 1};
  const std::vector<double> weights{2.0, 0.5};
  std::vector<float> rows = rows_of({{0.0F}, {0.0F}, {std::log(3.0F)}});
  const BatchTargets targets{.task = Task::kBinary, .labels = labels, .class_weights = weights};
  const BatchLoss loss = batch_loss_gradient(rows.data(), kStride, 1, targets);
  EXPECT_EQ(loss.weight, 3.0);
  EXPECT_NEAR(loss.loss, 2.5 * std::log(2.0) + 0.5 * std::log(4.0 / 3.0), 1e-7);
  EXPECT_EQ(loss.correct, 2U) << "rows, not weights";
  EXPECT_NEAR(rows[0], 2.0 / 3.0 * 0.5, 1e-7);
  EXPECT_NEAR(rows[kStride], 0.5 / 3.0 * -0.5, 1e-7);
  EXPECT_NEAR(rows[2 * kStride], 0.5 / 3.0 * -0.25, 1e-7);

  std::vector<float> two = rows_of({{0.0F, 0.0F}, {0.0F, 0.0F}, {0.0F, std::log(3.0F)}});
  const BatchLoss same =
      batch_loss_gradient(two.data(), kStride, 2, {.labels = labels, .class_weights = weights});
  EXPECT_NEAR(same.loss, loss.loss, 1e-6);
  EXPECT_NEAR(two[2 * kStride + 1], 0.5 / 3.0 * -0.25, 1e-7);
  EXPECT_NEAR(two[2 * kStride], 0.5 / 3.0 * 0.25, 1e-7);
}

TEST(ClassWeights, OfOneEachChangeNoBit) {
  const std::vector<std::uint32_t> labels{2, 0, 1};
  const std::vector<double> ones{1.0, 1.0, 1.0};
  std::vector<float> plain = rows_of({{0.1F, 0.7F, -3.0F}, {2.0F, 1.0F, 0.3F}, {5.0F, 4.0F, 0.0F}});
  std::vector<float> weighted = plain;
  const BatchLoss a = batch_loss_gradient(plain.data(), kStride, 3, {.labels = labels});
  const BatchLoss b =
      batch_loss_gradient(weighted.data(), kStride, 3, {.labels = labels, .class_weights = ones});
  EXPECT_EQ(a.loss, b.loss);
  EXPECT_EQ(plain, weighted);
}

TEST(ClassWeights, OfZeroMakeABatchThatTeachesNothing) {
  const std::vector<std::uint32_t> labels{0, 0};
  const std::vector<double> weights{0.0, 1.0};
  for (const Task task : {Task::kClassification, Task::kBinary}) {
    std::vector<float> rows = rows_of({{1.0F, 2.0F}, {3.0F, -1.0F}});
    const std::size_t width = task == Task::kBinary ? 1 : 2;
    const BatchLoss loss = batch_loss_gradient(
        rows.data(), kStride, width, {.task = task, .labels = labels, .class_weights = weights});
    EXPECT_EQ(loss.loss, 0.0);
    EXPECT_EQ(loss.weight, 0.0);
    for (const float gradient : rows) {
      EXPECT_EQ(gradient, 0.0F);
    }
  }
}

// The gradient of each task, weighted where possible, against the slope of its own mean loss.
TEST(Losses, HaveTheGradientOfTheirMean) {
  const std::vector<std::uint32_t> labels{1, 0, 1};
  const std::vector<float> values{0.5F, -1.0F, 2.0F};
  const std::vector<double> weights{0.25, 2.0};
  const std::vector<BatchTargets> cases{
      {.labels = labels},
      {.labels = labels, .class_weights = weights},
      {.task = Task::kBinary, .labels = labels},
      {.task = Task::kBinary, .labels = labels, .class_weights = weights},
      {.task = Task::kRegression, .values = values}};
  for (const BatchTargets& targets : cases) {
    const std::size_t width = targets.task == Task::kClassification ? 2 : 1;
    const std::vector<float> at = rows_of({{0.5F, -1.25F}, {-2.0F, 0.75F}, {1.5F, 1.0F}});
    std::vector<float> gradient = at;
    batch_loss_gradient(gradient.data(), kStride, width, targets);
    for (std::size_t r = 0; r < 3; ++r) {
      for (std::size_t j = 0; j < width; ++j) {
        constexpr float kStep = 0.0078125F;  // exact in these sums
        auto mean_at = [&](float step) {
          std::vector<float> moved = at;
          moved[r * kStride + j] += step;
          const BatchLoss loss = batch_loss(moved.data(), kStride, width, targets);
          return loss.loss / loss.weight;
        };
        const double slope = (mean_at(kStep) - mean_at(-kStep)) / (2.0 * 0.0078125);
        // Allows for the change of curvature over the step, and for float32 exponentials over its
        // width.
        EXPECT_NEAR(static_cast<double>(gradient[r * kStride + j]), slope, 3e-5)
            << to_text(targets.task) << ", row " << r << ", output " << j;
      }
    }
  }
}

}  // namespace
}  // namespace hpsearch::nn
