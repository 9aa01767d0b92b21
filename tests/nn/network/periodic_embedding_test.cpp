// Gradients: mlp_gradient_test.cpp, by finite differences, and embedding_training_test.cpp, against
// PyTorch.
#include "nn/network/periodic_embedding.h"

#include <cmath>
#include <numbers>
#include <vector>

#include <gtest/gtest.h>

#include "nn/base/random.h"
#include "nn/base/vector_unit.h"
#include "nn/network/mlp.h"

namespace hpsearch::nn {
namespace {

constexpr std::size_t kRows = 21;
constexpr std::size_t kStride = 32;
constexpr std::size_t kFirst = 6;  // column of the first output

std::vector<float> some_rows() {
  Stream stream(4, Purpose::kInitialise);
  std::vector<float> x(kRows * kStride);
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = static_cast<float>(2.0 * stream.normal());
  }
  return x;
}

PeriodicEmbedding some_embedding(std::size_t frequencies) {
  PeriodicEmbedding embedding({4, 1}, frequencies, kRows);
  Stream stream(3, Purpose::kInitialise);
  embedding.draw(0.4, stream);
  for (std::size_t i = 0; i < 6; ++i) {
    embedding.bias[i] = 0.1F * static_cast<float>(i + 1);
  }
  return embedding;
}

TEST(PeriodicEmbedding, IsTheSumOfItsCosines) {
  for (const std::size_t frequencies : {1U, 5U, 16U, 17U, 40U}) {
    PeriodicEmbedding embedding = some_embedding(frequencies);
    const std::size_t width = padded(frequencies);
    const std::vector<float> before = some_rows();
    std::vector<float> x = before;
    embedding.evaluate(x.data(), kRows, kStride, kFirst);
    std::vector<float> trained = before;
    embedding.train(trained.data(), kRows, kStride, kFirst);
    EXPECT_EQ(x, trained);
    for (std::size_t row = 0; row < kRows; ++row) {
      for (std::size_t column = 0; column < kStride; ++column) {
        const float found = x[row * kStride + column];
        if (column < kFirst || column >= kFirst + embedding.outputs()) {
          EXPECT_EQ(found, before[row * kStride + column]);
          continue;
        }
        const std::size_t j = column - kFirst;
        const std::size_t input = j / kWaves;
        const auto value = static_cast<double>(before[row * kStride + (input == 0 ? 4 : 1)]);
        auto sum = static_cast<double>(embedding.bias[j]);
        double rounding = 1e-6;  // of an angle in float, relative to the angle
        for (std::size_t k = 0; k < frequencies; ++k) {
          const auto f = static_cast<double>(embedding.frequency[input * width + k]);
          const auto p = static_cast<double>(embedding.phase[input * width + k]);
          const auto w = static_cast<double>(embedding.weight[j * width + k]);
          const double angle = 2.0 * std::numbers::pi * f * value + p;
          sum += w * std::cos(angle);
          rounding += 3e-7 * std::abs(w) * (1.0 + std::abs(angle));
        }
        EXPECT_NEAR(found, sum, rounding);
      }
    }
  }
}

TEST(PeriodicEmbedding, HasTheSameBitsOnEveryVectorUnit) {
  const auto on = [](VectorUnit unit) {
    const VectorUnit before = use_vector_unit(unit);
    PeriodicEmbedding embedding = some_embedding(20);
    std::vector<float> x = some_rows();
    embedding.train(x.data(), kRows, kStride, kFirst);
    embedding.backward(x.data(), kRows, kStride, x.data() + kFirst, kStride);
    for (const FloatBuffer* gradient : {&embedding.frequency_gradient, &embedding.phase_gradient,
                                        &embedding.weight_gradient, &embedding.bias_gradient}) {
      x.insert(x.end(), gradient->begin(), gradient->end());
    }
    use_vector_unit(before);
    return x;
  };
  EXPECT_EQ(on(VectorUnit::kBaseline), on(VectorUnit::kAvx2));
  EXPECT_EQ(on(VectorUnit::kBaseline), on(VectorUnit::kAvx512));
}

TEST(PeriodicEmbedding, BeginsAsItsSettingsSay) {
  constexpr std::size_t kInputs = 300;
  std::vector<std::uint32_t> inputs(kInputs);
  PeriodicEmbedding embedding(inputs, 16, 1);
  Stream stream(1, Purpose::kInitialise);
  embedding.draw(0.1, stream);
  const auto moments = [](const FloatBuffer& values) {
    double sum = 0.0;
    double squares = 0.0;
    double largest = 0.0;
    for (const float value : values) {
      const auto v = static_cast<double>(value);
      sum += v;
      squares += v * v;
      largest = std::max(largest, std::abs(v));
    }
    const auto n = static_cast<double>(values.size());
    return std::vector<double>{sum / n, std::sqrt(squares / n), largest};
  };
  // Bands of five standard errors.
  EXPECT_NEAR(moments(embedding.frequency)[0], 0.0, 0.008);
  EXPECT_NEAR(moments(embedding.frequency)[1], 0.1, 0.006);
  EXPECT_NEAR(moments(embedding.phase)[0], 0.0, 0.14);
  EXPECT_NEAR(moments(embedding.phase)[1], std::numbers::pi / std::sqrt(3.0), 0.06);
  EXPECT_LE(moments(embedding.phase)[2], std::numbers::pi);
  EXPECT_NEAR(moments(embedding.weight)[1], 0.25, 0.008);
  EXPECT_EQ(moments(embedding.bias)[2], 0.0);
}

// The first weights and those of all layers are drawn as without embeddings of the same width.
TEST(PeriodicEmbedding, LeavesTheDrawsOfTheLayersAlone) {
  NetworkInputs inputs(4);
  inputs.waved = {0, 2};
  const Mlp with(Settings{}, inputs, 2, 8, 7);
  const Mlp without(Settings{}, 4 + 2 * kWaves, 2, 8, 7);
  EXPECT_EQ(with.layers()[0].weights, without.layers()[0].weights);
  EXPECT_EQ(with.layers()[1].weights, without.layers()[1].weights);
  const Mlp again(Settings{}, inputs, 2, 8, 7);
  EXPECT_EQ(with.embedding()->frequency, again.embedding()->frequency);
  const Mlp other(Settings{}, inputs, 2, 8, 8);
  EXPECT_NE(with.embedding()->frequency, other.embedding()->frequency);
}

}  // namespace
}  // namespace hpsearch::nn
