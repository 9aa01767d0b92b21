#include "nn/kernels/activation.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>

#include "nn/base/aligned.h"
#include "nn/base/vector_unit.h"
#include "nn/kernels/curved_activations.h"
#include "nn/kernels/vector_math.h"

namespace hpsearch::nn {
namespace {

// 0 for a finite x, NaN for NaN and infinity. Comparisons turn NaN into an ordinary number; adding
// this to their result keeps a diverged network visible. Turning infinity into NaN as well is fine,
// since no healthy network holds one.
inline float poison(float x) {
  return x * 0.0F;
}

using Lanes = float __attribute__((vector_size(kLanes * sizeof(float))));
using Bits = std::int32_t __attribute__((vector_size(kLanes * sizeof(float))));

// `f` must be a lambda: the compiler could not inline and vectorise a call through a pointer.
template <class F>
void map(const float* x, float* y, std::size_t n, F f) {
  vectorised([=] {
    for (std::size_t i = 0; i < n; ++i) {
      y[i] = f(x[i]);
    }
  });
}

// `f` returns the value and the slope. Each x is read before its y is written, so y may be x.
template <class F>
void map_with_slopes(const float* x, float* y, float* slope, std::size_t n, F f) {
  vectorised([=] {
#pragma GCC ivdep
    for (std::size_t i = 0; i < n; ++i) {
      const ValueAndSlope at = f(x[i]);
      y[i] = at.value;
      slope[i] = at.slope;
    }
  });
}

template <class F>
void scale(const float* y, float* delta, std::size_t n, F slope_at) {
  vectorised([=] {
    for (std::size_t i = 0; i < n; ++i) {
      delta[i] *= slope_at(y[i]);
    }
  });
}

// With e = exp(-|x|) <= 1, nothing overflows: 1 / (1 + e) for x > 0, else e / (1 + e).
float sigmoid(float x) {
  const float e = exp_nonpositive(-std::abs(x));
  return (x > 0.0F ? 1.0F : e) / (1.0F + e) + poison(x);
}

// Klambauer et al. 2017, equation 14: the fixed point of mean 0 and variance 1.
constexpr float kSeluScale = 1.0507009873554805F;
constexpr float kSeluAlpha = 1.6732632423543772F;

// |tanh x| = (1 - e^-2|x|) / (1 + e^-2|x|). expm1 keeps the digits of a small x, which 1 - e^x
// would cancel.
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
      map(x, y, n, [](float v) { return sigmoid(v); });
      return;
    case Activation::kTanh:
      map(x, y, n, [](float v) { return hyperbolic_tangent(v); });
      return;
    case Activation::kRelu:
      map(x, y, n, [](float v) { return (v > 0.0F ? v : 0.0F) + poison(v); });
      return;
    case Activation::kLeakyRelu:
      map(x, y, n, [s = f.slope](float v) { return v * (v > 0.0F ? 1.0F : s); });
      return;
    case Activation::kElu:
      // Vector code evaluates both sides, so the exponential needs a valid argument for v > 0 too.
      map(x, y, n, [a = f.alpha](float v) {
        return (v > 0.0F ? v : a * expm1_nonpositive(v > 0.0F ? 0.0F : v)) + poison(v);
      });
      return;
    case Activation::kMish:
      map(x, y, n, [](float v) { return mish(v).value; });
      return;
    case Activation::kSilu:
      map(x, y, n, [](float v) { return silu(v).value; });
      return;
    case Activation::kGelu:
      map(x, y, n, [](float v) { return gelu(v).value; });
      return;
    case Activation::kSelu:
      map(x, y, n, [](float v) {
        const float e = kSeluAlpha * expm1_nonpositive(v > 0.0F ? 0.0F : v);
        return kSeluScale * (v > 0.0F ? v : e) + poison(v);
      });
      return;
    case Activation::kMaxout:
      assert(false);
  }
}

void activate_with_slopes(
    const ActivationSpec& f, const float* x, float* y, float* slope, std::size_t n) {
  switch (f.kind) {
    case Activation::kMish:
      map_with_slopes(x, y, slope, n, [](float v) { return mish(v); });
      return;
    case Activation::kSilu:
      map_with_slopes(x, y, slope, n, [](float v) { return silu(v); });
      return;
    case Activation::kGelu:
      map_with_slopes(x, y, slope, n, [](float v) { return gelu(v); });
      return;
    default:
      assert(false);
  }
}

void multiply_by_slopes(const float* slope, float* delta, std::size_t n) {
  vectorised([=] {
#pragma GCC ivdep
    for (std::size_t i = 0; i < n; ++i) {
      delta[i] *= slope[i];
    }
  });
}

void activate_rows(const ActivationSpec& f,
                   const float* x,
                   float* y,
                   std::size_t rows,
                   std::size_t used,
                   std::size_t stride) {
  activate(f, x, y, rows * stride);
  if (f.kind == Activation::kSigmoid) {  // the only f with f(0) != 0: it leaves 1/2 in the padding
    for (std::size_t row = 0; row < rows; ++row) {
      std::fill(y + row * stride + used, y + (row + 1) * stride, 0.0F);
    }
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
      // Factored: 1 - y^2 would lose its digits where y is close to 1.
      scale(y, delta, n, [](float v) { return (1.0F - v) * (1.0F + v); });
      return;
    case Activation::kRelu:
      scale(y, delta, n, [](float v) { return v > 0.0F ? 1.0F : 0.0F; });
      return;
    case Activation::kLeakyRelu:
      scale(y, delta, n, [s = f.slope](float v) { return v > 0.0F ? 1.0F : s; });
      return;
    case Activation::kElu:
      // alpha e^x = alpha (e^x - 1) + alpha.
      scale(y, delta, n, [a = f.alpha](float v) { return v > 0.0F ? 1.0F : v + a; });
      return;
    case Activation::kSelu:
      scale(y, delta, n,
            [](float v) { return v > 0.0F ? kSeluScale : v + kSeluScale * kSeluAlpha; });
      return;
    case Activation::kMish:
    case Activation::kSilu:
    case Activation::kGelu:
    case Activation::kMaxout:
      assert(false);
  }
}

// x: [rows][pieces][width], y: [rows][width]. One vector of columns at a time: the running maximum
// then stays in a register over all pieces.
void maxout(std::size_t pieces, const float* x, std::size_t rows, std::size_t width, float* y) {
  vectorised([=] {
    for (std::size_t row = 0; row < rows; ++row) {
      for (std::size_t start = 0; start < width; start += kLanes) {
        const float* in = x + row * pieces * width + start;
        float largest[kLanes];
        for (std::size_t j = 0; j < kLanes; ++j) {
          largest[j] = in[j];
        }
        for (std::size_t piece = 1; piece < pieces; ++piece) {
          for (std::size_t j = 0; j < kLanes; ++j) {
            const float z = in[piece * width + j];
            largest[j] = (z > largest[j] ? z : largest[j]) + poison(z);
          }
        }
        for (std::size_t j = 0; j < kLanes; ++j) {
          y[row * width + start + j] = largest[j];
        }
      }
    }
  });
}

void maxout_gradient(std::size_t pieces,
                     const float* x,
                     const float* delta_y,
                     std::size_t rows,
                     std::size_t width,
                     float* delta_x) {
  vectorised([=] {
    for (std::size_t row = 0; row < rows; ++row) {
      for (std::size_t start = 0; start < width; start += kLanes) {
        const float* in = x + row * pieces * width + start;
        float* out = delta_x + row * pieces * width + start;
        // Written with vector types, and with masks for the choice: the compiler does not vectorise
        // this search for the first maximum by itself.
        Lanes largest;
        Bits rest;  // the bits of delta_y that no piece has received yet, else 0
        __builtin_memcpy(&largest, in, sizeof largest);
        __builtin_memcpy(&rest, delta_y + row * width + start, sizeof rest);
        for (std::size_t piece = 1; piece < pieces; ++piece) {
          Lanes z;
          __builtin_memcpy(&z, in + piece * width, sizeof z);
          largest = z > largest ? z : largest;
        }
        for (std::size_t piece = 0; piece < pieces; ++piece) {
          Lanes z;
          __builtin_memcpy(&z, in + piece * width, sizeof z);
          const Bits is_it = z == largest;  // all ones or 0 per lane
          const Bits share = rest & is_it;
          rest &= ~is_it;
          __builtin_memcpy(out + piece * width, &share, sizeof share);
        }
      }
    }
  });
}

}  // namespace hpsearch::nn
