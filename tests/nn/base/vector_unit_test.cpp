#include "nn/base/vector_unit.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "nn/base/random.h"
#include "nn/data/gather.h"
#include "nn/kernels/activation.h"
#include "nn/kernels/column_sums.h"
#include "nn/kernels/rounded_weights.h"
#include "nn/network/batch_norm.h"
#include "nn/network/dropout.h"
#include "nn/network/input_scaling.h"
#include "nn/network/loss.h"
#include "nn/settings/settings.h"
#include "nn/training/optimizer.h"

namespace hpsearch::nn {
namespace {

// Restores the CPU's own unit.
class EveryUnit : public testing::Test {
 protected:
  ~EveryUnit() override { use_vector_unit(VectorUnit::kAvx512); }
};

FloatBuffer normals(std::size_t n, std::uint32_t which) {
  Stream stream(5, Purpose::kInitialise, 0, which);
  FloatBuffer x(n);
  for (float& v : x) {
    v = static_cast<float>(stream.normal());
  }
  return x;
}

void append(std::vector<float>& all, const FloatBuffer& some) {
  all.insert(all.end(), some.begin(), some.end());
}

// The results of all vectorised loops, over rows of `width` numbers.
std::vector<float> results(std::size_t rows, std::size_t width) {
  const std::size_t stride = padded(width);
  const std::size_t n = rows * stride;
  const FloatBuffer x = normals(n, 1);
  std::vector<float> all;
  for (const Activation kind : {Activation::kSigmoid, Activation::kTanh, Activation::kElu,
                                Activation::kRelu, Activation::kLeakyRelu, Activation::kSelu}) {
    FloatBuffer y(n);
    FloatBuffer delta = normals(n, 2);
    activate_rows({.kind = kind}, x.data(), y.data(), rows, width, stride);
    activation_gradient({.kind = kind}, y.data(), delta.data(), n);
    append(all, y);
    append(all, delta);
  }
  for (const Activation kind : {Activation::kMish, Activation::kSilu, Activation::kGelu}) {
    FloatBuffer y(n);
    FloatBuffer slopes(n);
    FloatBuffer delta = normals(n, 2);
    activate_rows({.kind = kind}, x.data(), y.data(), rows, width, stride);
    append(all, y);
    activate_with_slopes({.kind = kind}, x.data(), y.data(), slopes.data(), n);
    multiply_by_slopes(slopes.data(), delta.data(), n);
    append(all, y);
    append(all, delta);
  }
  const FloatBuffer pieces = normals(3 * n, 4);
  FloatBuffer of_pieces(n);
  FloatBuffer delta_pieces(3 * n);
  maxout(3, pieces.data(), rows, stride, of_pieces.data());
  maxout_gradient(3, pieces.data(), x.data(), rows, stride, delta_pieces.data());
  append(all, of_pieces);
  append(all, delta_pieces);
  InputScaling scaling(rows, stride);
  const FloatBuffer weights_to_scale = normals(padded(rows) * stride, 6);
  scaling.factors = normals(padded(rows), 7);
  scaling.scale(weights_to_scale);
  append(all, scaling.scaled_weights);
  FloatBuffer of_weights = normals(padded(rows) * stride, 8);
  scaling.backward(weights_to_scale, of_weights);
  append(all, of_weights);
  append(all, scaling.factors_gradient);
  BatchNorm norm(stride, stride, width, 0.1, 1e-5);
  FloatBuffer y(n);
  FloatBuffer delta = normals(n, 3);
  norm.train(x.data(), rows, y.data());
  append(all, y);
  norm.evaluate(x.data(), rows, y.data());
  append(all, y);
  norm.backward(x.data(), rows, delta.data());
  append(all, delta);
  append(all, norm.gamma_gradient);
  Dropout(0.3, 7, 2).apply(11, x.data(), y.data(), n);
  append(all, y);
  std::vector<std::uint32_t> labels(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    labels[i] = static_cast<std::uint32_t>(i * 7 % width);
  }
  y = x;
  const BatchLoss loss = batch_loss_gradient(y.data(), stride, width, {.labels = labels});
  append(all, y);
  RoundedWeights weights(stride, stride, {.width = 32}, true);
  const FloatBuffer square = normals(stride * stride, 5);
  weights.update(square.data(), 0, stride);
  const std::size_t packed = Packing{.width = 32}.size(stride, stride);
  std::transform(weights.forward(), weights.forward() + packed, std::back_inserter(all), to_float);
  std::transform(weights.backward(), weights.backward() + square.size(), std::back_inserter(all),
                 to_float);
  all.push_back(static_cast<float>(loss.loss));
  all.push_back(static_cast<float>(loss.correct));
  return all;
}

TEST_F(EveryUnit, GivesTheSameBits) {
  for (std::size_t width = 1; width <= 100; ++width) {
    for (const std::size_t rows : {2U, 17U, 33U}) {
      use_vector_unit(VectorUnit::kBaseline);
      const std::vector<float> expected = results(rows, width);
      for (const VectorUnit unit : {VectorUnit::kAvx2, VectorUnit::kAvx512}) {
        use_vector_unit(unit);
        ASSERT_EQ(results(rows, width), expected) << rows << " x " << width;
      }
    }
  }
}

TEST_F(EveryUnit, GathersTheSameBits) {
  for (std::size_t columns = 1; columns <= 65; ++columns) {
    Dataset bytes;
    bytes.rows = 3;
    bytes.columns = columns;
    Dataset numbers = bytes;
    ColumnScaling scaling;
    for (std::size_t i = 0; i < 3 * columns; ++i) {
      bytes.features.push_back(static_cast<std::uint8_t>(37 * i));
      numbers.real_features.push_back(i % 5 == 3 ? std::numeric_limits<float>::quiet_NaN()
                                                 : std::sin(static_cast<float>(i)));
    }
    for (std::size_t c = 0; c < columns; ++c) {
      scaling.scale.push_back(0.01F * static_cast<float>(c + 1));
      scaling.shift.push_back(-0.3F);
      scaling.centre.push_back(0.1 * static_cast<double>(c));
      scaling.factor.push_back(1.0 / 3.0);
      scaling.fill.push_back(0.7);
    }
    const std::vector<std::uint32_t> rows{2, 0, 2, 1};
    const std::size_t stride = padded(columns);
    for (const Dataset* dataset : {&bytes, &numbers}) {
      FloatBuffer expected(4 * stride);
      for (std::size_t i = 0; i < 4; ++i) {
        for (std::size_t c = 0; c < columns; ++c) {
          const std::size_t from = rows[i] * columns + c;
          if (dataset == &bytes) {
            expected[i * stride + c] =
                static_cast<float>(bytes.features[from]) * scaling.scale[c] + scaling.shift[c];
          } else {
            const float v = numbers.real_features[from];
            const double value = std::isnan(v) ? scaling.fill[c] : static_cast<double>(v);
            expected[i * stride + c] =
                static_cast<float>((value - scaling.centre[c]) * scaling.factor[c]);
          }
        }
      }
      for (const VectorUnit unit :
           {VectorUnit::kBaseline, VectorUnit::kAvx2, VectorUnit::kAvx512}) {
        use_vector_unit(unit);
        FloatBuffer out(4 * stride);
        gather_rows(*dataset, scaling, rows, out.data(), stride);
        ASSERT_EQ(out, expected) << columns;
        Bfloat16Buffer rounded(4 * stride);
        gather_rows(*dataset, scaling, rows, rounded.data(), stride);
        for (std::size_t i = 0; i < out.size(); ++i) {
          ASSERT_EQ(rounded[i], round_bfloat16(out[i])) << columns;
        }
      }
    }
  }
}

TEST_F(EveryUnit, UpdatesToTheSameBits) {
  const std::vector<SettingMap> rules{
      {{"l2", 1e-3}},
      {{"momentum", 0.0}, {"l1", 1e-3}, {"weight_decay", 0.1}},
      {{"nesterov", true}, {"grad_clip", 0.5}},
      {{"max_norm", 0.8}},
      {{"optimizer", std::string("adam")}},
      {{"optimizer", std::string("adagrad")}},
      {{"optimizer", std::string("rmsprop")}},
  };
  for (const auto& rule : rules) {
    std::vector<FloatBuffer> ends;
    for (const VectorUnit unit : {VectorUnit::kBaseline, VectorUnit::kAvx2, VectorUnit::kAvx512}) {
      use_vector_unit(unit);
      FloatBuffer value = normals(33 * 48, 1);
      FloatBuffer gradient = normals(33 * 48, 2);
      const std::vector<Parameter> parameters{{.name = "layers.0.weight",
                                               .value = value,
                                               .gradient = gradient,
                                               .weight = true,
                                               .rows = 33,
                                               .stride = 48}};
      Optimizer optimizer(make_settings(rule), parameters);
      for (int step = 0; step < 3; ++step) {
        optimizer.step(parameters, 0.1);
      }
      const auto norms = optimizer.measured_step(parameters, 0.1);
      value.push_back(static_cast<float>(norms.gradient));
      value.push_back(static_cast<float>(norms.ratio));
      ends.push_back(value);
    }
    EXPECT_EQ(ends[1], ends[0]) << rule.begin()->first;
    EXPECT_EQ(ends[2], ends[0]) << rule.begin()->first;
  }
}

TEST_F(EveryUnit, AddsColumnsExactlyWhereTheNumbersAreWhole) {
  const std::size_t rows = 100;
  const std::size_t width = 32;
  FloatBuffer x(rows * width);
  std::iota(x.begin(), x.end(), 0.0F);
  for (const VectorUnit unit : {VectorUnit::kBaseline, VectorUnit::kAvx2, VectorUnit::kAvx512}) {
    use_vector_unit(unit);
    std::vector<double> sums(width);
    column_sums(
        rows, width,
        [width, at = x.data()](std::size_t row, std::size_t j) { return at[row * width + j]; },
        [to = sums.data()](std::size_t j, double sum) { to[j] = sum; });
    for (std::size_t j = 0; j < width; ++j) {
      EXPECT_EQ(sums[j], 100.0 * static_cast<double>(j) + 32.0 * 99.0 * 100.0 / 2.0);
    }
  }
}

}  // namespace
}  // namespace hpsearch::nn
