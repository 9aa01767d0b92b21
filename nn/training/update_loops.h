// The loops of an optimizer over one array of parameters. Internal to optimizer.cpp.
//
// Each loop is one pass that applies penalties, clipping, decoupled decay and the update rule,
// because an update is bound by memory rather than by arithmetic. Shapes: a parameter is (rows x
// stride), and ranges [begin, end) count its numbers. All functions and rules that are passed in
// capture by value (see vectorised()).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

#include "nn/base/aligned.h"
#include "nn/base/vector_unit.h"
#include "nn/network/parameter.h"

namespace hpsearch::nn::detail {

// The gradient of loss and penalties with respect to one number w, scaled by the clipping factor:
// clip (g + l2 w + l1 sign(w)).
struct Penalised {
  float l2;
  float l1;
  float clip;

  float operator()(float g, float w) const {
    const float sign = w > 0.0F ? l1 : w < 0.0F ? -l1 : 0.0F;
    return clip * (g + l2 * w + sign);
  }
};

// A range of a parameter's numbers, and what happens to them before the update rule.
struct Range {
  const Parameter& p;
  std::size_t begin;
  std::size_t end;
  Penalised penalised;
  float keep;  // 1 - rate * weight_decay, the factor of decoupled decay
};

// w[i] = rule(i, penalised gradient, decayed w[i]) for each number of the range.
template <class Rule>
void for_each(const Range& range, Rule rule) {
  float* w = range.p.value.data();
  const float* g = range.p.gradient.data();
  const std::size_t begin = range.begin;
  const std::size_t end = range.end;
  const Penalised penalised = range.penalised;
  const float keep = range.keep;
  const bool plain = penalised.l1 == 0.0F && keep == 1.0F && penalised.clip == 1.0F;
  // ivdep: w, g and the state of the rule never overlap, which the compiler cannot know.
  vectorised([=] {
    if (plain) {
      // The common case, without operations that change nothing; the bits are the same.
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

// Plain momentum with the primed velocity of Optimizer::accumulators(): v arrives as
// momentum v + l2 w + l1 sign(w), to which the backward pass has added the gradient (kAdded) or
// this loop adds it. That is the velocity of the update; afterwards v is primed again for the next
// one.
template <bool kAdded>
void primed_momentum(const Range& range, float momentum, float rate, float* v) {
  float* w = range.p.value.data();
  const float* g = range.p.gradient.data();
  const std::size_t begin = range.begin;
  const std::size_t end = range.end;
  const Penalised penalised = range.penalised;
  const float keep = range.keep;
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

// Scales down each column, the incoming weights of a unit, whose L2 norm exceeds `max_norm`. Works
// on one vector of columns at a time and reads the rows in memory order. p is (rows x stride).
inline void bound_columns(const Parameter& p, double max_norm) {
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

// The sum of term(i)^2 over n terms, in double precision. kLanes partial sums, because the
// additions of a single one would wait for each other.
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

inline double sum_of_squares(std::span<const float> values) {
  return sum_of_squares(values.size(),
                        [x = values.data()](std::size_t i) { return static_cast<double>(x[i]); });
}

}  // namespace hpsearch::nn::detail
