// Activation functions and their derivatives, over whole arrays. Pure functions, safe on any
// thread.
//
// The derivative of most functions follows from their value alone, so a layer need not keep x. That
// of Mish, SiLU and GELU does not, because they fall before they rise: one pass computes the value
// and the derivative, which share their exponential.
#pragma once

#include <cstddef>

namespace hpsearch::nn {

enum class Activation {
  kLinear,     // x
  kStep,       // 1 where x > 0, else 0; forward only, since its derivative is 0 everywhere
  kSigmoid,    // 1 / (1 + e^-x)
  kTanh,       // (1 - e^-2x) / (1 + e^-2x)
  kRelu,       // max(x, 0)
  kLeakyRelu,  // x where x > 0, else slope x (Maas et al. 2013)
  kElu,        // x where x > 0, else alpha (e^x - 1) (Clevert et al. 2016)
  kMaxout,     // the largest of `pieces` linear functions per unit (Goodfellow et al. 2013)
  kMish,       // x tanh(ln(1 + e^x)) (Misra 2020)
  kSilu,       // x / (1 + e^-x), also called swish (Elfwing et al. 2018)
  kGelu,       // x P(X <= x) for a standard normal X, exact rather than by tanh (Hendrycks and
               // Gimpel 2016)
  kSelu  // lambda elu(x) with the lambda and alpha of a self-normalising network (Klambauer et
         // al. 2017)
};

struct ActivationSpec {
  Activation kind = Activation::kRelu;
  float slope = 0.01F;     // leaky ReLU only
  float alpha = 1.0F;      // ELU only
  std::size_t pieces = 1;  // linear functions per unit; 1 for all but maxout
};

// y[i] = f(x[i]) for n numbers; y may be x. A finite x gives a finite y, unless alpha or slope is
// so large that the product overflows. NaN stays NaN. Requires f to be anything but maxout.
void activate(const ActivationSpec& f, const float* x, float* y, std::size_t n);

// The same for a matrix (rows x stride) whose first `used` columns hold data. The padding of y is
// zero even if f(0) is not. Requires zero padding in x.
void activate_rows(const ActivationSpec& f,
                   const float* x,
                   float* y,
                   std::size_t rows,
                   std::size_t used,
                   std::size_t stride);

// delta[i] *= f'(x[i]), computed from y[i] = f(x[i]) alone. Where the derivative jumps, at x = 0,
// it is PyTorch's: 0 for ReLU, the slope for leaky ReLU, alpha for ELU, lambda alpha for SELU.
// Requires f to be anything but maxout and what has_own_slopes().
void activation_gradient(const ActivationSpec& f, const float* y, float* delta, std::size_t n);

// True for Mish, SiLU and GELU, whose derivative does not follow from their value.
constexpr bool has_own_slopes(Activation kind) {
  return kind == Activation::kMish || kind == Activation::kSilu || kind == Activation::kGelu;
}

// y[i] = f(x[i]), the same bits as activate(), and slope[i] = f'(x[i]); y may be x. Requires f to
// be one that has_own_slopes().
void activate_with_slopes(
    const ActivationSpec& f, const float* x, float* y, float* slope, std::size_t n);

// delta[i] *= slope[i].
void multiply_by_slopes(const float* slope, float* delta, std::size_t n);

// y[row][j] = max over pieces p of x[row][p][j], with x [rows][pieces][width] and y [rows][width].
// Requires a width that is a multiple of 16, as padded() makes it. NaN stays NaN.
void maxout(std::size_t pieces, const float* x, std::size_t rows, std::size_t width, float* y);

// dL/dx [rows][pieces][width] from dL/dy [rows][width]: the largest piece of each unit, the first
// if several are equal, receives all of it, and the others 0.
void maxout_gradient(std::size_t pieces,
                     const float* x,
                     const float* delta_y,
                     std::size_t rows,
                     std::size_t width,
                     float* delta_x);

}  // namespace hpsearch::nn
