// Stochastic gradient descent with momentum and L2 penalty.
#pragma once

#include <span>
#include <vector>

#include "nn/aligned.h"
#include "nn/mlp.h"
#include "nn/settings.h"

namespace hpsearch::nn {

// v = momentum v + g + l2 w, w = w - learning_rate v, with v = 0 at first (PyTorch's SGD); biases
// without the l2 term. Not thread-safe.
class Sgd {
 public:
  Sgd(const Settings& settings, std::span<const LinearLayer> layers);

  // One update from the layers' gradients.
  void step(std::span<LinearLayer> layers);

  // What the epoch's record says of one update.
  struct Norms {
    double gradient = 0.0;  // L2 norm of g + l2 w, weights and biases
    double ratio = 0.0;     // L2 norm of the update / L2 norm, weights only; 0 for zero weights
  };
  // The same update as step(), to the same bits, and measures it.
  Norms measured_step(std::span<LinearLayer> layers);

 private:
  float learning_rate_;
  float momentum_;
  float l2_;
  std::vector<FloatBuffer> weight_velocity_;
  std::vector<FloatBuffer> bias_velocity_;
};

// L2 norm of all weights (not biases).
double weight_norm(std::span<const LinearLayer> layers);

}  // namespace hpsearch::nn
