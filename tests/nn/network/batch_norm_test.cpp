#include "nn/network/batch_norm.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/fixture.h"

namespace hpsearch::nn {
namespace {

using Matrix = std::vector<std::vector<double>>;
constexpr std::size_t kWidth = 16;

// Copies a matrix into rows of kWidth floats, with zeros as padding.
FloatBuffer padded_rows(const Matrix& m) {
  FloatBuffer rows(m.size() * kWidth);
  for (std::size_t r = 0; r < m.size(); ++r) {
    for (std::size_t j = 0; j < m[r].size(); ++j) {
      rows[r * kWidth + j] = static_cast<float>(m[r][j]);
    }
  }
  return rows;
}

void expect_rows(const FloatBuffer& actual, const Matrix& expected, const char* what) {
  for (std::size_t r = 0; r < expected.size(); ++r) {
    for (std::size_t j = 0; j < kWidth; ++j) {
      const double e = j < expected[r].size() ? expected[r][j] : 0.0;
      EXPECT_NEAR(static_cast<double>(actual[r * kWidth + j]), e, 1e-5) << what << r << "," << j;
    }
  }
}

void expect_row(const FloatBuffer& actual, const nlohmann::json& expected, const char* what) {
  expect_rows(actual, {expected.get<std::vector<double>>()}, what);
}

class BatchNormFixture : public testing::Test {
 protected:
  BatchNormFixture() {
    for (std::size_t j = 0; j < 3; ++j) {
      norm.gamma[j] = fixture["gamma"][j].get<float>();
      norm.beta[j] = fixture["beta"][j].get<float>();
    }
  }
  Matrix batch(std::size_t i) const { return fixture["x"][i].get<Matrix>(); }

  nlohmann::json fixture = test::read_fixture("batch_norm.json");
  BatchNorm norm{kWidth, kWidth, 3, 0.1, 1e-5};
};

TEST_F(BatchNormFixture, EqualsPyTorchInTrainingAndEvaluation) {
  FloatBuffer y(6 * kWidth);
  const FloatBuffer first = padded_rows(batch(0));
  norm.train(first.data(), 6, y.data());
  expect_rows(y, fixture["y_train_batch0"].get<Matrix>(), "first batch");
  expect_row(norm.running_mean, fixture["running_after_1"]["mean"], "mean after 1");

  FloatBuffer delta = padded_rows(fixture["dy"].get<Matrix>());
  norm.backward(first.data(), 6, delta.data());
  expect_rows(delta, fixture["dx"].get<Matrix>(), "dx");
  expect_row(norm.gamma_gradient, fixture["dgamma"], "dgamma");
  expect_row(norm.beta_gradient, fixture["dbeta"], "dbeta");

  const FloatBuffer second = padded_rows(batch(1));
  norm.train(second.data(), 6, y.data());
  expect_rows(y, fixture["y_train_batch1"].get<Matrix>(), "second batch");
  expect_row(norm.running_mean, fixture["running_after_2"]["mean"], "mean after 2");
  // The running estimate uses the unbiased variance.
  expect_row(norm.running_variance, fixture["running_after_2"]["var"], "variance after 2");

  const FloatBuffer third = padded_rows(batch(2));
  const FloatBuffer mean = norm.running_mean;
  const FloatBuffer variance = norm.running_variance;
  norm.evaluate(third.data(), 6, y.data());
  expect_rows(y, fixture["y_eval_batch2"].get<Matrix>(), "evaluation");
  EXPECT_EQ(norm.running_mean, mean);
  EXPECT_EQ(norm.running_variance, variance);
}

// Each column gets the mean beta and the deviation gamma.
TEST_F(BatchNormFixture, GivesEachColumnItsMeanAndDeviation) {
  FloatBuffer y(6 * kWidth);
  norm.train(padded_rows(batch(0)).data(), 6, y.data());
  for (std::size_t j = 0; j < 3; ++j) {
    double sum = 0.0;
    double squares = 0.0;
    for (std::size_t r = 0; r < 6; ++r) {
      sum += static_cast<double>(y[r * kWidth + j]);
    }
    for (std::size_t r = 0; r < 6; ++r) {
      squares += std::pow(static_cast<double>(y[r * kWidth + j]) - sum / 6.0, 2);
    }
    EXPECT_NEAR(sum / 6.0, static_cast<double>(norm.beta[j]), 1e-4);
    EXPECT_NEAR(std::sqrt(squares / 6.0), static_cast<double>(norm.gamma[j]), 1e-4);
  }
}

// With the batch's deviation as gamma and its mean as beta, normalisation is the identity.
TEST_F(BatchNormFixture, CanBeTheIdentity) {
  const auto mean = fixture["batch0_mean"].get<std::vector<double>>();
  const auto variance = fixture["batch0_var_biased"].get<std::vector<double>>();
  for (std::size_t j = 0; j < 3; ++j) {
    norm.gamma[j] = static_cast<float>(std::sqrt(variance[j] + 1e-5));
    norm.beta[j] = static_cast<float>(mean[j]);
  }
  FloatBuffer y(6 * kWidth);
  norm.train(padded_rows(batch(0)).data(), 6, y.data());
  expect_rows(y, batch(0), "identity");
}

TEST(BatchNorm, EvaluatesASingleRow) {
  BatchNorm norm(16, 16, 1, 0.1, 1e-5);
  FloatBuffer row(16);
  row[0] = 3.0F;
  FloatBuffer y(16);
  norm.evaluate(row.data(), 1, y.data());
  EXPECT_NEAR(static_cast<double>(y[0]), 3.0 / std::sqrt(1.0 + 1e-5), 1e-6);
}

}  // namespace
}  // namespace hpsearch::nn
