#include "nn/activation.h"

#include <cassert>
#include <cmath>

#include "nn/vector_math.h"

namespace hpsearch::nn {
namespace {

// 0 for a finite x, NaN for any other: comparisons would hide it. An infinite x is one that a
// finite network does not have, and may end as NaN.
inline float poison(float x) {
  return x * 0.0F;
}

template <class F>
void map(const float* x, float* y, std::size_t n, F f) {
  for (std::size_t i = 0; i < n; ++i) {
    y[i] = f(x[i]);
  }
}

template <class F>
void scale(const float* y, float* delta, std::size_t n, F slope_at) {
  for (std::size_t i = 0; i < n; ++i) {
    delta[i] *= slope_at(y[i]);
  }
}

float sigmoid(float x) {
  const float e = exp_nonpositive(-std::abs(x));
  return (x > 0.0F ? 1.0F : e) / (1.0F + e) + poison(x);
}

float hyperbolic_tangent(float x) {
  const float m = expm1_nonpositive(-2.0F * std::abs(x));
  return std::copysign(m / (2.0F + m), x) + poison(x);
}

}  // namespace

void activate(const ActivationSpec& f, const float* x, float* y, std::size_t n) {
  switch (f.kind) {
    case Activation::kLinear:
      map(x, y, n, [](float v) { return v; });
      return;
    case Activation::kStep:
      map(x, y, n, [](float v) { return (v > 0.0F ? 1.0F : 0.0F) + poison(v); });
      return;
    case Activation::kSigmoid:
      map(x, y, n, sigmoid);
      return;
    case Activation::kTanh:
      map(x, y, n, hyperbolic_tangent);
      return;
    case Activation::kRelu:
      map(x, y, n, [](float v) { return (v > 0.0F ? v : 0.0F) + poison(v); });
      return;
    case Activation::kLeakyRelu:
      map(x, y, n, [s = f.slope](float v) { return v * (v > 0.0F ? 1.0F : s); });
      return;
    case Activation::kElu:
      map(x, y, n, [a = f.alpha](float v) {
        return (v > 0.0F ? v : a * expm1_nonpositive(v > 0.0F ? 0.0F : v)) + poison(v);
      });
      return;
    case Activation::kMaxout:
      assert(false);
  }
}

void activation_gradient(const ActivationSpec& f, const float* y, float* delta, std::size_t n) {
  switch (f.kind) {
    case Activation::kLinear:
      return;
    case Activation::kStep:
      scale(y, delta, n, [](float) { return 0.0F; });
      return;
    case Activation::kSigmoid:
      scale(y, delta, n, [](float v) { return v * (1.0F - v); });
      return;
    case Activation::kTanh:
      scale(y, delta, n, [](float v) { return (1.0F - v) * (1.0F + v); });
      return;
    case Activation::kRelu:
      scale(y, delta, n, [](float v) { return v > 0.0F ? 1.0F : 0.0F; });
      return;
    case Activation::kLeakyRelu:
      scale(y, delta, n, [s = f.slope](float v) { return v > 0.0F ? 1.0F : s; });
      return;
    case Activation::kElu:
      scale(y, delta, n, [a = f.alpha](float v) { return v > 0.0F ? 1.0F : v + a; });
      return;
    case Activation::kMaxout:
      assert(false);
  }
}

void maxout(std::size_t pieces, const float* x, std::size_t rows, std::size_t width, float* y) {
  for (std::size_t row = 0; row < rows; ++row) {
    const float* in = x + row * pieces * width;
    float* out = y + row * width;
    for (std::size_t j = 0; j < width; ++j) {
      float largest = in[j];
      for (std::size_t piece = 1; piece < pieces; ++piece) {
        const float z = in[piece * width + j];
        largest = (z > largest ? z : largest) + poison(z);
      }
      out[j] = largest;
    }
  }
}

void maxout_gradient(std::size_t pieces,
                     const float* x,
                     const float* delta_y,
                     std::size_t rows,
                     std::size_t width,
                     float* delta_x) {
  for (std::size_t row = 0; row < rows; ++row) {
    const float* in = x + row * pieces * width;
    const float* delta = delta_y + row * width;
    float* out = delta_x + row * pieces * width;
    for (std::size_t j = 0; j < width; ++j) {
      std::size_t best = 0;
      for (std::size_t piece = 1; piece < pieces; ++piece) {
        best = in[piece * width + j] > in[best * width + j] ? piece : best;
      }
      for (std::size_t piece = 0; piece < pieces; ++piece) {
        out[piece * width + j] = piece == best ? delta[j] : 0.0F;
      }
    }
  }
}

}  // namespace hpsearch::nn
