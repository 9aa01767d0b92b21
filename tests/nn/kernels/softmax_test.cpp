#include "nn/kernels/softmax.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "nn/kernels/vector_math.h"

namespace hpsearch::nn {
namespace {

TEST(LogPositive, IsTheLogarithm) {
  for (int exponent = -120; exponent < 127; ++exponent) {
    for (int i = 0; i < 1000; ++i) {
      const float x = std::ldexp(1.0F + static_cast<float>(i) / 1000.0F, exponent);
      const double expected = std::log(static_cast<double>(x));
      ASSERT_NEAR(static_cast<double>(log_positive(x)), expected,
                  1.2e-7 * std::max(1.0, std::abs(expected)))
          << x;
    }
  }
}

TEST(Softmax, EqualsItsDefinitionForEveryNumberOfRowsAndClasses) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0.0F, 3.0F);
  for (std::size_t rows = 1; rows <= kLanes; ++rows) {
    for (std::size_t classes = 1; classes <= 65; ++classes) {
      const std::size_t stride = padded(classes);
      FloatBuffer z(rows * stride, 55.0F);  // the padding must be neither read nor kept
      std::vector<std::uint32_t> labels(rows);
      for (std::size_t r = 0; r < rows; ++r) {
        labels[r] = static_cast<std::uint32_t>((r * 5 + 3) % classes);
        for (std::size_t j = 0; j < classes; ++j) {
          z[r * stride + j] = normal(random);
        }
        z[r * stride + r % classes] = z[r * stride];  // some rows have two equal logits
      }
      const FloatBuffer before = z;
      const LogitRows in{z.data(), rows, stride, classes, labels.data()};
      const SoftmaxRows judged = softmax_rows(in);
      EXPECT_EQ(z, before);
      const SoftmaxRows same = softmax_exponentials(in);
      for (std::size_t r = 0; r < rows; ++r) {
        const auto from = before.begin() + static_cast<std::ptrdiff_t>(r * stride);
        const auto largest = std::max_element(from, from + static_cast<std::ptrdiff_t>(classes));
        double sum = 0.0;
        for (std::size_t j = 0; j < stride; ++j) {
          const double e = j < classes ? std::exp(static_cast<double>(before[r * stride + j]) -
                                                  static_cast<double>(*largest))
                                       : 0.0;
          sum += e;
          ASSERT_NEAR(static_cast<double>(z[r * stride + j]), e, 3e-7);
        }
        const double loss = std::log(sum) + static_cast<double>(*largest) -
                            static_cast<double>(before[r * stride + labels[r]]);
        ASSERT_NEAR(judged.loss[r], loss, 1e-6 * (1.0 + loss));
        ASSERT_EQ(judged.loss[r], same.loss[r]);
        ASSERT_NEAR(static_cast<double>(judged.sum[r]), sum, 1e-6 * sum);
        ASSERT_EQ(judged.predicted[r], static_cast<std::uint32_t>(largest - from));
        ASSERT_EQ(judged.predicted[r], same.predicted[r]);
      }
    }
  }
}

}  // namespace
}  // namespace hpsearch::nn
