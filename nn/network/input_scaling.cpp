#include "nn/network/input_scaling.h"

#include <algorithm>

#include "nn/base/vector_unit.h"

namespace hpsearch::nn {

InputScaling::InputScaling(std::size_t inputs, std::size_t columns)
    : factors(padded(inputs)),
      factors_gradient(padded(inputs)),
      scaled_weights(padded(inputs) * columns) {
  std::fill_n(factors.begin(), inputs, 1.0F);
}

void InputScaling::scale(const FloatBuffer& weights) {
  const std::size_t rows = factors.size();
  vectorised([s = factors.data(), w = weights.data(), out = scaled_weights.data(), rows,
              columns = weights.size() / rows] {
    for (std::size_t i = 0; i < rows; ++i) {
#pragma GCC ivdep
      for (std::size_t j = 0; j < columns; ++j) {
        out[i * columns + j] = s[i] * w[i * columns + j];
      }
    }
  });
}

void InputScaling::backward(const FloatBuffer& weights, FloatBuffer& gradient) {
  const std::size_t rows = factors.size();
  vectorised([s = factors.data(), of_s = factors_gradient.data(), w = weights.data(),
              g = gradient.data(), rows, columns = weights.size() / rows] {
    for (std::size_t i = 0; i < rows; ++i) {
      const float factor = s[i];
      // kLanes partial sums, in double: a row may have a thousand columns that cancel.
      double sums[kLanes] = {};
      for (std::size_t start = i * columns; start < (i + 1) * columns; start += kLanes) {
        for (std::size_t j = 0; j < kLanes; ++j) {
          sums[j] += static_cast<double>(g[start + j]) * static_cast<double>(w[start + j]);
          g[start + j] *= factor;
        }
      }
      double sum = 0.0;
      for (const double part : sums) {
        sum += part;
      }
      of_s[i] = static_cast<float>(sum);
    }
  });
}

}  // namespace hpsearch::nn
