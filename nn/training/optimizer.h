// From gradients to updates: gradient descent in its variants, penalties, clipping and norms.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "nn/base/aligned.h"
#include "nn/network/parameter.h"
#include "nn/settings/settings.h"

namespace hpsearch::nn {

// With g the gradient of the mean data loss plus, for weights (biases too where `decay_bias`),
// l2 w + l1 sign(w), scaled down where `grad_clip` says so, and r the learning rate:
//   sgd      v = momentum v + g;  w -= r v, or with nesterov w -= r (g + momentum v)
//   adagrad  s += g^2;  w -= r g / (sqrt(s) + epsilon)                        (Duchi et al. 2011)
//   rmsprop  s = rho s + (1 - rho) g^2;  u = g / (sqrt(s) + epsilon);
//            v = momentum v + u;  w -= r v                             (Tieleman and Hinton 2012)
//   adam     m = beta1 m + (1 - beta1) g;  s = beta2 s + (1 - beta2) g^2;
//            w -= r (m / (1 - beta1^t)) / (sqrt(s / (1 - beta2^t)) + epsilon)
//                                                                    (Kingma and Ba 2015)
// all states 0 at first, as PyTorch has them. Before the update w *= 1 - r weight_decay, of weights
// (Loshchilov and Hutter 2019; adamw is adam under the name that says so); after it, `max_norm`
// scales each unit's incoming weights down to that L2 norm (Srivastava et al. 2014, section 5.1).
// Not thread-safe.
class Optimizer {
 public:
  Optimizer(const Settings& settings, std::span<const Parameter> parameters);

  // Where a backward pass may add the gradients of the weights instead of storing them, one array a
  // weight in their order; empty where the rule needs the gradient itself. Valid as long as this.
  // With momentum alone it does not: the velocity v is kept as momentum v + l2 w + l1 sign(w), to
  // which the gradient of the data loss is all that the next update has to add.
  std::span<float* const> accumulators(std::span<const Parameter> parameters);

  // Where the gradients of the weights are.
  enum class Gradients { kStored, kAccumulated };

  // One update with the learning rate `rate`. The parameters are those of the constructor.
  void step(std::span<const Parameter> parameters,
            double rate,
            Gradients where = Gradients::kStored);

  // What the epoch's record says of one update.
  struct Norms {
    double gradient = 0.0;  // L2 norm of g before clipping, weights and biases
    double ratio = 0.0;     // L2 norm of the update / L2 norm, weights only; 0 for zero weights
    std::vector<double> ratios;  // likewise of each parameter that is a weight, in their order
  };
  // The same update as step() with stored gradients, to the same bits, and measures it.
  Norms measured_step(std::span<const Parameter> parameters, double rate);

  // l2/2 sum w^2 + l1 sum |w| over what they act on.
  double penalty(std::span<const Parameter> parameters) const;

 private:
  struct State {
    FloatBuffer first;   // velocity, or Adam's m
    FloatBuffer second;  // sums of squares
  };

  // What is the same for all numbers of an update.
  struct Rates {
    float rate = 0.0F;
    float clip = 1.0F;
    bool accumulated = false;
  };

  bool is_penalised(const Parameter& p) const { return p.weight || settings_.decay_bias; }
  double gradient_norm(std::span<const Parameter> parameters) const;
  void prime(std::span<const Parameter> parameters);
  void update(const Parameter& p, State& state, const Rates& rates);
  void update_range(
      const Parameter& p, State& state, const Rates& rates, std::size_t begin, std::size_t end);

  Settings settings_;
  std::vector<State> states_;
  bool accumulates_;  // of the weights; their State::first is primed then, as accumulators() says
  bool primed_ = false;
  std::vector<float*> accumulators_;
  std::vector<FloatBuffer> before_;  // scratch of measured_step
  std::uint64_t steps_ = 0;
  double correction1_ = 0.0;  // 1 - beta1^t, of the update that runs
  double correction2_ = 0.0;  // 1 - beta2^t
};

// L2 norm of all weights (not biases).
double weight_norm(std::span<const Parameter> parameters);

}  // namespace hpsearch::nn
