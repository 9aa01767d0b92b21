// Mish, SiLU and GELU with their derivatives, written like vector_math.h: branch-free, the same
// bits on every CPU, safe on any thread. The derivative costs no further exponential or division.
//
// Internal to activation.cpp. A finite x gives finite results, and NaN stays NaN.
#pragma once

#include <cmath>

#include "nn/kernels/vector_math.h"

namespace hpsearch::nn {

struct ValueAndSlope {
  float value;
  float slope;
};

// y = x t with t = tanh(ln(1 + e^x)). With w = e^x, t = (w^2 + 2 w) / (w^2 + 2 w + 2). For x > 0
// everything is divided by w^2, so that only e = e^-|x| <= 1 appears and nothing overflows:
//   t  = n / d   with n = 2 e + e^2 for x <= 0, 2 e + 1 for x > 0,  and d = n + 2 or n + 2 e^2
//   t' = 4 (1 + e) q / d^2   with q = e for x <= 0, e^2 for x > 0
//   y' = t + x t'
inline ValueAndSlope mish(float x) {
  const float e = exp_nonpositive(-std::abs(x));
  const float square = e * e;
  const bool positive = x > 0.0F;
  const float n = (e + e) + (positive ? 1.0F : square);
  const float rest = positive ? square : 1.0F;
  const float inverse = 1.0F / (n + (rest + rest));
  const float t = n * inverse;
  const float twice = inverse + inverse;
  const float rise = ((1.0F + e) * (positive ? square : e)) * (twice * twice);
  return {x * t, t + x * rise};
}

// y = x s with the sigmoid s, and y' = s + y (1 - s). 1 - s is computed as the sigmoid of -x, which
// has no cancellation.
inline ValueAndSlope silu(float x) {
  const float e = exp_nonpositive(-std::abs(x));
  const bool positive = x > 0.0F;
  const float inverse = 1.0F / (1.0F + e);
  const float small = e * inverse;
  const float s = positive ? inverse : small;
  const float y = x * s;
  return {y, s + y * (positive ? small : inverse)};
}

// y = x P with P the normal distribution function, and y' = P + x p with its density p.
//
// With a = |x| and t = 1 / (1 + 0.305 a), P(-a) = e^(-a^2 / 2) t c(t) to a relative 1e-7 for every
// a where float has digits for it: a form of Abramowitz and Stegun 1964, 26.2.17, with the
// polynomial c of degree 7 fitted anew. Nothing cancels for x < 0, where 1 + erf would.
inline ValueAndSlope gelu(float x) {
  constexpr float kDensityAtZero = 0.39894228F;  // 1 / sqrt(2 pi)
  const float a = std::abs(x);
  const float t = 1.0F / (1.0F + 0.305F * a);
  float c = 0.03669915290965477F;
  c = c * t - 0.1529881486888002F;
  c = c * t + 0.1857166104838606F;
  c = c * t - 0.03797655275505794F;
  c = c * t + 0.12102153119650333F;
  c = c * t + 0.10342091076309809F;
  c = c * t + 0.12246680999416087F;
  c = c * t + 0.12163973309084689F;
  const float bell = exp_nonpositive(-0.5F * (a * a));
  const float tail = bell * (t * c);
  const float p = x > 0.0F ? 1.0F - tail : tail;
  return {x * p, p + x * (bell * kDensityAtZero)};
}

}  // namespace hpsearch::nn
