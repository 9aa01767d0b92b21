#include "search/space/distribution.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "nn/base/portable_math.h"
#include "search/space/beta.h"
#include "search/space/normal.h"

namespace hpsearch::search {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

double to_scale(const Numeric& r, double x) {
  return r.logarithmic ? nn::portable_log(x) : x;
}
double from_scale(const Numeric& r, double t) {
  return r.logarithmic ? nn::portable_exp(t) : t;
}

// The first and last multiple of the step, as step counts. A bound that misses a multiple only by
// rounding (0.3 / 0.1 is below 3) counts as that multiple.
struct Steps {
  double first;
  double last;
};
Steps steps_of(const Numeric& r) {
  // Relative to the count, so that a bound just above 0 does not turn into 0.
  auto slack = [](double count) { return std::min(0.01, 1e-12 * std::abs(count)); };
  const double low = r.low / r.step;
  const double high = r.high / r.step;
  return {std::ceil(low - slack(low)), std::floor(high + slack(high))};
}

// k * step, freed of binary rounding noise: 3 * 0.1 gives 0.3, as a person would write it.
double multiple(double k, double step) {
  char text[40];
  const int length = std::snprintf(text, sizeof text, "%.15g", k * step);
  double clean = k * step;
  std::from_chars(text, text + length, clean);
  return clean;
}

// Multiples of a whole step are exact; 15 digits might not hold them.
nn::Value multiple_value(const Numeric& r, double k) {
  return r.integer ? nn::Value(static_cast<std::int64_t>(k * r.step))
                   : nn::Value(multiple(k, r.step));
}

// The inverse distribution function of a range.
nn::Value numeric_at(const Numeric& r, double unit) {
  if (r.step == 0.0) {
    // Computed in halves, which is exact: high - low itself may overflow.
    const double low = to_scale(r, r.low) / 2.0;
    const double high = to_scale(r, r.high) / 2.0;
    const double x = from_scale(r, 2.0 * (low + unit * (high - low)));
    return std::clamp(x, r.low, r.high);
  }
  const Steps steps = steps_of(r);
  double k = 0.0;
  if (r.logarithmic) {
    // Each multiple owns a cell that reaches half a step to either side, measured on the log scale.
    const double low = to_scale(r, (steps.first - 0.5) * r.step);
    const double high = to_scale(r, (steps.last + 0.5) * r.step);
    k = std::floor(from_scale(r, low + unit * (high - low)) / r.step + 0.5);
  } else {
    // On a linear scale all cells have the same width.
    k = std::floor(steps.first + unit * (steps.last - steps.first + 1.0));
  }
  return multiple_value(r, std::clamp(k, steps.first, steps.last));
}

// The truncation bounds of a normal distribution, in standard deviations from its mean.
struct Cut {
  double low;
  double high;
};
double deviations(const Normal& n, double x) {
  const double t = !n.logarithmic ? x : x > 0.0 ? nn::portable_log(x) : -kInfinity;
  return (t - n.mu) / n.sigma;
}
Cut cut_of(const Normal& n) {
  // Rounding moves values by up to half a step: the bounds of an integer are widened by that much.
  // Those of multiples of `step` stay: their roundings may lie beyond them.
  const double half = n.integer && n.step == 0.0 ? 0.5 : 0.0;
  return {deviations(n, n.low - half), deviations(n, n.high + half)};
}

nn::Value normal_at(const Normal& n, double unit) {
  // The smallest positive uniform draw. Keeps an unbounded tail away from infinity.
  constexpr double kLeast = 1.0 / 9007199254740992.0;  // 2^-53
  const Cut cut = cut_of(n);
  const double low = std::isinf(cut.low) ? kLeast : 0.0;
  const double high = std::isinf(cut.high) ? 1.0 - kLeast : 1.0;
  const double z = truncated_normal_quantile(std::clamp(unit, low, high), cut.low, cut.high);
  const double t = n.mu + n.sigma * z;
  double x = n.logarithmic ? nn::portable_exp(t) : t;
  if (n.step > 0.0) {
    const double k = std::nearbyint(std::clamp(x, n.low, n.high) / n.step);  // half to even
    return n.integer ? nn::Value(static_cast<std::int64_t>(k * n.step))
                     : nn::Value(multiple(k, n.step));
  }
  if (n.integer) {
    x = std::floor(x + 0.5);
  }
  x = std::clamp(x, n.low, n.high);
  return n.integer ? nn::Value(static_cast<std::int64_t>(x)) : nn::Value(x);
}

nn::Value beta_at(const Beta& beta, double unit) {
  return beta_quantile(beta.a, beta.b, std::clamp(unit, 0.0, 1.0));
}

// Walks the cumulative probabilities. Rounding may leave their sum below 1; the last value takes
// the rest.
nn::Value category_at(const Categorical& c, double unit) {
  std::size_t i = 0;
  if (c.probabilities.empty()) {
    i = static_cast<std::size_t>(unit * static_cast<double>(c.values.size()));
  } else {
    for (double below = c.probabilities[0]; i + 1 < c.values.size() && unit >= below;
         below += c.probabilities[i]) {
      ++i;
    }
  }
  return c.values[std::min(i, c.values.size() - 1)];
}

nn::Value draw(const Numeric& r, nn::Stream& stream) {
  if (r.step == 0.0 || r.logarithmic) {
    return numeric_at(r, stream.uniform());
  }
  // Linear steps are drawn as an index, which involves no rounding.
  const Steps steps = steps_of(r);
  const auto count = static_cast<std::uint64_t>(steps.last - steps.first) + 1;
  return multiple_value(r, steps.first + static_cast<double>(stream.below(count)));
}

}  // namespace

nn::Value sample(const Distribution& distribution, nn::Stream& stream) {
  return std::visit(Overloaded{
                        [](const Fixed& fixed) { return fixed.value; },
                        [&](const Categorical& c) {
                          return c.probabilities.empty() ? c.values[stream.below(c.values.size())]
                                                         : category_at(c, stream.uniform());
                        },
                        [&](const Numeric& range) { return draw(range, stream); },
                        [&](const Normal& normal) { return normal_at(normal, stream.uniform()); },
                        [&](const Beta& beta) { return beta_at(beta, stream.uniform()); },
                    },
                    distribution);
}

nn::Value value_at(const Distribution& distribution, double unit) {
  return std::visit(Overloaded{
                        [](const Fixed& fixed) { return fixed.value; },
                        [&](const Categorical& c) { return category_at(c, unit); },
                        [&](const Numeric& range) { return numeric_at(range, unit); },
                        [&](const Normal& normal) { return normal_at(normal, unit); },
                        [&](const Beta& beta) { return beta_at(beta, unit); },
                    },
                    distribution);
}

double number_at_place(const Numeric& range, double place) {
  const double low = to_scale(range, range.low) / 2.0;
  const double high = to_scale(range, range.high) / 2.0;
  const double x = from_scale(range, 2.0 * (low + place * (high - low)));
  return range.step == 0.0 ? x : multiple(std::floor(x / range.step + 0.5), range.step);
}

double first_value(const Numeric& range) {
  return range.step == 0.0 ? range.low : multiple(steps_of(range).first, range.step);
}
double last_value(const Numeric& range) {
  return range.step == 0.0 ? range.high : multiple(steps_of(range).last, range.step);
}

nn::Value to_value(const Numeric& range, double number) {
  return range.integer ? nn::Value(static_cast<std::int64_t>(number)) : nn::Value(number);
}

std::vector<nn::Value> all_values(const Numeric& range) {
  const Steps steps = steps_of(range);
  std::vector<nn::Value> values;
  for (double k = steps.first; k <= steps.last; k += 1.0) {
    values.push_back(multiple_value(range, k));
  }
  return values;
}

namespace {

std::optional<double> index_coordinate(const Categorical& c, const nn::Value& value) {
  const auto found = std::find(c.values.begin(), c.values.end(), value);
  if (!c.ordered || found == c.values.end()) {
    return std::nullopt;
  }
  const auto last = static_cast<double>(c.values.size() - 1);
  return last > 0.0 ? static_cast<double>(found - c.values.begin()) / last : 0.0;
}

std::optional<double> probability_below(const Normal& n, const nn::Value& value) {
  if (!value.is_number()) {
    return std::nullopt;
  }
  const Cut cut = cut_of(n);
  const double z = std::clamp(deviations(n, value.number()), cut.low, cut.high);
  return normal_mass(cut.low, z) / normal_mass(cut.low, cut.high);
}

}  // namespace

bool is_seen_by_probability(const Distribution& distribution) {
  return std::holds_alternative<Normal>(distribution) || std::holds_alternative<Beta>(distribution);
}

std::optional<double> unit_coordinate(const Distribution& distribution, const nn::Value& value) {
  if (const auto* categorical = std::get_if<Categorical>(&distribution)) {
    return index_coordinate(*categorical, value);
  }
  if (const auto* normal = std::get_if<Normal>(&distribution)) {
    return probability_below(*normal, value);
  }
  if (const auto* beta = std::get_if<Beta>(&distribution)) {
    return value.is_number() ? std::optional(beta_probability(beta->a, beta->b,
                                                              std::clamp(value.number(), 0.0, 1.0)))
                             : std::nullopt;
  }
  const auto* range = std::get_if<Numeric>(&distribution);
  if (range == nullptr || !value.is_number() || (range->logarithmic && value.number() <= 0.0)) {
    return std::nullopt;
  }
  const double low = to_scale(*range, range->low) / 2.0;
  const double high = to_scale(*range, range->high) / 2.0;
  const double distance = to_scale(*range, value.number()) / 2.0 - low;
  return high > low ? distance / (high - low) : 0.0;  // a single value has no width to divide by
}

std::optional<double> value_count(const Distribution& distribution) {
  return std::visit(
      Overloaded{
          [](const Fixed&) { return std::optional(1.0); },
          [](const Categorical& c) { return std::optional(static_cast<double>(c.values.size())); },
          [](const Numeric& range) -> std::optional<double> {
            if (range.step == 0.0) {
              return std::nullopt;
            }
            const Steps steps = steps_of(range);
            return steps.last - steps.first + 1.0;
          },
          [](const Normal&) { return std::optional<double>(); },
          [](const Beta&) { return std::optional<double>(); },
      },
      distribution);
}

bool same_value(const nn::Value& a, const nn::Value& b) {
  if (a.is_number() && b.is_number()) {
    return a.number() == b.number();
  }
  const auto* one = std::get_if<nn::ValueList>(&a);
  const auto* other = std::get_if<nn::ValueList>(&b);
  return one != nullptr && other != nullptr
             ? std::equal(one->begin(), one->end(), other->begin(), other->end(), same_value)
             : a == b;
}

std::optional<nn::Value> own_value(const Distribution& distribution, const nn::Value& value) {
  if (const auto* fixed = std::get_if<Fixed>(&distribution)) {
    return same_value(fixed->value, value) ? std::optional(fixed->value) : std::nullopt;
  }
  if (const auto* choice = std::get_if<Categorical>(&distribution)) {
    const auto found = std::find_if(choice->values.begin(), choice->values.end(),
                                    [&](const nn::Value& v) { return same_value(v, value); });
    return found == choice->values.end() ? std::nullopt : std::optional(*found);
  }
  if (!value.is_number()) {
    return std::nullopt;
  }
  const double x = value.number();
  if (const auto* normal = std::get_if<Normal>(&distribution)) {
    const double off =
        normal->step > 0.0 ? std::abs(x / normal->step - std::round(x / normal->step)) : 0.0;
    const double slack = normal->step / 2.0;
    if (!(x >= normal->low - slack && x <= normal->high + slack) || off > 1e-9 ||
        (normal->integer && x != std::round(x))) {
      return std::nullopt;
    }
    return normal->integer ? nn::Value(static_cast<std::int64_t>(x)) : nn::Value(x);
  }
  if (std::holds_alternative<Beta>(distribution)) {
    return x >= 0.0 && x <= 1.0 ? std::optional(nn::Value(x)) : std::nullopt;
  }
  const auto& range = std::get<Numeric>(distribution);
  if (range.step == 0.0) {
    return x >= range.low && x <= range.high ? std::optional(nn::Value(x)) : std::nullopt;
  }
  const Steps steps = steps_of(range);
  const double k = std::round(x / range.step);
  const bool on_step = std::abs(x - k * range.step) <= 1e-9 * std::max(std::abs(x), range.step);
  return on_step && k >= steps.first && k <= steps.last ? std::optional(multiple_value(range, k))
                                                        : std::nullopt;
}

bool has_values(const Numeric& range) {
  if (range.step == 0.0) {
    return range.low <= range.high;
  }
  const Steps steps = steps_of(range);
  return steps.first <= steps.last;
}

}  // namespace hpsearch::search
