#include "nn/training/optimizer.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "nn/base/aligned.h"
#include "nn/base/vector_unit.h"

namespace hpsearch::nn {
namespace {

// The gradient of loss and penalties at one number, clipped.
struct Penalised {
  float l2;
  float l1;
  float clip;

  float operator()(float g, float w) const {
    const float sign = w > 0.0F ? l1 : w < 0.0F ? -l1 : 0.0F;
    return clip * (g + l2 * w + sign);
  }
};

// Calls rule(i, g, w) for each number from begin to end, with its penalised gradient and after its
// decay. The rule captures by value.
template <class Rule>
void for_each(const Parameter& p,
              std::size_t begin,
              std::size_t end,
              const Penalised& penalised,
              float keep,
              Rule rule) {
  float* w = p.value.data();
  const float* g = p.gradient.data();
  const bool plain = penalised.l1 == 0.0F && keep == 1.0F && penalised.clip == 1.0F;
  vectorised([=] {
    if (plain) {
      // The common case without the work that it has no need of; the same bits.
#pragma GCC ivdep
      for (std::size_t i = begin; i < end; ++i) {
        w[i] = rule(i, g[i] + penalised.l2 * w[i], w[i]);
      }
    } else {
#pragma GCC ivdep
      for (std::size_t i = begin; i < end; ++i) {
        w[i] = rule(i, penalised(g[i], w[i]), w[i] * keep);
      }
    }
  });
}

// Plain momentum where v holds what it does in accumulators(), with the gradient added or not.
template <bool kAdded>
void primed_momentum(const Parameter& p,
                     std::size_t begin,
                     std::size_t end,
                     const Penalised& penalised,
                     float keep,
                     float momentum,
                     float rate,
                     float* v) {
  float* w = p.value.data();
  const float* g = p.gradient.data();
  const bool plain = penalised.l1 == 0.0F && keep == 1.0F;
  vectorised([=] {
    if (plain) {
#pragma GCC ivdep
      for (std::size_t i = begin; i < end; ++i) {
        const float velocity = kAdded ? v[i] : v[i] + g[i];
        w[i] = w[i] - rate * velocity;
        v[i] = momentum * velocity + penalised.l2 * w[i];
      }
    } else {
#pragma GCC ivdep
      for (std::size_t i = begin; i < end; ++i) {
        const float velocity = kAdded ? v[i] : v[i] + g[i];
        w[i] = w[i] * keep - rate * velocity;
        v[i] = momentum * velocity + penalised(0.0F, w[i]);
      }
    }
  });
}

// Scales each column down to the norm, if it is longer.
void bound_columns(const Parameter& p, double max_norm) {
  vectorised([=, values = p.value.data(), rows = p.rows, stride = p.stride] {
    for (std::size_t start = 0; start < stride; start += kLanes) {
      const std::size_t lanes = std::min(kLanes, stride - start);
      double squares[kLanes] = {};
      for (std::size_t i = 0; i < rows; ++i) {
        const float* w = values + i * stride + start;
        for (std::size_t j = 0; j < lanes; ++j) {
          squares[j] += static_cast<double>(w[j]) * static_cast<double>(w[j]);
        }
      }
      float factor[kLanes];
      bool any = false;
      for (std::size_t j = 0; j < lanes; ++j) {
        const double norm = std::sqrt(squares[j]);
        factor[j] = norm > max_norm ? static_cast<float>(max_norm / norm) : 1.0F;
        any = any || norm > max_norm;
      }
      for (std::size_t i = 0; any && i < rows; ++i) {
        float* w = values + i * stride + start;
        for (std::size_t j = 0; j < lanes; ++j) {
          w[j] *= factor[j];
        }
      }
    }
  });
}

// The sum of term(i)^2 over n terms, in double precision. Several sums at once: each addition would
// wait for the last one. The term captures by value.
template <class Term>
double sum_of_squares(std::size_t n, Term term) {
  return vectorised([=] {
    double sums[kLanes] = {};
    std::size_t i = 0;
    for (; i + kLanes <= n; i += kLanes) {
      for (std::size_t j = 0; j < kLanes; ++j) {
        const double x = term(i + j);
        sums[j] += x * x;
      }
    }
    for (; i < n; ++i) {
      sums[0] += term(i) * term(i);
    }
    double sum = 0.0;
    for (const double part : sums) {
      sum += part;
    }
    return sum;
  });
}

double sum_of_squares(std::span<const float> values) {
  return sum_of_squares(values.size(),
                        [x = values.data()](std::size_t i) { return static_cast<double>(x[i]); });
}

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
      accumulates_(settings.optimizer == OptimizerKind::kSgd && settings.momentum > 0.0 &&
                   !settings.nesterov && !settings.grad_clip && !settings.max_norm) {
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

// Velocities are 0 at first: what is left of the primed ones are the penalties of the weights that
// training begins with.
void Optimizer::prime(std::span<const Parameter> parameters) {
  if (!accumulates_ || std::exchange(primed_, true)) {
    return;
  }
  const Penalised penalties{static_cast<float>(settings_.l2), static_cast<float>(settings_.l1),
                            1.0F};
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
    // PyTorch's clip_grad_norm_, with its guard against a division by zero.
    const double share = *settings_.grad_clip / (gradient_norm(parameters) + 1e-6);
    rates.clip = share < 1.0 ? static_cast<float>(share) : 1.0F;
  }
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

// A weight in bfloat16 goes by a few rows at a time: what was updated is rounded while it is near.
void Optimizer::update(const Parameter& p, State& state, const Rates& rates) {
  constexpr std::size_t kNear = 2048;  // numbers
  const bool bound = settings_.max_norm && p.weight;
  const bool together = bound || p.rounded == nullptr;
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
    bound_columns(p, *settings_.max_norm);
    if (p.rounded != nullptr) {
      p.rounded->update(p.value.data(), 0, p.rows);
    }
  }
}

void Optimizer::update_range(
    const Parameter& p, State& state, const Rates& rates, std::size_t begin, std::size_t end) {
  const float rate = rates.rate;
  const bool penalised = is_penalised(p);
  const Penalised gradient{penalised ? static_cast<float>(settings_.l2) : 0.0F,
                           penalised ? static_cast<float>(settings_.l1) : 0.0F, rates.clip};
  const float keep = penalised ? 1.0F - rate * static_cast<float>(settings_.weight_decay) : 1.0F;
  const auto momentum = static_cast<float>(settings_.momentum);
  const auto epsilon = static_cast<float>(settings_.epsilon);
  float* v = state.first.data();
  float* s = state.second.data();
  switch (settings_.optimizer) {
    case OptimizerKind::kSgd:
      if (accumulates_ && p.weight) {
        const auto rule = rates.accumulated ? primed_momentum<true> : primed_momentum<false>;
        rule(p, begin, end, gradient, keep, momentum, rate, v);
      } else if (state.first.empty()) {
        for_each(p, begin, end, gradient, keep,
                 [=](std::size_t, float g, float w) { return w - rate * g; });
      } else if (settings_.nesterov) {
        for_each(p, begin, end, gradient, keep, [=](std::size_t i, float g, float w) {
          v[i] = momentum * v[i] + g;
          return w - rate * (g + momentum * v[i]);
        });
      } else {
        for_each(p, begin, end, gradient, keep, [=](std::size_t i, float g, float w) {
          v[i] = momentum * v[i] + g;
          return w - rate * v[i];
        });
      }
      return;
    case OptimizerKind::kAdagrad:
      for_each(p, begin, end, gradient, keep, [=](std::size_t i, float g, float w) {
        s[i] += g * g;
        return w - rate * (g / (std::sqrt(s[i]) + epsilon));
      });
      return;
    case OptimizerKind::kRmsprop: {
      const auto rho = static_cast<float>(settings_.rho);
      const auto rest = static_cast<float>(1.0 - settings_.rho);
      const bool with_momentum = !state.first.empty();
      for_each(p, begin, end, gradient, keep, [=](std::size_t i, float g, float w) {
        s[i] = rho * s[i] + rest * (g * g);
        float u = g / (std::sqrt(s[i]) + epsilon);
        if (with_momentum) {
          u = v[i] = momentum * v[i] + u;
        }
        return w - rate * u;
      });
      return;
    }
    case OptimizerKind::kAdam:
    case OptimizerKind::kAdamw: {
      const auto beta1 = static_cast<float>(settings_.beta1);
      const auto rest1 = static_cast<float>(1.0 - settings_.beta1);
      const auto beta2 = static_cast<float>(settings_.beta2);
      const auto rest2 = static_cast<float>(1.0 - settings_.beta2);
      const auto size = static_cast<float>(static_cast<double>(rate) / correction1_);
      const auto root = static_cast<float>(1.0 / std::sqrt(correction2_));
      for_each(p, begin, end, gradient, keep, [=](std::size_t i, float g, float w) {
        v[i] = beta1 * v[i] + rest1 * g;
        s[i] = beta2 * s[i] + rest2 * (g * g);
        return w - size * (v[i] / (std::sqrt(s[i]) * root + epsilon));
      });
      return;
    }
  }
}

double Optimizer::gradient_norm(std::span<const Parameter> parameters) const {
  double sum = 0.0;
  for (const Parameter& p : parameters) {
    const float* g = p.gradient.data();
    const float* w = p.value.data();
    const double l2 = settings_.l2;
    const double l1 = settings_.l1;
    if (!is_penalised(p) || (l1 == 0.0 && l2 == 0.0)) {
      sum += sum_of_squares(p.gradient);
      continue;
    }
    sum += sum_of_squares(p.gradient.size(), [=](std::size_t i) {
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
    const double squares =
        sum_of_squares(before_[k].size(),
                       [now = parameters[k].value.data(), old = before_[k].data()](std::size_t i) {
                         return static_cast<double>(now[i]) - static_cast<double>(old[i]);
                       });
    const double old = sum_of_squares(before_[k]);
    norms.ratios.push_back(old > 0.0 ? std::sqrt(squares / old) : 0.0);
    moved += squares;
    length += old;
  }
  norms.ratio = length > 0.0 ? std::sqrt(moved / length) : 0.0;
  return norms;
}

double Optimizer::penalty(std::span<const Parameter> parameters) const {
  double sum = 0.0;
  if (settings_.l2 == 0.0 && settings_.l1 == 0.0) {
    return sum;
  }
  for (const Parameter& p : parameters) {
    for (std::size_t i = 0; is_penalised(p) && i < p.value.size(); ++i) {
      const double w = static_cast<double>(p.value[i]);
      sum += 0.5 * settings_.l2 * w * w + settings_.l1 * std::abs(w);
    }
  }
  return sum;
}

double weight_norm(std::span<const Parameter> parameters) {
  double sum = 0.0;
  for (const Parameter& p : parameters) {
    sum += p.weight ? sum_of_squares(p.value) : 0.0;
  }
  return std::sqrt(sum);
}

}  // namespace hpsearch::nn
