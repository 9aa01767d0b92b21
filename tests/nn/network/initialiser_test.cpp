#include "nn/network/initialiser.h"

#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "nn/base/compute_thread.h"
#include "nn/network/mlp.h"
#include "nn/training/diagnostics.h"
#include "tests/support/fixture.h"

namespace hpsearch::nn {
namespace {

using enum Initialiser;

struct Drawn {
  double mean = 0.0;
  double deviation = 0.0;
  double largest = 0.0;
};

Drawn draw(const Settings& settings, std::size_t in, std::size_t out) {
  Settings linear = settings;
  linear.hidden = {};
  const Mlp mlp(linear, in, out, 1, 11);
  const LinearLayer& layer = mlp.layers().front();
  const Moments m = moments(layer.weights, in, out, layer.columns());
  Drawn drawn{m.mean, m.deviation, 0.0};
  for (const float w : layer.weights) {
    drawn.largest = std::max(drawn.largest, std::abs(static_cast<double>(w)));
  }
  return drawn;
}

// PyTorch's constants for 784 -> 256.
TEST(Initialiser, DrawsWithTheDeviationOfItsName) {
  struct Case {
    Initialiser init;
    double deviation;
    double bound;  // 0: none
  };
  for (const Case& c :
       {Case{kXavierUniform, 0.075955452531275 / std::sqrt(3.0), 0.075955452531275},
        Case{kXavierNormal, 0.04385290096535146, 0.0},
        Case{kHeUniform, 0.08748177652797065 / std::sqrt(3.0), 0.08748177652797065},
        Case{kHeNormal, 0.050507627227610534, 0.0}, Case{kLecunNormal, 1.0 / 28.0, 0.0},
        Case{kTorchDefault, 0.0357142857142857 / std::sqrt(3.0), 0.0357142857142857},
        Case{kNormal, 0.01, 0.0}}) {
    Settings settings;
    settings.init = c.init;
    const Drawn drawn = draw(settings, 784, 256);
    EXPECT_NEAR(drawn.deviation, c.deviation, 0.01 * c.deviation);
    EXPECT_NEAR(drawn.mean, 0.0, 5.0 * c.deviation / std::sqrt(784.0 * 256.0));
    if (c.bound > 0.0) {
      EXPECT_LE(drawn.largest, c.bound * (1.0 + 1e-7));
      EXPECT_GT(drawn.largest, 0.999 * c.bound);
    }
    settings.gain = 3.0;
    EXPECT_NEAR(draw(settings, 784, 256).deviation, 3.0 * drawn.deviation, 1e-6);
  }
}

TEST(Initialiser, KnowsConstants) {
  Settings settings;
  settings.init = kZero;
  EXPECT_EQ(draw(settings, 20, 10).largest, 0.0);
  settings.init = kConstant;
  settings.init_value = -0.25;
  EXPECT_NEAR(draw(settings, 20, 10).mean, -0.25, 1e-9);
  EXPECT_NEAR(draw(settings, 20, 10).deviation, 0.0, 1e-9);
}

TEST(Initialiser, GoesWithTheActivation) {
  Settings settings;
  settings.hidden = {4, 4};
  settings.activation = std::vector<Activation>{Activation::kTanh, Activation::kRelu};
  EXPECT_EQ(initialiser_of(settings, 0), kXavierNormal);
  EXPECT_EQ(initialiser_of(settings, 1), kHeNormal);
  EXPECT_EQ(initialiser_of(settings, 2), kHeNormal) << "the last layer follows the one below";
  settings.init = kNormal;
  EXPECT_EQ(initialiser_of(settings, 0), kNormal);
}

TEST(Initialiser, GoesWithTheSmoothActivations) {
  EXPECT_EQ(initialiser_for(Activation::kMish), kHeNormal);
  EXPECT_EQ(initialiser_for(Activation::kSilu), kHeNormal);
  EXPECT_EQ(initialiser_for(Activation::kGelu), kHeNormal);
  EXPECT_EQ(initialiser_for(Activation::kSelu), kLecunNormal);
}

// W and b from N(0, 1), of which the network sees W / sqrt(fan_in); zeros in the last layer.
TEST(Initialiser, DrawsUnitNormalsForNtk) {
  Settings settings;
  settings.hidden = {400, 300};
  settings.parametrization = Parametrization::kNtk;
  for (const double gain : {1.0, 0.5}) {
    settings.gain = gain;
    const Mlp mlp(settings, 100, 7, 1, 3);
    for (std::size_t l = 0; l < 2; ++l) {
      const LinearLayer& layer = mlp.layers()[l];
      const double unit = 1.0 / std::sqrt(static_cast<double>(layer.in));
      const Moments weights = moments(layer.weights, layer.in, layer.out, layer.columns());
      EXPECT_NEAR(weights.deviation / unit, gain, 0.02 * gain) << l;
      EXPECT_NEAR(weights.mean / unit, 0.0, 0.03) << l;
      const Moments bias = moments(layer.bias, 1, layer.out, layer.columns());
      EXPECT_NEAR(bias.deviation, 1.0, 0.15) << l;
      EXPECT_NEAR(bias.mean, 0.0, 0.25) << l;
    }
    const LinearLayer& last = mlp.layers().back();
    EXPECT_EQ(last.weights, FloatBuffer(last.weights.size()));
    EXPECT_EQ(last.bias, FloatBuffer(last.bias.size()));
  }
  settings.bias = false;
  const Mlp without(settings, 100, 7, 1, 3);
  EXPECT_EQ(without.layers().front().bias, FloatBuffer(400));
}

TEST(Initialiser, DrawsPyTorchsBiases) {
  Settings settings;
  settings.hidden = {};
  settings.init = kTorchDefault;
  const Mlp mlp(settings, 100, 4000, 1, 3);
  const FloatBuffer& bias = mlp.layers().front().bias;
  const Moments m = moments(bias, 1, 4000, 4000);
  EXPECT_NEAR(m.deviation, 0.1 / std::sqrt(3.0), 0.03 * 0.1 / std::sqrt(3.0));
}

// Var[o] = in * deviation^2 * Var[x] for any widths.
TEST(Initialiser, KeepsTheVarianceOfItsFormula) {
  const ComputeThread guard;
  std::mt19937 random(4);
  std::normal_distribution<float> normal(0.0F, 1.5F);
  for (const auto& [in, out] : std::vector<std::pair<std::size_t, std::size_t>>{
           {256, 1024}, {1024, 256}, {784, 256}, {500, 500}}) {
    for (const Initialiser init : {kXavierNormal, kXavierUniform, kHeNormal, kLecunNormal}) {
      Settings settings;
      settings.hidden = {};
      settings.init = init;
      constexpr std::size_t kRows = 400;
      Mlp mlp(settings, in, out, kRows, 21);
      for (std::size_t r = 0; r < kRows; ++r) {
        for (std::size_t i = 0; i < in; ++i) {
          mlp.inputs()[r * mlp.input_stride() + i] = normal(random);
        }
      }
      const std::vector<std::uint32_t> labels(kRows);
      mlp.evaluate({.labels = labels});
      const Moments m = moments(mlp.outputs(), kRows, out, mlp.output_stride());
      const double expected =
          static_cast<double>(in) * 2.25 * std::pow(initial_deviation(settings, init, in, out), 2);
      EXPECT_NEAR(m.deviation * m.deviation, expected, 0.03 * expected);
    }
  }
}

// Ten layers of 500, a thousand rows of N(0, 1): the tables of cs231n's sixth lecture.
struct Layers {
  std::vector<Moments> activation;
  std::vector<double> dead;
  std::vector<double> gradient;  // deviation of dL/d(linear part)
};

Layers ten_layers(Activation kind, Initialiser init, double init_std, std::uint64_t seed) {
  const ComputeThread guard;
  Settings settings;
  settings.hidden = std::vector<int>(10, 500);
  settings.activation = kind;
  settings.init = init;
  settings.init_std = init_std;
  constexpr std::size_t kRows = 1000;
  Mlp mlp(settings, 500, 10, kRows, seed);
  std::mt19937_64 random(seed);
  std::normal_distribution<float> normal;
  for (std::size_t r = 0; r < kRows; ++r) {
    for (std::size_t i = 0; i < 500; ++i) {
      mlp.inputs()[r * mlp.input_stride() + i] = normal(random);
    }
  }
  std::vector<std::uint32_t> labels(kRows);
  for (std::size_t r = 0; r < kRows; ++r) {
    labels[r] = static_cast<std::uint32_t>(r % 10);
  }
  mlp.forward_backward({.labels = labels}, 0);
  Layers layers;
  for (std::size_t l = 0; l < 10; ++l) {
    const HiddenLayer& h = mlp.hidden()[l];
    layers.activation.push_back(moments(h.output, kRows, 500, padded(500)));
    layers.dead.push_back(dead_units(h, mlp.layers()[l], kRows));
    layers.gradient.push_back(moments(h.delta, kRows, 500, padded(500)).deviation);
  }
  return layers;
}

TEST(TenLayers, OfTanhKeepTheirSignalWithXavier) {
  const auto table = test::read_fixture("init_layers.json")["cases"]["tanh_xavier_fan_in"];
  const Layers layers = ten_layers(Activation::kTanh, kLecunNormal, 0.0, 1);
  for (std::size_t l = 0; l < 10; ++l) {
    EXPECT_NEAR(layers.activation[l].deviation, table[l + 1]["std"].get<double>(), 0.005) << l;
  }
  // The gradients shrink but do not vanish.
  EXPECT_NEAR(layers.gradient[0] / layers.gradient[9], 0.28, 0.08);
}

TEST(TenLayers, OfTanhDieOutFromSmallWeights) {
  const auto table = test::read_fixture("init_layers.json")["cases"]["tanh_normal_0.01"];
  const Layers layers = ten_layers(Activation::kTanh, kNormal, 0.01, 2);
  for (std::size_t l = 0; l < 10; ++l) {
    const double expected = table[l + 1]["std"].get<double>();
    EXPECT_NEAR(layers.activation[l].deviation, expected, (l < 5 ? 0.03 : 0.1) * expected) << l;
  }
}

TEST(TenLayers, OfTanhSaturateFromLargeWeights) {
  const Layers layers = ten_layers(Activation::kTanh, kNormal, 1.0, 3);
  for (const Moments& m : layers.activation) {
    EXPECT_NEAR(m.deviation, 0.982, 0.002);
  }
}

TEST(TenLayers, OfReluHalveTheirVarianceWithXavier) {
  const auto table = test::read_fixture("init_layers.json")["cases"]["relu_xavier_fan_in"];
  const Layers layers = ten_layers(Activation::kRelu, kLecunNormal, 0.0, 4);
  EXPECT_NEAR(layers.activation[0].deviation, table[1]["std"].get<double>(), 0.006);
  EXPECT_NEAR(layers.activation[9].deviation, table[10]["std"].get<double>(), 0.01);
  EXPECT_NEAR(layers.activation[9].mean, 0.018, 0.008);
}

TEST(TenLayers, OfReluKeepTheirSignalWithHe) {
  double deviation = 0.0;
  double dead = 0.0;
  double ratio = 0.0;
  constexpr int kSeeds = 5;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const Layers layers = ten_layers(Activation::kRelu, kHeNormal, 0.0, seed);
    EXPECT_NEAR(layers.activation[0].deviation, 0.825, 0.006);
    EXPECT_NEAR(layers.activation[0].mean, 0.564, 0.006);
    EXPECT_EQ(layers.dead[0], 0.0);
    deviation += layers.activation[9].deviation / kSeeds;
    dead += layers.dead[9] / kSeeds;
    ratio += layers.gradient[0] / layers.gradient[9] / kSeeds;
  }
  EXPECT_NEAR(deviation, 0.85, 0.2);
  EXPECT_NEAR(dead, 0.098, 0.04);
  EXPECT_NEAR(ratio, 1.0, 0.3);
}

TEST(TenLayers, OfSigmoidLoseTheirGradient) {
  const Layers layers = ten_layers(Activation::kSigmoid, kXavierNormal, 0.0, 6);
  EXPECT_LT(layers.gradient[0] / layers.gradient[9], 1e-5);
  EXPECT_GT(layers.gradient[0], 0.0);
}

}  // namespace
}  // namespace hpsearch::nn
