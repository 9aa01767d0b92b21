// The functions between a network's layers, and their derivatives.
#pragma once

#include <cstddef>

namespace hpsearch::nn {

// In the order of `activation`'s names in the table of settings.
enum class Activation {
  kLinear,     // x
  kStep,       // 1 where x > 0, else 0; its derivative is 0 everywhere: forward only
  kSigmoid,    // 1 / (1 + e^-x)
  kTanh,       // (1 - e^-2x) / (1 + e^-2x)
  kRelu,       // max(x, 0)
  kLeakyRelu,  // x where x > 0, else slope x (Maas et al. 2013)
  kElu,        // x where x > 0, else alpha (e^x - 1) (Clevert et al. 2016)
  kMaxout      // the largest of `pieces` linear functions of its own (Goodfellow et al. 2013)
};

struct ActivationSpec {
  Activation kind = Activation::kRelu;
  float slope = 0.01F;     // of leaky ReLU
  float alpha = 1.0F;      // of ELU
  std::size_t pieces = 1;  // of maxout; 1 for all others
};

// y[i] = f(x[i]) for n numbers, in place where y == x. No finite x gives NaN or infinity (but where
// alpha or slope are as large); NaN stays NaN. Not for maxout.
void activate(const ActivationSpec& f, const float* x, float* y, std::size_t n);

// The same for rows of `stride` floats of which `used` are used: what follows them becomes or stays
// zero, also where f(0) is not 0. Requires zeros there in x.
void activate_rows(const ActivationSpec& f,
                   const float* x,
                   float* y,
                   std::size_t rows,
                   std::size_t used,
                   std::size_t stride);

// delta[i] *= f'(x[i]), from y[i] = f(x[i]) alone. At 0, where a derivative jumps, as PyTorch has
// it: 0 for ReLU, the slope for leaky ReLU, alpha for ELU. Not for maxout.
void activation_gradient(const ActivationSpec& f, const float* y, float* delta, std::size_t n);

// Maxout over `rows` rows: x holds pieces blocks of `width` columns a row, y one such block. The
// width is a multiple of 16, as padded() makes it.
void maxout(std::size_t pieces, const float* x, std::size_t rows, std::size_t width, float* y);

// From dL/dy (rows, width) to dL/dx (rows, pieces * width): the piece that was the largest, the
// first of equals, has all of it.
void maxout_gradient(std::size_t pieces,
                     const float* x,
                     const float* delta_y,
                     std::size_t rows,
                     std::size_t width,
                     float* delta_x);

}  // namespace hpsearch::nn
