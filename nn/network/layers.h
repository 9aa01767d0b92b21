// The layers of a multilayer perceptron: their parameters, and their results for the last batch.
// Mlp runs them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "nn/base/aligned.h"
#include "nn/kernels/activation.h"
#include "nn/kernels/bfloat16.h"
#include "nn/kernels/rounded_weights.h"
#include "nn/network/batch_norm.h"
#include "nn/network/dropout.h"
#include "nn/settings/settings.h"

namespace hpsearch::nn {

// The parameters of one linear layer and their gradients, y = x W + b. Weights are [in][out]:
// padded(in) rows of columns() floats. The pieces of maxout lie side by side, each in padded(out)
// columns. All padding is zero.
struct LinearLayer {
  std::size_t in = 0;
  std::size_t out = 0;  // units, each with `pieces` linear functions
  FloatBuffer weights;
  FloatBuffer bias;
  FloatBuffer weight_gradient;  // of the mean data loss; the optimizer adds the penalties
  FloatBuffer bias_gradient;
  std::size_t pieces = 1;
  double unit = 1.0;       // see Parameter::unit
  RoundedWeights rounded;  // only in bfloat16

  std::size_t columns() const { return pieces * padded(out); }
};

// A hidden layer without its linear part, and its results for the last batch. Arrays that a layer
// does not need are empty.
struct HiddenLayer {
  ActivationSpec activation;
  std::optional<BatchNorm> norm;
  Dropout dropout;
  FloatBuffer linear;        // (rows x columns()): x W + b, for batch normalisation and maxout
  FloatBuffer normalised;    // (rows x columns()): the same after batch normalisation, for maxout
  FloatBuffer output;        // (rows x padded(out)): the activation
  FloatBuffer slopes;        // (rows x padded(out)): its derivative times the mask of dropout, if
                             // it has_own_slopes()
  FloatBuffer dropped;       // (rows x padded(out)): the same after dropout, unless done in place
  FloatBuffer delta;         // (rows x padded(out)): dL/d(output after dropout), then dL/d(linear)
  FloatBuffer delta_linear;  // (rows x columns()): dL/d(linear) of maxout, where it is wider
  // Only in bfloat16: the output that the next layer reads, and dL/d(linear).
  Bfloat16Buffer rounded = {};
  Bfloat16Buffer rounded_delta = {};
};

// True if the product applies ReLU itself, which saves a pass over z. Batch normalisation would
// come in between.
inline bool is_fused(const HiddenLayer& h) {
  return h.activation.kind == Activation::kRelu && !h.norm;
}

inline bool is_maxout(const HiddenLayer& h) {
  return h.activation.kind == Activation::kMaxout;
}

// True if dropout may overwrite the activation. The backward pass of ReLU needs only the sign of
// its output, and a dropped output is positive exactly where the unit was both active and kept.
// Activations with slopes of their own drop these as well, so their backward pass needs no mask.
// Other derivatives need the activation itself.
inline bool drops_in_place(const HiddenLayer& h) {
  return h.activation.kind == Activation::kRelu || has_own_slopes(h.activation.kind);
}

// Hidden layer `l` (from 0) after `layer`. It trains on `batch_rows` rows and evaluates up to
// `most_rows`; `seed` is that of its dropout masks. Leaves out the arrays of bfloat16.
HiddenLayer make_hidden_layer(const Settings& s,
                              std::size_t l,
                              const LinearLayer& layer,
                              std::size_t batch_rows,
                              std::size_t most_rows,
                              std::uint64_t seed);

}  // namespace hpsearch::nn
