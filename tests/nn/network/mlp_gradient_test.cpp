// For every kind of layer and loss: compares the network's loss and gradients with a forward pass
// in float64 and finite differences of its loss.

#include <algorithm>
#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "nn/base/compute_thread.h"
#include "nn/network/mlp.h"
#include "tests/nn/network/gradient_reference.h"

namespace hpsearch::nn {
namespace {

constexpr std::size_t kInputs = 5;

bool is_padding(const Mlp& mlp, const Parameter& p, std::size_t i) {
  if (p.group == RateGroup::kScaling) {
    return i >= mlp.layers().front().in;
  }
  if (p.group == RateGroup::kEmbeddingBias) {
    return i >= mlp.embedding()->outputs();
  }
  if (p.group == RateGroup::kEmbedding) {
    const std::size_t frequencies = mlp.embedding()->frequencies();
    return i % padded(frequencies) >= frequencies;
  }
  const auto layer = static_cast<std::size_t>(p.name[7] - '0');
  const LinearLayer& linear = mlp.layers()[layer];
  const std::size_t column = i % p.stride;
  return (p.weight && i / p.stride >= linear.in) || column % padded(linear.out) >= linear.out;
}

void expect_gradients(const Settings& s,
                      const BatchTargets& targets,
                      std::size_t outputs,
                      std::size_t batch_rows,
                      const std::string& what,
                      NetworkInputs inputs = kInputs) {
  std::mt19937 random(static_cast<unsigned>(std::hash<std::string>{}(what)));
  std::normal_distribution<float> normal;
  Mlp mlp(s, std::move(inputs), outputs, batch_rows, kSeed);
  std::vector<Parameter> parameters = mlp.parameters();
  for (const Parameter& p : parameters) {
    for (std::size_t i = 0; i < p.value.size(); ++i) {
      // Moves parameters away from their initial values: biases of 0 and gammas of 1 would hide
      // errors.
      p.value[i] += is_padding(mlp, p, i) ? 0.0F : 0.3F * normal(random);
    }
  }
  for (std::size_t r = 0; r < batch_rows; ++r) {
    for (std::size_t i = 0; i < mlp.network_inputs().numbers; ++i) {
      mlp.inputs()[r * mlp.input_stride() + i] = normal(random);
    }
  }
  const Numbers x(mlp.inputs().begin(), mlp.inputs().end());
  Values values;
  for (const Parameter& p : parameters) {
    values.emplace_back(p.value.begin(), p.value.end());
  }
  const BatchLoss loss = mlp.forward_backward(targets, kStep);
  const double expected = reference_loss(s, mlp, parameters, values, x, targets);
  EXPECT_NEAR(loss.loss / loss.weight, expected, 2e-5 * (1.0 + expected)) << what;
  double largest = 0.0;
  for (const Parameter& p : parameters) {
    for (const float g : p.gradient) {
      largest = std::max(largest, std::abs(static_cast<double>(g)));
    }
  }
  EXPECT_GT(largest, 1e-3) << what;
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    for (std::size_t i = 0; i < values[k].size(); ++i) {
      const double gradient = static_cast<double>(parameters[k].gradient[i]);
      if (is_padding(mlp, parameters[k], i)) {
        ASSERT_EQ(gradient, 0.0) << what << " " << parameters[k].name;
        continue;
      }
      constexpr double kH = 1e-6;
      const double at = values[k][i];
      values[k][i] = at + kH;
      const double up = reference_loss(s, mlp, parameters, values, x, targets);
      values[k][i] = at - kH;
      const double down = reference_loss(s, mlp, parameters, values, x, targets);
      values[k][i] = at;
      ASSERT_NEAR(gradient, (up - down) / (2.0 * kH), 3e-5 * (1.0 + largest))
          << what << " " << parameters[k].name << "[" << i << "]";
    }
  }
}

const std::vector<std::uint32_t> kLabels{2, 0, 1, 1, 2, 0, 1};
const std::vector<std::uint32_t> kTwo{1, 0, 1, 1, 0, 0, 1};

TEST(MlpGradient, IsRightForEveryActivationWithAndWithoutNormalisationAndDropout) {
  const ComputeThread guard;
  for (const Activation kind :
       {Activation::kLinear, Activation::kSigmoid, Activation::kTanh, Activation::kRelu,
        Activation::kLeakyRelu, Activation::kElu, Activation::kMaxout, Activation::kMish,
        Activation::kSilu, Activation::kGelu, Activation::kSelu}) {
    for (int bits = 0; bits < 8; ++bits) {
      Settings s;
      s.hidden = {6, 17};
      s.activation = kind;
      s.slope = 0.1;
      s.alpha = 0.7;
      s.maxout_pieces = 3;
      s.batch_norm = (bits & 1) != 0;
      s.dropout = (bits & 2) != 0 ? 0.4 : 0.0;
      s.input_dropout = (bits & 2) != 0 ? 0.2 : 0.0;
      s.bias = (bits & 4) == 0;
      // Room for 9 rows, of which 7 are used.
      expect_gradients(s, {.labels = kLabels}, 3, 9,
                       "activation " + std::to_string(static_cast<int>(kind)) + ", case " +
                           std::to_string(bits));
    }
  }
}

TEST(MlpGradient, IsRightForFactorsOfTheInputs) {
  const ComputeThread guard;
  for (const Activation kind : {Activation::kMish, Activation::kRelu, Activation::kMaxout}) {
    for (int bits = 0; bits < 8; ++bits) {
      Settings s;
      s.hidden = (bits & 1) != 0 ? std::vector<int>{17, 6} : std::vector<int>{};
      s.activation = kind;
      s.scaling = true;
      s.parametrization = (bits & 2) != 0 ? Parametrization::kNtk : Parametrization::kStandard;
      s.input_dropout = (bits & 4) != 0 ? 0.3 : 0.0;
      s.batch_norm = (bits & 4) != 0;
      expect_gradients(s, {.labels = kLabels}, 3, 9,
                       "scaling, activation " + std::to_string(static_cast<int>(kind)) + ", case " +
                           std::to_string(bits));
    }
  }
}

TEST(MlpGradient, IsRightForEmbeddedInputs) {
  const ComputeThread guard;
  for (int bits = 0; bits < 16; ++bits) {
    Settings s;
    s.hidden = (bits & 1) != 0 ? std::vector<int>{17, 6} : std::vector<int>{};
    s.activation = Activation::kMish;
    s.scaling = (bits & 2) != 0;
    s.frequencies = (bits & 1) != 0 ? 3 : 18;
    s.sigma = 0.3;
    NetworkInputs inputs(kInputs);
    if ((bits & 4) != 0) {
      inputs.waved = {4, 0, 1};
    }
    if ((bits & 8) != 0) {
      inputs.binned = {{0, {-1.0F, 0.0F, 0.5F}}, {3, {-0.7F, 0.1F, 0.2F, 1.9F}}};
    }
    expect_gradients(s, {.labels = kLabels}, 3, 9, "embeddings " + std::to_string(bits), inputs);
  }
}

// Of 21 inputs and of 80: the product of their gradient begins among them.
TEST(MlpGradient, IsRightForEmbeddingsBehindManyNumbers) {
  const ComputeThread guard;
  for (const std::size_t numbers : {18U, 20U}) {
    Settings s;
    s.hidden = {4};
    s.activation = Activation::kTanh;
    s.frequencies = 4;
    NetworkInputs inputs(numbers);
    inputs.waved = numbers == 18 ? std::vector<std::uint32_t>{17} : std::vector<std::uint32_t>(20);
    expect_gradients(s, {.labels = kLabels}, 3, 7, "numbers " + std::to_string(numbers), inputs);
  }
}

TEST(MlpGradient, IsRightForLayersThatDiffer) {
  const ComputeThread guard;
  Settings s;
  s.hidden = {6, 17, 3};
  s.activation =
      std::vector<Activation>{Activation::kMaxout, Activation::kLinear, Activation::kTanh};
  s.dropout = std::vector<double>{0.0, 0.5, 0.1};
  expect_gradients(s, {.labels = kLabels}, 3, 7, "mixed");
}

TEST(MlpGradient, IsRightForEveryLoss) {
  const ComputeThread guard;
  std::vector<float> values;
  for (int i = 0; i < 14; ++i) {
    values.push_back(0.37F * static_cast<float>(i % 5) - 0.6F);
  }
  const std::vector<double> weights{0.5, 2.0, 1.0};
  const std::vector<float> zero_one{0, 1, 1, 0, 0, 0, 1, 1, 0, 1, 1, 1, 0, 0};
  using enum RegressionLoss;
  const std::vector<std::pair<std::size_t, BatchTargets>> cases{
      {3, {.labels = kLabels, .label_smoothing = 0.1}},
      {3, {.labels = kLabels, .class_weights = weights, .label_smoothing = 0.3}},
      {1, {.task = Task::kBinary, .labels = kTwo, .label_smoothing = 0.2}},
      {2, {.task = Task::kBinary, .values = zero_one, .outputs = 2}},
      {2, {.task = Task::kRegression, .values = values, .outputs = 2}},
      {2, {.task = Task::kRegression, .values = values, .outputs = 2, .regression = kAbsolute}},
      {2,
       {.task = Task::kRegression,
        .values = values,
        .outputs = 2,
        .regression = kHuber,
        .huber_delta = 0.3}},
      {1, {.task = Task::kRegression, .values = std::span(values).first(7)}}};
  Settings s;
  s.hidden = {6};
  s.activation = Activation::kTanh;
  int number = 0;
  for (const auto& [outputs, targets] : cases) {
    expect_gradients(s, targets, outputs, 8, "loss " + std::to_string(number++));
  }
}

// Leftovers of the last full batch must not affect a short one. Held to a network of the same shape
// that has none: sixty layers of this kind are chaotic, and products of another height, which may
// round otherwise, would end at other gradients.
TEST(MlpGradient, OfAShortBatchIsNoOtherInADeepNetwork) {
  const ComputeThread guard;
  for (const Activation kind :
       {Activation::kTanh, Activation::kSigmoid, Activation::kLeakyRelu, Activation::kMish}) {
    Settings s;
    s.hidden = std::vector<int>(60, 64);
    s.activation = kind;
    s.init = Initialiser::kNormal;
    s.init_std = kind == Activation::kLeakyRelu || kind == Activation::kMish ? 0.1 : 1.0;
    Mlp fresh(s, 5, 3, 32, kSeed);
    Mlp used(s, 5, 3, 32, kSeed);
    std::mt19937 random(9);
    std::normal_distribution<float> normal;
    std::vector<std::uint32_t> labels(32);
    for (std::size_t r = 0; r < 32; ++r) {
      for (std::size_t i = 0; i < 5; ++i) {
        const float x = 3.0F * normal(random);
        used.inputs()[r * 16 + i] = x;
        if (r < 7) {
          fresh.inputs()[r * 16 + i] = x;
        }
      }
    }
    used.forward_backward({.labels = labels}, 0);
    fresh.forward_backward({.labels = kLabels}, 1);
    used.forward_backward({.labels = kLabels}, 1);
    const auto expected = fresh.parameters();
    const auto actual = used.parameters();
    for (std::size_t k = 0; k < expected.size(); ++k) {
      for (std::size_t i = 0; i < expected[k].gradient.size(); ++i) {
        ASSERT_TRUE(std::isfinite(expected[k].gradient[i]));
        ASSERT_EQ(actual[k].gradient[i], expected[k].gradient[i]) << actual[k].name;
      }
    }
  }
}

// Linear layers in a row are equivalent to one linear layer.
TEST(MlpGradient, CollapsesLinearLayers) {
  const ComputeThread guard;
  Settings s;
  s.hidden = {4, 6};
  s.activation = Activation::kLinear;
  Mlp mlp(s, 5, 3, 1, kSeed);
  const std::vector<float> x{0.5F, -1.0F, 2.0F, 0.25F, -0.75F};
  std::copy(x.begin(), x.end(), mlp.inputs().begin());
  mlp.evaluate({.labels = std::span(kLabels).first(1)});
  Numbers a(x.begin(), x.end());
  for (const LinearLayer& layer : mlp.layers()) {
    Numbers next(layer.out);
    for (std::size_t j = 0; j < layer.out; ++j) {
      for (std::size_t i = 0; i < layer.in; ++i) {
        next[j] += a[i] * static_cast<double>(layer.weights[i * layer.columns() + j]);
      }
    }
    a = next;
  }
  for (std::size_t j = 0; j < 3; ++j) {
    EXPECT_NEAR(static_cast<double>(mlp.outputs()[j]), a[j], 1e-5);
  }
}

// Batch normalisation subtracts whatever a bias adds.
TEST(MlpGradient, OfABiasBeforeNormalisationIsZero) {
  const ComputeThread guard;
  Settings s;
  s.hidden = {6};
  s.batch_norm = true;
  Mlp mlp(s, 5, 3, 7, kSeed);
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  std::generate(mlp.inputs().begin(), mlp.inputs().end(), [&] { return normal(random); });
  for (std::size_t r = 0; r < 7; ++r) {
    std::fill_n(mlp.inputs().begin() + static_cast<std::ptrdiff_t>(r * 16 + 5), 11, 0.0F);
  }
  const double before = mlp.forward_backward({.labels = kLabels}, 0).loss;
  for (std::size_t j = 0; j < 6; ++j) {
    EXPECT_NEAR(static_cast<double>(mlp.layers()[0].bias_gradient[j]), 0.0, 1e-7);
    mlp.layers()[0].bias[j] += 5.0F;
  }
  EXPECT_NEAR(mlp.forward_backward({.labels = kLabels}, 0).loss, before, 1e-5);
}

}  // namespace
}  // namespace hpsearch::nn
