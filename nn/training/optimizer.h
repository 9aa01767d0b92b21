// Turns gradients into updates: the variants of gradient descent, penalties, clipping and norms.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "nn/base/aligned.h"
#include "nn/network/parameter.h"
#include "nn/settings/settings.h"

namespace hpsearch::nn {

namespace detail {
struct Range;  // update_loops.h
}

// The update rules. g is the gradient of the mean data loss plus l2 w + l1 sign(w) (for weights;
// with decay_bias for all parameters), scaled down to the norm grad_clip if it is longer. r is the
// learning rate, t counts updates from 1, and all states start at 0, as in PyTorch:
//   sgd      v = momentum v + g;  w -= r v, or with nesterov w -= r (g + momentum v)
//   adagrad  s += g^2;  w -= r g / (sqrt(s) + epsilon)                        (Duchi et al. 2011)
//   rmsprop  s = rho s + (1 - rho) g^2;  u = g / (sqrt(s) + epsilon);
//            v = momentum v + u;  w -= r v                             (Tieleman and Hinton 2012)
//   adam     m = beta1 m + (1 - beta1) g;  s = beta2 s + (1 - beta2) g^2;
//            w -= r (m / (1 - beta1^t)) / (sqrt(s / (1 - beta2^t)) + epsilon)
//                                                       (Kingma and Ba 2015, algorithm 1)
//   adamw    the same as adam; the name stands for its use with weight_decay
// In these rules w is the number that is trained, Parameter::value / Parameter::unit, g its
// gradient, and r is multiplied by bias_rate, scaling_rate or embedding_rate for the parameters of
// that group; for the biases of embeddings by embedding_rate and bias_rate.
// Before the update, decoupled decay shrinks what the penalties act on, w *= 1 - r weight_decay
// (Loshchilov and Hutter 2019). After it, max_norm scales each unit's incoming weights, as the
// network multiplies by them, down to that L2 norm if they are longer (Srivastava et al. 2014,
// section 5.1). No penalty or decay acts on the factors of the inputs and on embeddings. Not
// thread-safe.
class Optimizer {
 public:
  // All later calls must pass parameters of the same shapes in the same order.
  Optimizer(const Settings& settings, std::span<const Parameter> parameters);

  // The arrays to which a backward pass may add the gradients of the weights instead of storing
  // them: one per weight, in their order. Empty if the rule needs the gradients themselves. Valid
  // as long as this object.
  //
  // Plain momentum does not need them. It keeps each velocity primed as momentum v + l2 w +
  // l1 sign(w); adding the gradient of the data loss completes the velocity of the next update.
  std::span<float* const> accumulators(std::span<const Parameter> parameters);

  // Where the backward pass put the gradients of the weights: into their Parameter, or into the
  // accumulators. Those of all other parameters are always stored.
  enum class Gradients { kStored, kAccumulated };

  // One update with the learning rate `rate`. Also updates the rounded copies of the weights.
  void step(std::span<const Parameter> parameters,
            double rate,
            Gradients where = Gradients::kStored);

  // Multiplies the setting weight_decay by `factor` from now on; 1 restores it.
  void fade_decay(double factor) { decay_ = settings_.weight_decay * factor; }

  // Measurements of one update, for the epoch's record.
  struct Norms {
    double gradient = 0.0;       // L2 norm of g before clipping, over all parameters
    double ratio = 0.0;          // |update| / |w| (L2), over all weights; 0 if these are zero
    std::vector<double> ratios;  // the same for each weight, in their order
  };
  // Measures an update that is the same, bit for bit, as that of step() with stored gradients.
  Norms measured_step(std::span<const Parameter> parameters, double rate);

  // What lives on from one update to the next: of each parameter, in their order, the velocity or
  // Adam's m (first) and the squared gradients (second), each empty if the rule has none. In the
  // shape of the parameter; valid as long as this object.
  struct Memory {
    std::span<float> first;
    std::span<float> second;
  };
  std::vector<Memory> memory();
  // Call after memory() and the parameters have been given the values that they had after so many
  // updates, at least one: the next update is the one after them.
  void go_on_after(std::uint64_t updates);

  // The value of the penalties, l2/2 sum w^2 + l1 sum |w|, over the parameters they act on.
  double penalty(std::span<const Parameter> parameters) const;

 private:
  struct State {
    FloatBuffer first;   // velocity, or Adam's m; empty if the rule has none
    FloatBuffer second;  // sums or means of squared gradients; likewise
  };

  // Values that all numbers of an update share.
  struct Rates {
    float rate = 0.0F;
    float clip = 1.0F;
    bool accumulated = false;  // see Gradients
  };

  bool is_penalised(const Parameter& p) const {
    return p.weight ||
           (settings_.decay_bias && (p.group == RateGroup::kCommon || p.group == RateGroup::kBias));
  }
  double rate_factor(const Parameter& p) const;
  double gradient_norm(std::span<const Parameter> parameters) const;
  void prime(std::span<const Parameter> parameters);
  void update(const Parameter& p, State& state, const Rates& rates);
  void update_range(
      const Parameter& p, State& state, const Rates& rates, std::size_t begin, std::size_t end);
  void sgd(const detail::Range& range, const Rates& rates, State& state) const;
  void adagrad(const detail::Range& range, const Rates& rates, State& state) const;
  void rmsprop(const detail::Range& range, const Rates& rates, State& state) const;
  void adam(const detail::Range& range, const Rates& rates, State& state) const;

  Settings settings_;
  double decay_;  // weight_decay, faded
  std::vector<State> states_;
  bool accumulates_;  // the weights' State::first is a primed velocity, see accumulators()
  bool primed_ = false;
  std::vector<float*> accumulators_;
  std::vector<FloatBuffer> before_;  // scratch of measured_step
  std::uint64_t steps_ = 0;
  double correction1_ = 0.0;  // 1 - beta1^t of the current update
  double correction2_ = 0.0;  // 1 - beta2^t
};

// How many arrays the rule of these settings keeps of each parameter, beside its value: 0 to 2.
std::size_t arrays_kept(const Settings& settings);

// L2 norm of all weights, without biases.
double weight_norm(std::span<const Parameter> parameters);

}  // namespace hpsearch::nn
