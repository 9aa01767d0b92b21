#include "nn/network/mlp.h"

#include <algorithm>
#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "nn/base/compute_thread.h"
#include "nn/base/random.h"
#include "nn/base/vector_unit.h"
#include "tests/nn/network/mlp_support.h"

namespace hpsearch::nn {
namespace {

using test::reference_pass;
using test::ReferenceBatch;
using test::ReferenceLayer;
using test::ReferenceNet;

// The dropout masks straight from their definition, element by element.
std::vector<std::vector<double>> masks_of(
    const Mlp& mlp, std::size_t rows, double p, std::uint64_t seed, std::uint32_t step) {
  std::vector<std::vector<double>> masks;
  for (std::size_t l = 0; l + 1 < mlp.layers().size(); ++l) {
    const std::size_t width = mlp.layers()[l].out;
    std::vector<std::uint16_t> bits(rows * padded(width));
    fill_u16(seed, Purpose::kDropout, static_cast<std::uint32_t>(l + 1), step, bits);
    std::vector<double> mask;
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t j = 0; j < width; ++j) {
        const bool kept = bits[r * padded(width) + j] / 65536.0 >= p;
        mask.push_back(kept ? 1.0 / (1.0 - p) : 0.0);
      }
    }
    masks.push_back(std::move(mask));
  }
  return masks;
}

void expect_close(const FloatBuffer& actual,
                  const std::vector<double>& expected,
                  std::size_t rows,
                  std::size_t columns,
                  const std::string& what) {
  const std::size_t stride = padded(columns);
  double scale = 0.0;
  for (const double e : expected) {
    scale = std::max(scale, std::abs(e));
  }
  for (std::size_t i = 0; i < actual.size() / stride; ++i) {
    for (std::size_t j = 0; j < stride; ++j) {
      const bool real = i < rows && j < columns;
      const double e = real ? expected[i * columns + j] : 0.0;
      // Allows for float32 sums of up to a few hundred products, relative to the largest entry.
      ASSERT_NEAR(static_cast<double>(actual[i * stride + j]), e, real ? 2e-5 * scale + 1e-7 : 0.0)
          << what << " [" << i << "][" << j << "]";
    }
  }
}

// Finite differences check the reference itself: its loss is a few lines, its gradient is not.
TEST(ReferenceNet, HasTheGradientOfItsLoss) {
  std::mt19937 random(1);
  for (const auto activation :
       {test::ReferenceActivation::kRelu, test::ReferenceActivation::kTanh}) {
    Settings settings;
    settings.hidden = {7, 5};
    Mlp mlp(settings, 6, 4, 9, 3);
    ReferenceNet net = to_reference(mlp);
    net.activation = activation;
    Example example = random_batch(9, 6, 4, random);
    example.batch.masks = masks_of(mlp, 9, 0.3, 11, 2);
    constexpr double kL2 = 0.1;
    const auto result = reference_pass(net, example.batch, kL2);
    auto total = [&](const ReferenceNet& n) {
      const auto r = reference_pass(n, example.batch, kL2);
      return r.loss + r.penalty;
    };
    constexpr double kStep = 1e-6;
    for (std::size_t l = 0; l < net.layers.size(); ++l) {
      auto check = [&](std::vector<double> ReferenceLayer::*part) {
        for (std::size_t i = 0; i < (net.layers[l].*part).size(); ++i) {
          ReferenceNet up = net;
          ReferenceNet down = net;
          (up.layers[l].*part)[i] += kStep;
          (down.layers[l].*part)[i] -= kStep;
          const double numerical = (total(up) - total(down)) / (2.0 * kStep);
          ASSERT_NEAR((result.gradient.layers[l].*part)[i], numerical, 1e-8)
              << "layer " << l << ", " << i;
        }
      };
      check(&ReferenceLayer::weights);
      check(&ReferenceLayer::bias);
    }
  }
}

TEST(Mlp, EqualsTheReferenceForManyShapes) {
  const ComputeThread guard;
  std::mt19937 random(2);
  std::uniform_int_distribution<int> width(1, 70);
  for (int trial = 0; trial < 40; ++trial) {
    Settings settings;
    settings.hidden.clear();
    for (int l = 0; l < trial % 4; ++l) {
      settings.hidden.push_back(width(random));
    }
    settings.dropout = trial % 3 == 0 ? 0.0 : 0.4;
    const auto inputs = static_cast<std::size_t>(width(random));
    const auto classes = static_cast<std::size_t>(width(random) % 12 + 2);
    const auto capacity = static_cast<std::size_t>(width(random));
    Mlp mlp(settings, inputs, classes, capacity, 5);
    // First a full batch, then a shorter one: the full one's leftovers must not count.
    std::uint32_t step = 0;
    for (const std::size_t rows : {capacity, (capacity + 1) / 2}) {
      Example example = random_batch(rows, inputs, classes, random);
      load(mlp, example, inputs);
      const ReferenceNet net = to_reference(mlp);
      const auto plain = reference_pass(net, example.batch);
      if (settings.dropout.of(0) > 0.0) {
        example.batch.masks = masks_of(mlp, rows, settings.dropout.of(0), 5, step);
      }
      const auto expected = reference_pass(net, example.batch);
      const BatchLoss evaluated = mlp.evaluate({.labels = example.labels});
      EXPECT_NEAR(evaluated.loss / static_cast<double>(rows), plain.loss,
                  2e-5 * (1.0 + plain.loss));
      const BatchLoss loss = mlp.forward_backward({.labels = example.labels}, step++);
      EXPECT_NEAR(loss.loss / static_cast<double>(rows), expected.loss,
                  2e-5 * (1.0 + expected.loss));
      for (std::size_t l = 0; l < mlp.layers().size(); ++l) {
        const LinearLayer& layer = mlp.layers()[l];
        const std::string where = "trial " + std::to_string(trial) + ", layer " + std::to_string(l);
        expect_close(layer.weight_gradient, expected.gradient.layers[l].weights, layer.in,
                     layer.out, where + " weights");
        expect_close(layer.bias_gradient, expected.gradient.layers[l].bias, 1, layer.out,
                     where + " bias");
      }
    }
  }
}

// One hidden layer of every width up to 65, at odd batch sizes, with and without our kernels.
TEST(Mlp, EqualsTheReferenceForEveryWidth) {
  const ComputeThread guard;
  std::mt19937 random(4);
  for (const VectorUnit unit : {VectorUnit::kBaseline, VectorUnit::kAvx2, VectorUnit::kAvx512}) {
    use_vector_unit(unit);
    for (std::size_t width = 1; width <= 65; ++width) {
      Settings settings;
      settings.hidden = {static_cast<int>(width)};
      const std::size_t rows = (width * 7) % 34 * 2 + 1;
      const std::size_t classes = (width * 3) % 64 + 2;
      Mlp mlp(settings, 66 - width, classes, rows, 5);
      const Example example = random_batch(rows, 66 - width, classes, random);
      load(mlp, example, 66 - width);
      const auto expected = reference_pass(to_reference(mlp), example.batch);
      const BatchLoss loss = mlp.forward_backward({.labels = example.labels}, 0);
      EXPECT_NEAR(loss.loss / static_cast<double>(rows), expected.loss,
                  2e-5 * (1.0 + expected.loss));
      for (std::size_t l = 0; l < 2; ++l) {
        const LinearLayer& layer = mlp.layers()[l];
        const std::string where = "width " + std::to_string(width);
        expect_close(layer.weight_gradient, expected.gradient.layers[l].weights, layer.in,
                     layer.out, where);
        expect_close(layer.bias_gradient, expected.gradient.layers[l].bias, 1, layer.out, where);
      }
    }
  }
}

TEST(Mlp, AddsToAccumulatorsWhatItWouldHaveStored) {
  const ComputeThread guard;
  std::mt19937 random(5);
  for (const Precision precision : {Precision::kF32, Precision::kAuto}) {
    Settings settings;
    settings.hidden = {200, 24};
    settings.precision = precision;
    Mlp stores(settings, 90, 11, 19, 5);
    Mlp adds(settings, 90, 11, 19, 5);
    const Example example = random_batch(19, 90, 11, random);
    std::vector<FloatBuffer> sums;
    std::vector<float*> accumulators;
    for (const LinearLayer& layer : adds.layers()) {
      sums.emplace_back(layer.weights.size(), 0.25F);
    }
    for (FloatBuffer& sum : sums) {
      accumulators.push_back(sum.data());
    }
    for (std::uint32_t step = 0; step < 2; ++step) {
      for (Mlp* mlp : {&stores, &adds}) {
        load(*mlp, example, 90);
      }
      stores.forward_backward({.labels = example.labels}, step);
      adds.forward_backward({.labels = example.labels}, step, accumulators);
    }
    for (std::size_t l = 0; l < sums.size(); ++l) {
      for (std::size_t i = 0; i < sums[l].size(); ++i) {
        ASSERT_NEAR(static_cast<double>(sums[l][i]),
                    0.25 + 2.0 * static_cast<double>(stores.layers()[l].weight_gradient[i]), 1e-6);
        ASSERT_EQ(adds.layers()[l].weight_gradient[i], 0.0F);
      }
      EXPECT_EQ(adds.layers()[l].bias_gradient, stores.layers()[l].bias_gradient);
    }
  }
}

TEST(Mlp, EvaluatesMoreRowsAtOnceThanItTrainsOn) {
  const ComputeThread guard;
  std::mt19937 random(6);
  Settings settings;
  settings.hidden = {20};
  settings.activation = Activation::kTanh;
  settings.batch_norm = true;
  Mlp few(settings, 12, 4, 8, 5);
  Mlp many(settings, 12, 4, 8, 5, {}, 50);
  EXPECT_EQ(many.evaluation_rows(), 50U);
  const Example example = random_batch(37, 12, 4, random);
  load(many, example, 12);
  std::vector<std::uint32_t> predicted(37);
  const double loss = many.evaluate({.labels = example.labels}, predicted).loss;
  double expected = 0.0;
  for (std::size_t start = 0; start < 37; start += 8) {
    const std::size_t rows = std::min<std::size_t>(8, 37 - start);
    for (std::size_t i = 0; i < rows * few.input_stride(); ++i) {
      few.inputs()[i] = many.inputs()[start * few.input_stride() + i];
    }
    std::vector<std::uint32_t> some(rows);
    expected += few.evaluate({.labels = std::span(example.labels).subspan(start, rows)}, some).loss;
    for (std::size_t i = 0; i < rows; ++i) {
      EXPECT_EQ(predicted[start + i], some[i]);
    }
  }
  EXPECT_NEAR(loss, expected, 1e-5);
  // The next batch behaves as if there had been no evaluation.
  for (Mlp* mlp : {&few, &many}) {
    Example batch = example;
    batch.labels.resize(5);
    load(*mlp, batch, 12);
    mlp->forward_backward({.labels = batch.labels}, 0);
  }
  EXPECT_EQ(few.layers()[0].weight_gradient, many.layers()[0].weight_gradient);
}

TEST(Mlp, StartsAtTheLossOfGuessing) {
  const ComputeThread guard;
  Settings settings;
  settings.init = Initialiser::kNormal;
  Mlp mlp(settings, 64, 10, 256, 1);
  std::mt19937 random(3);
  const Example example = random_batch(256, 64, 10, random);
  load(mlp, example, 64);
  EXPECT_NEAR(mlp.evaluate({.labels = example.labels}).loss / 256.0, std::log(10.0), 0.003);
}

// Every output is 0 or x / (1 - p), and the share of zeros is p.
TEST(Mlp, DropsAndRescales) {
  const ComputeThread guard;
  Settings settings;
  settings.hidden = {50'000};
  settings.init = Initialiser::kNormal;
  settings.init_std = 0.0;  // only the bias counts: every hidden unit is 1
  for (const double p : {0.0, 0.2, 0.5, 1.0}) {
    settings.dropout = p;
    Mlp mlp(settings, 1, 2, 1, 4);
    std::fill(mlp.layers()[0].bias.begin(), mlp.layers()[0].bias.begin() + 50'000, 1.0F);
    const std::vector<std::uint32_t> label{0};
    mlp.forward_backward({.labels = label}, 0);
    // dL/dW of the second layer is unit * delta, and delta is -0.5 for the label's logit.
    const LinearLayer& top = mlp.layers()[1];
    std::size_t kept = 0;
    double sum = 0.0;
    for (std::size_t i = 0; i < 50'000; ++i) {
      const double unit = static_cast<double>(top.weight_gradient[i * padded(2)]) / -0.5;
      EXPECT_TRUE(unit == 0.0 || unit == static_cast<double>(static_cast<float>(1.0 / (1.0 - p))))
          << unit;
      kept += unit != 0.0 ? 1 : 0;
      sum += unit;
    }
    EXPECT_NEAR(static_cast<double>(kept) / 50'000, 1.0 - p,
                5.0 * std::sqrt(p * (1.0 - p) / 50'000));
    if (p < 1.0) {
      EXPECT_NEAR(sum / 50'000, 1.0, 0.03);
    }
  }
}

TEST(Mlp, EvaluationChangesNothing) {
  const ComputeThread guard;
  Settings settings;
  settings.dropout = 0.5;
  Mlp mlp(settings, 20, 5, 8, 1);
  std::mt19937 random(5);
  const Example example = random_batch(8, 20, 5, random);
  load(mlp, example, 20);
  mlp.forward_backward({.labels = example.labels}, 0);
  const std::vector<LinearLayer> before(mlp.layers().begin(), mlp.layers().end());
  const double first = mlp.evaluate({.labels = example.labels}).loss;
  EXPECT_EQ(mlp.evaluate({.labels = example.labels}).loss, first);
  for (std::size_t l = 0; l < before.size(); ++l) {
    EXPECT_EQ(mlp.layers()[l].weights, before[l].weights);
    EXPECT_EQ(mlp.layers()[l].weight_gradient, before[l].weight_gradient);
  }
}

}  // namespace
}  // namespace hpsearch::nn
