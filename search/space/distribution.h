// The distributions a parameter can have: drawing values, and mapping them to [0, 1] and back.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <variant>
#include <vector>

#include "nn/base/random.h"
#include "nn/base/value.h"

namespace hpsearch::search {

// The same value in every trial.
struct Fixed {
  nn::Value value;
};

// One of several values. Requires at least one.
struct Categorical {
  std::vector<nn::Value> values;
  std::vector<double> probabilities = {};  // one per value, each above 0, sum 1; empty: uniform
  bool ordered = false;                    // the values are listed in a meaningful order
};

// A number in [low, high], uniform on its scale.
struct Numeric {
  double low = 0.0;
  double high = 1.0;
  bool logarithmic = false;  // uniform in log x; requires low > 0
  double step = 0.0;         // 0: continuous; otherwise values are multiples of the step
  bool integer = false;      // values are integers; requires a whole step
};

// Normally distributed on its scale, truncated to [low, high]. With a step, the draw is rounded to
// the nearest multiple, which may lie half a step beyond the bounds.
struct Normal {
  double mu = 0.0;           // mean of x, or of log x if logarithmic
  double sigma = 1.0;        // standard deviation on the same scale; requires sigma > 0
  bool logarithmic = false;  // log-normal; requires low >= 0
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool integer = false;  // rounded to the nearest integer; requires whole bounds and a whole step
  double step = 0.0;     // 0: continuous, or integers
};

// Beta distributed in [0, 1]. Requires a > 0 and b > 0.
struct Beta {
  double a = 1.0;
  double b = 1.0;
};

using Distribution = std::variant<Fixed, Categorical, Numeric, Normal, Beta>;

// True if the distribution is seen by its cumulative probability: it has no ends to search between.
bool is_seen_by_probability(const Distribution& distribution);

// Draws a value. For stepped numbers the interval is extended by half a step beyond its first and
// last multiple before it is mapped to its scale, so every multiple gets its full share; the draw
// is then rounded half up.
nn::Value sample(const Distribution& distribution, nn::Stream& stream);

// The value at `unit` in [0, 1), the inverse of the distribution function: evenly spread units give
// values that are evenly spread on the scale, with each step and each category at its full share.
nn::Value value_at(const Distribution& distribution, double unit);

// The number at `place` on the range's own scale, where 0 is low and 1 is high, rounded to the
// nearest multiple if the range has steps. Places outside [0, 1] extrapolate the scale.
double number_at_place(const Numeric& range, double place);

// The smallest and the largest value of a range. Requires has_values(range).
double first_value(const Numeric& range);
double last_value(const Numeric& range);

// `number` in the range's native type: an integer if the range holds integers.
nn::Value to_value(const Numeric& range, double number);

// All values of a stepped range, ascending. Requires a countable range.
std::vector<nn::Value> all_values(const Numeric& range);

// Where `value` lies: in a numeric range its place on the range's own scale (0 at low, 1 at high),
// for a normal or beta distribution the cumulative probability, for an ordered list the index
// scaled to [0, 1]. Empty for unordered categories, for fixed values and for values of the wrong
// type.
std::optional<double> unit_coordinate(const Distribution& distribution, const nn::Value& value);

// The number of distinct values; empty if they are not countable.
std::optional<double> value_count(const Distribution& distribution);

// True if the range contains a multiple of its step or, without a step, any number.
bool has_values(const Numeric& range);

// True if two values are equal, where 3 and 3.0 count as equal.
bool same_value(const nn::Value& a, const nn::Value& b);

// The distribution's own value that equals `value`, in its native type. Empty if there is none: out
// of range, off the step grid, or not among the choices.
std::optional<nn::Value> own_value(const Distribution& distribution, const nn::Value& value);

}  // namespace hpsearch::search
