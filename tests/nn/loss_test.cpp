#include "nn/loss.h"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "nn/mlp.h"
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
  return softmax_cross_entropy(rows.data(), kStride, z.size(), labels).loss;
}

// tests/fixtures/softmax_losses.json holds PyTorch's loss and gradient of o = x w + b.
TEST(SoftmaxCrossEntropy, EqualsPyTorch) {
  const auto fixture = test::read_fixture("softmax_losses.json");
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
  EXPECT_NEAR(softmax_cross_entropy(rows.data(), kStride, b.size(), labels).loss / n,
              expected["loss_data"].get<double>(), 1e-6);
  const BatchLoss loss = softmax_cross_entropy_gradient(rows.data(), kStride, b.size(), labels);
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
  EXPECT_EQ(softmax_cross_entropy(rows.data(), kStride, 3, labels).correct, 2U);
}

TEST(SoftmaxCrossEntropy, LeavesZerosInThePadding) {
  std::vector<float> rows(kStride, 9.0F);
  const std::vector<std::uint32_t> labels{0};
  softmax_cross_entropy_gradient(rows.data(), kStride, 3, labels);
  for (std::size_t j = 3; j < kStride; ++j) {
    EXPECT_EQ(rows[j], 0.0F);
  }
}

}  // namespace
}  // namespace hpsearch::nn
