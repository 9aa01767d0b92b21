#include "nn/training/rbm.h"

#include <array>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "nn/base/compute_thread.h"
#include "tests/support/fixture.h"

namespace hpsearch::nn {
namespace {

using Matrix = std::vector<std::vector<double>>;
using Row = std::vector<double>;

// Copies the rows of `json` into padded rows.
void put(const Matrix& matrix, std::span<float> out) {
  const std::size_t stride = padded(matrix.front().size());
  for (std::size_t i = 0; i < matrix.size(); ++i) {
    for (std::size_t j = 0; j < matrix[i].size(); ++j) {
      out[i * stride + j] = static_cast<float>(matrix[i][j]);
    }
  }
}

void expect_close(std::span<const float> actual, const Matrix& expected, const char* what) {
  const std::size_t stride = padded(expected.front().size());
  for (std::size_t i = 0; i < actual.size() / stride; ++i) {
    for (std::size_t j = 0; j < stride; ++j) {
      const bool real = i < expected.size() && j < expected[i].size();
      EXPECT_NEAR(static_cast<double>(actual[i * stride + j]), real ? expected[i][j] : 0.0,
                  real ? 1e-5 : 0.0)
          << what << " [" << i << "][" << j << "]";
    }
  }
}

// A machine with the fixture's parameters, for batches of up to `batch_rows` rows.
Rbm machine_of(const nlohmann::json& fixture, std::size_t batch_rows) {
  Rbm rbm(4, 3, batch_rows);
  put(fixture["W"].get<Matrix>(), rbm.weights());
  put({fixture["b_visible"].get<Row>()}, rbm.visible_bias());
  put({fixture["c_hidden"].get<Row>()}, rbm.hidden_bias());
  return rbm;
}

// Also if the batch has room for more rows than it holds: these must contribute nothing.
TEST(Rbm, TakesTheStepsOfContrastiveDivergence) {
  const ComputeThread guard;
  const auto fixture = test::read_fixture("rbm.json");
  const auto v0 = fixture["v0"].get<Matrix>();
  for (const std::size_t batch_rows : {5U, 8U}) {
    Rbm rbm = machine_of(fixture, batch_rows);
    std::fill(rbm.inputs().begin(), rbm.inputs().end(), 0.0F);
    put(v0, rbm.inputs());
    for (std::size_t row = v0.size(); row < batch_rows; ++row) {
      rbm.inputs()[row * padded(4)] = 7.0F;
    }
    ASSERT_EQ(fixture["steps"].size(), 3U);
    for (const auto& step : fixture["steps"]) {
      FloatBuffer hidden(batch_rows * padded(3));
      rbm.propagate(v0.size(), hidden.data());
      expect_close(std::span(hidden).first(v0.size() * padded(3)), step["ph0"].get<Matrix>(), "p0");
      std::vector<float> uniforms;
      for (const Row& row : step["u"].get<Matrix>()) {
        uniforms.insert(uniforms.end(), row.begin(), row.end());
      }
      const double error = rbm.update(v0.size(), uniforms, fixture["lr"].get<double>());
      EXPECT_NEAR(error, step["recon_mse"].get<double>(), 1e-5);
      expect_close(rbm.weights(), step["W_after"].get<Matrix>(), "W");
      expect_close(rbm.visible_bias(), {step["b_after"].get<Row>()}, "b");
      expect_close(rbm.hidden_bias(), {step["c_after"].get<Row>()}, "c");
    }
  }
}

// The free energy, F(v) = -b v - sum_j ln(1 + exp(c_j + v W_j)): exp(-F) is the unnormalised
// probability of v.
double free_energy(const Rbm& rbm, const Row& v) {
  double energy = 0.0;
  for (std::size_t i = 0; i < v.size(); ++i) {
    energy -= v[i] * static_cast<double>(rbm.visible_bias()[i]);
  }
  for (std::size_t j = 0; j < rbm.hidden(); ++j) {
    double x = static_cast<double>(rbm.hidden_bias()[j]);
    for (std::size_t i = 0; i < v.size(); ++i) {
      x += v[i] * static_cast<double>(rbm.weights()[i * padded(rbm.hidden()) + j]);
    }
    energy -= std::log1p(std::exp(x));
  }
  return energy;
}

TEST(Rbm, HasTheFreeEnergyOfTheFixture) {
  const auto fixture = test::read_fixture("rbm.json");
  const Rbm rbm = machine_of(fixture, 5);
  double mean = 0.0;
  for (const Row& v : fixture["v0"].get<Matrix>()) {
    mean += free_energy(rbm, v) / 5.0;
  }
  EXPECT_NEAR(mean, fixture["steps"][0]["free_energy_before"].get<double>(), 1e-6);
}

// The mean log-likelihood of `data`, normalised by a sum over all states of the visible units.
double log_likelihood(const Rbm& rbm, const Matrix& data) {
  double states = 0.0;
  for (unsigned state = 0; state < 1U << rbm.visible(); ++state) {
    Row v;
    for (std::size_t i = 0; i < rbm.visible(); ++i) {
      v.push_back(state >> i & 1U);
    }
    states += std::exp(-free_energy(rbm, v));
  }
  double mean = 0.0;
  for (const Row& v : data) {
    mean -= free_energy(rbm, v) / static_cast<double>(data.size());
  }
  return mean - std::log(states);
}

// Two patterns of four units: their log-likelihood is -4 ln 2 = -2.77 before training and -ln 2 =
// -0.69 for a machine that has learnt them perfectly.
TEST(Rbm, LearnsADistributionByItsExactLikelihood) {
  const ComputeThread guard;
  const Matrix data{{1, 1, 0, 0}, {0, 0, 1, 1}};
  Rbm rbm(4, 2, 2);
  Stream stream(5, Purpose::kPretrain);
  rbm.initialise(stream);
  EXPECT_NEAR(log_likelihood(rbm, data), -4.0 * std::log(2.0), 0.01);
  put(data, rbm.inputs());
  for (int update = 0; update < 3000; ++update) {
    rbm.update(2, stream, 0.1);
  }
  EXPECT_GT(log_likelihood(rbm, data), -1.0);
}

TEST(Rbm, BeginsWithSmallNormalWeightsAndNoBias) {
  Rbm rbm(300, 200, 1);
  rbm.hidden_bias()[0] = 1.0F;
  Stream stream(1, Purpose::kPretrain);
  rbm.initialise(stream);
  double sum = 0.0;
  double squares = 0.0;
  for (std::size_t i = 0; i < padded(300); ++i) {
    for (std::size_t j = 0; j < padded(200); ++j) {
      const auto w = static_cast<double>(rbm.weights()[i * padded(200) + j]);
      EXPECT_TRUE((i < 300 && j < 200) || w == 0.0) << i << ", " << j;
      sum += w;
      squares += w * w;
    }
  }
  constexpr double kCount = 300.0 * 200.0;
  EXPECT_NEAR(std::sqrt(squares / kCount), 0.01, 0.0002);
  EXPECT_NEAR(sum / kCount, 0.0, 5.0 * 0.01 / std::sqrt(kCount));
  EXPECT_EQ(rbm.hidden_bias(), FloatBuffer(padded(200)));
}

// With v0 = 0, a hidden unit's probability depends on its bias alone, and only the sample h0
// reaches v1 through W: the share of ones among the samples shows in the reconstruction.
TEST(Rbm, SamplesItsHiddenUnitsAsOftenAsTheirProbabilitySays) {
  const ComputeThread guard;
  constexpr std::size_t kRows = 20'000;
  for (const double p : {0.02, 0.3, 0.9}) {
    Rbm rbm(1, 1, kRows);
    rbm.hidden_bias()[0] = static_cast<float>(std::log(p / (1.0 - p)));
    rbm.weights()[0] = 40.0F;
    rbm.visible_bias()[0] = -20.0F;  // v1 = s(40 h0 - 20), which is h0
    Stream stream(3, Purpose::kPretrain);
    // v0 = 0: the squared error is the share of ones.
    EXPECT_NEAR(rbm.update(kRows, stream, 0.0), p, 5.0 * std::sqrt(p * (1.0 - p) / kRows));
  }
}

}  // namespace
}  // namespace hpsearch::nn
