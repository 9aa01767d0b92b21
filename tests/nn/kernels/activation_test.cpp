#include "nn/kernels/activation.h"

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include <gtest/gtest.h>

#include "nn/base/aligned.h"
#include "nn/base/compute_thread.h"
#include "tests/support/fixture.h"

namespace hpsearch::nn {
namespace {

using Matrix = std::vector<std::vector<double>>;

std::vector<float> apply(const ActivationSpec& f, const std::vector<float>& x) {
  std::vector<float> y(x.size());
  activate(f, x.data(), y.data(), x.size());
  return y;
}

std::vector<float> derivative(const ActivationSpec& f, const std::vector<float>& x) {
  std::vector<float> delta(x.size(), 1.0F);
  if (has_own_slopes(f.kind)) {
    // In place, as a network calls it.
    std::vector<float> y = x;
    std::vector<float> slopes(x.size());
    activate_with_slopes(f, y.data(), y.data(), slopes.data(), y.size());
    const std::vector<float> alone = apply(f, x);
    for (std::size_t i = 0; i < y.size(); ++i) {
      EXPECT_EQ(std::isnan(y[i]) ? 0.0F : y[i], std::isnan(alone[i]) ? 0.0F : alone[i]) << x[i];
    }
    multiply_by_slopes(slopes.data(), delta.data(), delta.size());
    return delta;
  }
  const std::vector<float> y = apply(f, x);
  activation_gradient(f, y.data(), delta.data(), y.size());
  return delta;
}

const std::vector<std::pair<std::string, ActivationSpec>>& named() {
  static const std::vector<std::pair<std::string, ActivationSpec>> all{
      {"linear", {.kind = Activation::kLinear}},
      {"sigmoid", {.kind = Activation::kSigmoid}},
      {"tanh", {.kind = Activation::kTanh}},
      {"relu", {.kind = Activation::kRelu}},
      {"leaky_relu_0.01", {.kind = Activation::kLeakyRelu, .slope = 0.01F}},
      {"leaky_relu_0.1", {.kind = Activation::kLeakyRelu, .slope = 0.1F}},
      {"elu_1.0", {.kind = Activation::kElu, .alpha = 1.0F}},
      {"elu_0.5", {.kind = Activation::kElu, .alpha = 0.5F}},
      {"step", {.kind = Activation::kStep}},
      {"mish", {.kind = Activation::kMish}},
      {"silu", {.kind = Activation::kSilu}},
      {"gelu", {.kind = Activation::kGelu}},
      {"selu", {.kind = Activation::kSelu}}};
  return all;
}

// Against PyTorch's values and derivatives.
TEST(Activation, EqualsPyTorch) {
  const auto fixture = test::read_fixture("activations.json");
  const auto x = fixture["x"].get<std::vector<float>>();
  for (const auto& [name, f] : named()) {
    const auto& expected = fixture["fn"][name];
    const auto y = apply(f, x);
    for (std::size_t i = 0; i < x.size(); ++i) {
      EXPECT_NEAR(static_cast<double>(y[i]), expected["y"][i].get<double>(), 1e-6) << name << x[i];
    }
    if (expected.contains("dy")) {
      const auto dy = derivative(f, x);
      for (std::size_t i = 0; i < x.size(); ++i) {
        EXPECT_NEAR(static_cast<double>(dy[i]), expected["dy"][i].get<double>(), 1e-6)
            << name << x[i];
      }
    }
  }
}

// The textbook's plots: 160 points from -8 upwards.
TEST(Activation, HasTheCurvesOfTheTextbook) {
  std::vector<float> x(160);
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = -8.0F + 0.1F * static_cast<float>(i);
  }
  auto sum = [](const std::vector<float>& v) {
    double total = 0.0;
    for (const float value : v) {
      total += static_cast<double>(value);
    }
    return total;
  };
  const auto relu = derivative({.kind = Activation::kRelu}, x);
  // Rounded sums of 0.1 just miss 0; the fixture counts the 80 points from there.
  EXPECT_NEAR(sum(relu), 80.0, 1.0);
  EXPECT_NEAR(sum(derivative({.kind = Activation::kSigmoid}, x)), 9.993288, 1e-4);
  EXPECT_NEAR(sum(derivative({.kind = Activation::kTanh}, x)), 19.999994, 1e-4);
}

TEST(Activation, StaysFiniteFarOut) {
  const ComputeThread guard;
  const std::vector<float> x{-1e30F, -1000.0F, -88.0F, -1e-30F, 1e-30F, 88.0F, 1000.0F, 1e30F};
  for (const auto& [name, f] : named()) {
    const auto y = apply(f, x);
    const auto dy = derivative(f, x);
    for (std::size_t i = 0; i < x.size(); ++i) {
      EXPECT_TRUE(std::isfinite(y[i]) && std::isfinite(dy[i])) << name << " at " << x[i];
    }
  }
  EXPECT_EQ(apply({.kind = Activation::kSigmoid}, x).front(), 0.0F);
  EXPECT_EQ(apply({.kind = Activation::kSigmoid}, x).back(), 1.0F);
  EXPECT_EQ(apply({.kind = Activation::kTanh}, x).front(), -1.0F);
  EXPECT_EQ(apply({.kind = Activation::kElu}, x).front(), -1.0F);
  for (const Activation kind : {Activation::kMish, Activation::kSilu, Activation::kGelu}) {
    EXPECT_EQ(apply({.kind = kind}, x).front(), 0.0F);
    EXPECT_EQ(apply({.kind = kind}, x).back(), 1e30F);
    EXPECT_EQ(derivative({.kind = kind}, x).front(), 0.0F);
    EXPECT_EQ(derivative({.kind = kind}, x).back(), 1.0F);
  }
}

TEST(Activation, LetsNaNThrough) {
  for (const auto& [name, f] : named()) {
    EXPECT_TRUE(std::isnan(apply(f, {std::numeric_limits<float>::quiet_NaN()}).front())) << name;
  }
}

TEST(Activation, IsWithinAFewUlpsOfTheLibrary) {
  std::vector<float> x;
  for (double v = -20.0; v < 20.0; v += 0.0137) {
    x.push_back(static_cast<float>(v));
    x.push_back(static_cast<float>(v * 1e-4));
  }
  const auto sigmoid = apply({.kind = Activation::kSigmoid}, x);
  const auto tangent = apply({.kind = Activation::kTanh}, x);
  const auto elu = apply({.kind = Activation::kElu}, x);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double v = static_cast<double>(x[i]);
    const double s = 1.0 / (1.0 + std::exp(-v));
    EXPECT_NEAR(static_cast<double>(sigmoid[i]), s, 4e-7 * s);
    EXPECT_NEAR(static_cast<double>(tangent[i]), std::tanh(v), 4e-7 * std::abs(std::tanh(v)));
    const double e = v > 0.0 ? v : std::expm1(v);
    EXPECT_NEAR(static_cast<double>(elu[i]), e, 4e-7 * std::abs(e));
  }
}

// The formulas in double, and central differences of them for the slopes.
TEST(Activation, IsAsExactAsFloatAllowsWhereItCurves) {
  struct Case {
    Activation kind;
    double (*value)(double x);
  };
  for (const Case& c :
       {Case{Activation::kMish, [](double x) { return x * std::tanh(std::log1p(std::exp(x))); }},
        Case{Activation::kSilu, [](double x) { return x / (1.0 + std::exp(-x)); }},
        Case{Activation::kGelu,
             [](double x) { return 0.5 * x * std::erfc(-x / std::sqrt(2.0)); }}}) {
    std::vector<float> x;
    for (double v = -30.0; v < 30.0; v += 0.00371) {
      x.push_back(static_cast<float>(v));
      x.push_back(static_cast<float>(v * 1e-4));
    }
    const auto y = apply({.kind = c.kind}, x);
    const auto slopes = derivative({.kind = c.kind}, x);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double v = static_cast<double>(x[i]);
      const double exact = c.value(v);
      // e^(-x^2 / 2) takes the rounding of its argument into the far tail.
      const double far = c.kind == Activation::kGelu ? 1.0 + 0.3 * v * v : 1.0;
      ASSERT_NEAR(static_cast<double>(y[i]), exact, 6e-7 * far * std::abs(exact) + 1e-37) << v;
      constexpr double kH = 1e-5;
      const double slope = (c.value(v + kH) - c.value(v - kH)) / (2.0 * kH);
      ASSERT_NEAR(static_cast<double>(slopes[i]), slope, 1e-6) << v;
    }
  }
}

// The two constants are those with which a unit normal input keeps its mean and its variance.
TEST(Activation, OfSeluKeepsTheMomentsOfANormal) {
  std::vector<float> x;
  std::vector<double> density;
  for (double v = -9.0; v < 9.0; v += 1e-3) {
    x.push_back(static_cast<float>(v));
    density.push_back(std::exp(-0.5 * v * v) / std::sqrt(2.0 * std::numbers::pi) * 1e-3);
  }
  const auto y = apply({.kind = Activation::kSelu}, x);
  double mean = 0.0;
  double square = 0.0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    mean += density[i] * static_cast<double>(y[i]);
    square += density[i] * std::pow(static_cast<double>(y[i]), 2);
  }
  EXPECT_NEAR(mean, 0.0, 1e-4);
  EXPECT_NEAR(square, 1.0, 1e-4);
}

// Repeated application of a saturating function flattens it.
TEST(Activation, FlattensWhenItIsRepeated) {
  const auto fixture = test::read_fixture("activations.json");
  std::vector<float> y;
  for (int i = -800; i <= 800; ++i) {
    y.push_back(static_cast<float>(i) / 100.0F);
  }
  for (const auto& expected : fixture["sigmoid_of_sigmoid"]) {
    y = apply({.kind = Activation::kSigmoid}, y);
    EXPECT_NEAR(static_cast<double>(y.back() - y.front()), expected["range"].get<double>(), 1e-6);
  }
}

TEST(Maxout, EqualsPyTorch) {
  const auto fixture = test::read_fixture("activations.json")["maxout"];
  const auto& in = fixture["in"];
  const auto x = in["x"].get<Matrix>();
  const auto upstream = fixture["upstream"].get<Matrix>();
  const std::size_t used = upstream.front().size();
  const std::size_t width = padded(used);
  const std::size_t rows = x.size();
  std::vector<float> z(rows * 2 * width);
  std::vector<float> delta(rows * width);
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t piece = 0; piece < 2; ++piece) {
      const auto w = in[piece == 0 ? "w1" : "w2"].get<Matrix>();
      const auto b = in[piece == 0 ? "b1" : "b2"].get<std::vector<double>>();
      for (std::size_t j = 0; j < used; ++j) {
        double sum = b[j];
        for (std::size_t i = 0; i < w.size(); ++i) {
          sum += x[r][i] * w[i][j];
        }
        z[(r * 2 + piece) * width + j] = static_cast<float>(sum);
      }
    }
    for (std::size_t j = 0; j < used; ++j) {
      delta[r * width + j] = static_cast<float>(upstream[r][j]);
    }
  }
  std::vector<float> y(rows * width);
  maxout(2, z.data(), rows, width, y.data());
  std::vector<float> delta_z(z.size());
  maxout_gradient(2, z.data(), delta.data(), rows, width, delta_z.data());
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t j = 0; j < used; ++j) {
      EXPECT_NEAR(static_cast<double>(y[r * width + j]), fixture["y"][r][j].get<double>(), 1e-5);
    }
  }
  for (std::size_t piece = 0; piece < 2; ++piece) {
    const auto expected = fixture["grad"][piece == 0 ? "b1" : "b2"].get<std::vector<double>>();
    for (std::size_t j = 0; j < used; ++j) {
      double sum = 0.0;
      for (std::size_t r = 0; r < rows; ++r) {
        sum += static_cast<double>(delta_z[(r * 2 + piece) * width + j]);
      }
      EXPECT_NEAR(sum, expected[j], 1e-5);
    }
  }
}

// ReLU and leaky ReLU are special cases of maxout.
TEST(Maxout, GeneralisesTheRectifiers) {
  const std::vector<float> x{-3.0F, -0.5F, 0.5F, 3.0F};
  for (const float slope : {0.0F, 0.01F}) {
    std::vector<float> z(2 * kLanes);
    for (std::size_t j = 0; j < x.size(); ++j) {
      z[j] = x[j];
      z[kLanes + j] = slope * x[j];
    }
    std::vector<float> y(kLanes);
    maxout(2, z.data(), 1, kLanes, y.data());
    y.resize(x.size());
    EXPECT_EQ(y, apply({.kind = Activation::kLeakyRelu, .slope = slope}, x));
  }
}

}  // namespace
}  // namespace hpsearch::nn
