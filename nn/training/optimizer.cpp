#include "nn/training/optimizer.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "nn/training/update_loops.h"

namespace hpsearch::nn {
namespace {

// Which states a rule keeps: State::first (velocity or Adam's m) and State::second (squares).
bool needs_second(OptimizerKind kind) {
  return kind != OptimizerKind::kSgd;
}

bool needs_first(const Settings& s) {
  switch (s.optimizer) {
    case OptimizerKind::kSgd:
    case OptimizerKind::kRmsprop:
      return s.momentum > 0.0;
    case OptimizerKind::kAdagrad:
      return false;
    case OptimizerKind::kAdam:
    case OptimizerKind::kAdamw:
      break;
  }
  return true;
}

}  // namespace

Optimizer::Optimizer(const Settings& settings, std::span<const Parameter> parameters)
    : settings_(settings),
      decay_(settings.weight_decay),
      // Clipping needs the norm of the whole gradient before the update, Nesterov's form uses g
      // twice, and max_norm changes the weights after v has been primed with them. Input scaling
      // and ntk turn what the product gives into the gradient of what is trained.
      accumulates_(settings.optimizer == OptimizerKind::kSgd && settings.momentum > 0.0 &&
                   !settings.nesterov && !settings.grad_clip && !settings.max_norm &&
                   !settings.scaling && settings.parametrization == Parametrization::kStandard) {
  for (const Parameter& p : parameters) {
    const std::size_t n = p.value.size();
    states_.push_back({FloatBuffer(needs_first(settings) ? n : 0),
                       FloatBuffer(needs_second(settings.optimizer) ? n : 0)});
    before_.emplace_back(p.weight ? n : 0);
  }
  for (std::size_t i = 0; accumulates_ && i < parameters.size(); ++i) {
    if (parameters[i].weight) {
      accumulators_.push_back(states_[i].first.data());
    }
  }
}

std::span<float* const> Optimizer::accumulators(std::span<const Parameter> parameters) {
  prime(parameters);
  return accumulators_;
}

// Primes the velocities before the first update. They are 0, which leaves the penalties of the
// initial weights. Not in the constructor: pre-training or a test may still replace the weights
// until then.
void Optimizer::prime(std::span<const Parameter> parameters) {
  if (!accumulates_ || std::exchange(primed_, true)) {
    return;
  }
  const detail::Penalised penalties{static_cast<float>(settings_.l2),
                                    static_cast<float>(settings_.l1), 1.0F};
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    for (std::size_t i = 0; parameters[k].weight && i < parameters[k].value.size(); ++i) {
      states_[k].first[i] = penalties(0.0F, parameters[k].value[i]);
    }
  }
}

void Optimizer::step(std::span<const Parameter> parameters, double rate, Gradients where) {
  prime(parameters);
  Rates rates{.rate = static_cast<float>(rate), .accumulated = where == Gradients::kAccumulated};
  if (settings_.grad_clip) {
    // Like PyTorch's clip_grad_norm_, including its guard against a division by zero.
    const double share = *settings_.grad_clip / (gradient_norm(parameters) + 1e-6);
    rates.clip = share < 1.0 ? static_cast<float>(share) : 1.0F;
  }
  // One count for all parameters: Adam's t, from 1.
  ++steps_;
  if (settings_.optimizer == OptimizerKind::kAdam || settings_.optimizer == OptimizerKind::kAdamw) {
    const double t = static_cast<double>(steps_);
    correction1_ = 1.0 - std::pow(settings_.beta1, t);
    correction2_ = 1.0 - std::pow(settings_.beta2, t);
  }
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    update(parameters[i], states_[i], rates);
  }
}

// In bfloat16, a weight is updated a few rows at a time, so that they are still in the cache when
// they are rounded. max_norm needs whole columns first.
void Optimizer::update(const Parameter& p, State& state, const Rates& rates) {
  constexpr std::size_t kNear = 2048;  // numbers: 8 KiB
  const bool bound = settings_.max_norm && p.weight;
  const bool together = bound || p.rounded == nullptr;
  // An even number of rows, which RoundedWeights packs in pairs.
  const std::size_t some = std::max<std::size_t>(2, kNear / p.stride / 2 * 2);
  const std::size_t step = together ? p.rows : some;
  for (std::size_t row = 0; row < p.rows; row += step) {
    const std::size_t end = std::min(p.rows, row + step);
    update_range(p, state, rates, row * p.stride, end * p.stride);
    if (!together) {
      p.rounded->update(p.value.data(), row, end);
    }
  }
  if (bound) {
    detail::bound_columns(p, *settings_.max_norm);
    if (p.rounded != nullptr) {
      p.rounded->update(p.value.data(), 0, p.rows);
    }
  }
}

void Optimizer::update_range(
    const Parameter& p, State& state, const Rates& rates, std::size_t begin, std::size_t end) {
  const bool penalised = is_penalised(p);
  // With u the unit, the loops below see the value v = u w. The gradient of loss and penalties in w
  // is u (dL/dv + l2 / u^2 v + l1 / u sign(v)), and a step of w is u times as long in v.
  const auto unit = static_cast<float>(p.unit);
  Rates own = rates;
  own.rate *= static_cast<float>(rate_factor(p));
  const detail::Range range{
      .p = p,
      .begin = begin,
      .end = end,
      .penalised = {.l2 = penalised ? static_cast<float>(settings_.l2 / (p.unit * p.unit)) : 0.0F,
                    .l1 = penalised ? static_cast<float>(settings_.l1 / p.unit) : 0.0F,
                    .clip = rates.clip * unit},
      .keep = penalised ? 1.0F - own.rate * static_cast<float>(decay_) : 1.0F};
  own.rate *= unit;
  switch (settings_.optimizer) {
    case OptimizerKind::kSgd:
      sgd(range, own, state);
      return;
    case OptimizerKind::kAdagrad:
      adagrad(range, own, state);
      return;
    case OptimizerKind::kRmsprop:
      rmsprop(range, own, state);
      return;
    case OptimizerKind::kAdam:
    case OptimizerKind::kAdamw:
      adam(range, own, state);
      return;
  }
}

double Optimizer::rate_factor(const Parameter& p) const {
  switch (p.group) {
    case RateGroup::kCommon:
      break;
    case RateGroup::kBias:
      return settings_.bias_rate;
    case RateGroup::kScaling:
      return settings_.scaling_rate;
    case RateGroup::kEmbedding:
      return settings_.embedding_rate;
    case RateGroup::kEmbeddingBias:
      return settings_.embedding_rate * settings_.bias_rate;
  }
  return 1.0;
}

// In the rules below, v is State::first, s is State::second, and g and w are the gradient and the
// decayed weight that for_each() passes.

void Optimizer::sgd(const detail::Range& range, const Rates& rates, State& state) const {
  const float rate = rates.rate;
  const auto momentum = static_cast<float>(settings_.momentum);
  float* v = state.first.data();
  if (accumulates_ && range.p.weight) {
    const auto rule =
        rates.accumulated ? detail::primed_momentum<true> : detail::primed_momentum<false>;
    rule(range, momentum, rate, v);
  } else if (state.first.empty()) {
    for_each(range, [=](std::size_t, float g, float w) { return w - rate * g; });
  } else if (settings_.nesterov) {
    for_each(range, [=](std::size_t i, float g, float w) {
      v[i] = momentum * v[i] + g;
      return w - rate * (g + momentum * v[i]);
    });
  } else {
    for_each(range, [=](std::size_t i, float g, float w) {
      v[i] = momentum * v[i] + g;
      return w - rate * v[i];
    });
  }
}

void Optimizer::adagrad(const detail::Range& range, const Rates& rates, State& state) const {
  const float rate = rates.rate;
  const auto epsilon = static_cast<float>(settings_.epsilon);
  float* s = state.second.data();
  for_each(range, [=](std::size_t i, float g, float w) {
    s[i] += g * g;
    return w - rate * (g / (std::sqrt(s[i]) + epsilon));
  });
}

void Optimizer::rmsprop(const detail::Range& range, const Rates& rates, State& state) const {
  const float rate = rates.rate;
  const auto momentum = static_cast<float>(settings_.momentum);
  const auto epsilon = static_cast<float>(settings_.epsilon);
  const auto rho = static_cast<float>(settings_.rho);
  const auto rest = static_cast<float>(1.0 - settings_.rho);
  const bool with_momentum = !state.first.empty();
  float* v = state.first.data();
  float* s = state.second.data();
  for_each(range, [=](std::size_t i, float g, float w) {
    s[i] = rho * s[i] + rest * (g * g);
    float u = g / (std::sqrt(s[i]) + epsilon);
    if (with_momentum) {
      u = v[i] = momentum * v[i] + u;
    }
    return w - rate * u;
  });
}

// Kingma and Ba 2015, algorithm 1. The bias corrections, equal for all numbers, are taken out of
// the loop: `size` is rate / (1 - beta1^t), `root` is 1 / sqrt(1 - beta2^t).
void Optimizer::adam(const detail::Range& range, const Rates& rates, State& state) const {
  const auto epsilon = static_cast<float>(settings_.epsilon);
  const auto beta1 = static_cast<float>(settings_.beta1);
  const auto rest1 = static_cast<float>(1.0 - settings_.beta1);
  const auto beta2 = static_cast<float>(settings_.beta2);
  const auto rest2 = static_cast<float>(1.0 - settings_.beta2);
  const auto size = static_cast<float>(static_cast<double>(rates.rate) / correction1_);
  const auto root = static_cast<float>(1.0 / std::sqrt(correction2_));
  float* v = state.first.data();
  float* s = state.second.data();
  for_each(range, [=](std::size_t i, float g, float w) {
    v[i] = beta1 * v[i] + rest1 * g;        // biased first moment
    s[i] = beta2 * s[i] + rest2 * (g * g);  // biased second raw moment
    return w - size * (v[i] / (std::sqrt(s[i]) * root + epsilon));
  });
}

// Of the data loss and the penalties together, as if these were part of the loss.
double Optimizer::gradient_norm(std::span<const Parameter> parameters) const {
  double sum = 0.0;
  for (const Parameter& p : parameters) {
    const float* g = p.gradient.data();
    const float* w = p.value.data();
    const double squared_unit = p.unit * p.unit;
    const double l2 = settings_.l2 / squared_unit;
    const double l1 = settings_.l1 / p.unit;
    if (!is_penalised(p) || (l1 == 0.0 && l2 == 0.0)) {
      sum += squared_unit * detail::sum_of_squares(p.gradient);
      continue;
    }
    sum += squared_unit * detail::sum_of_squares(p.gradient.size(), [=](std::size_t i) {
             const double x = static_cast<double>(w[i]);
             return static_cast<double>(g[i]) + l2 * x + (x > 0.0 ? l1 : x < 0.0 ? -l1 : 0.0);
           });
  }
  return std::sqrt(sum);
}

Optimizer::Norms Optimizer::measured_step(std::span<const Parameter> parameters, double rate) {
  Norms norms;
  norms.gradient = gradient_norm(parameters);
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    std::copy_n(parameters[k].value.begin(), before_[k].size(), before_[k].begin());
  }
  step(parameters, rate);
  double moved = 0.0;
  double length = 0.0;
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    if (!parameters[k].weight) {
      continue;
    }
    const double squares = detail::sum_of_squares(
        before_[k].size(),
        [now = parameters[k].value.data(), old = before_[k].data()](std::size_t i) {
          return static_cast<double>(now[i]) - static_cast<double>(old[i]);
        });
    const double old = detail::sum_of_squares(before_[k]);
    norms.ratios.push_back(old > 0.0 ? std::sqrt(squares / old) : 0.0);
    moved += squares;
    length += old;
  }
  norms.ratio = length > 0.0 ? std::sqrt(moved / length) : 0.0;
  return norms;
}

std::vector<Optimizer::Memory> Optimizer::memory() {
  std::vector<Memory> all;
  for (State& state : states_) {
    all.push_back({state.first, state.second});
  }
  return all;
}

void Optimizer::go_on_after(std::uint64_t updates) {
  steps_ = updates;
  primed_ = true;  // the velocities were saved as the update left them
}

double Optimizer::penalty(std::span<const Parameter> parameters) const {
  double sum = 0.0;
  if (settings_.l2 == 0.0 && settings_.l1 == 0.0) {
    return sum;
  }
  for (const Parameter& p : parameters) {
    for (std::size_t i = 0; is_penalised(p) && i < p.value.size(); ++i) {
      const double w = static_cast<double>(p.value[i]) / p.unit;
      sum += 0.5 * settings_.l2 * w * w + settings_.l1 * std::abs(w);
    }
  }
  return sum;
}

std::size_t arrays_kept(const Settings& settings) {
  return (needs_first(settings) ? 1U : 0U) + (needs_second(settings.optimizer) ? 1U : 0U);
}

double weight_norm(std::span<const Parameter> parameters) {
  double sum = 0.0;
  for (const Parameter& p : parameters) {
    sum += p.weight ? detail::sum_of_squares(p.value) : 0.0;
  }
  return std::sqrt(sum);
}

}  // namespace hpsearch::nn
