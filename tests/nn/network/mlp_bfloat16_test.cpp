#include <algorithm>
#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "nn/base/compute_thread.h"
#include "nn/network/mlp.h"
#include "tests/nn/network/mlp_support.h"

namespace hpsearch::nn {
namespace {

double distance(const FloatBuffer& a, const FloatBuffer& b) {
  double squares = 0.0;
  double length = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    squares += std::pow(static_cast<double>(a[i]) - static_cast<double>(b[i]), 2);
    length += std::pow(static_cast<double>(b[i]), 2);
  }
  return std::sqrt(squares / length);
}

// In a linear model, all rounded numbers are known: inputs, weights and the gradient of the logits.
TEST(MlpInBfloat16, MultipliesRoundedNumbers) {
  if (!has_bfloat16()) {
    GTEST_SKIP() << "this CPU does not multiply bfloat16";
  }
  const ComputeThread guard;
  std::mt19937 random(7);
  const auto round = [](double x) {
    return static_cast<double>(to_float(round_bfloat16(static_cast<float>(x))));
  };
  for (std::size_t inputs = 1; inputs <= 65; ++inputs) {
    Settings settings;
    settings.hidden.clear();
    settings.precision = Precision::kBf16;
    const std::size_t rows = inputs % 33 + 2;
    Mlp mlp(settings, inputs, 5, rows, 5);
    Example example = random_batch(rows, inputs, 5, random);
    std::transform(example.batch.x.begin(), example.batch.x.end(), example.batch.x.begin(), round);
    load(mlp, example, inputs);
    ReferenceNet net = to_reference(mlp);
    std::transform(net.layers[0].weights.begin(), net.layers[0].weights.end(),
                   net.layers[0].weights.begin(), round);
    const auto expected = reference_pass(net, example.batch);
    const BatchLoss loss = mlp.forward_backward({.labels = example.labels}, 0);
    ASSERT_NEAR(loss.loss / static_cast<double>(rows), expected.loss, 1e-5);
    const LinearLayer& layer = mlp.layers()[0];
    for (std::size_t i = 0; i < inputs; ++i) {
      for (std::size_t j = 0; j < 5; ++j) {
        double sum = 0.0;
        for (std::size_t r = 0; r < rows; ++r) {
          sum += example.batch.x[r * inputs + i] *
                 round(static_cast<double>(mlp.outputs()[r * mlp.output_stride() + j]));
        }
        ASSERT_NEAR(static_cast<double>(layer.weight_gradient[i * layer.columns() + j]), sum, 1e-6);
      }
    }
  }
}

TEST(MlpInBfloat16, IsNearFloat32) {
  if (!has_bfloat16()) {
    GTEST_SKIP() << "this CPU does not multiply bfloat16";
  }
  const ComputeThread guard;
  std::mt19937 random(8);
  for (std::size_t width = 1; width <= 65; ++width) {
    Settings settings;
    settings.hidden = {static_cast<int>(width), 66 - static_cast<int>(width)};
    settings.activation = width % 3 == 0   ? Activation::kTanh
                          : width % 3 == 1 ? Activation::kElu
                                           : Activation::kMaxout;
    settings.batch_norm = width % 2 == 0;
    settings.dropout = width % 5 == 0 ? 0.3 : 0.0;
    settings.input_dropout = width % 7 == 0 ? 0.2 : 0.0;
    settings.scaling = width % 4 == 0;
    const std::size_t rows = (width * 7) % 34 * 2 + 31;
    Mlp exact(settings, 40, 6, rows, 5);
    settings.precision = Precision::kBf16;
    Mlp rounded(settings, 40, 6, rows, 5);
    const Example example = random_batch(rows, 40, 6, random);
    load(exact, example, 40);
    load(rounded, example, 40);
    const double loss = exact.forward_backward({.labels = example.labels}, 3).loss;
    EXPECT_NEAR(rounded.forward_backward({.labels = example.labels}, 3).loss / loss, 1.0, 0.01);
    for (std::size_t l = 0; l < 3; ++l) {
      // Each operand is off by up to a relative 2^-9. If two pieces of a maxout unit are nearly
      // equal, the other one may become the larger.
      const double bound = settings.activation.of(0) == Activation::kMaxout ? 0.15 : 0.04;
      EXPECT_LT(distance(rounded.layers()[l].weight_gradient, exact.layers()[l].weight_gradient),
                bound)
          << width << " layer " << l;
    }
  }
}

}  // namespace
}  // namespace hpsearch::nn
