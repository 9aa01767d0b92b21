// What a parameter may be, and how it is drawn.
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

// One of these. Requires at least one.
struct Categorical {
  std::vector<nn::Value> values;
  std::vector<double> probabilities = {};  // of each, above 0, sum 1; empty: each as likely
  bool ordered = false;                    // the order of the values means something
};

// A number in [low, high], uniform on its scale.
struct Numeric {
  double low = 0.0;
  double high = 1.0;
  bool logarithmic = false;  // uniform in the logarithm; requires low > 0
  double step = 0.0;         // 0: continuous; else only multiples of it
  bool integer = false;      // values are integers; requires a whole step
};

// Normal on its scale, cut to [low, high].
struct Normal {
  double mu = 0.0;           // of the logarithm, where it is logarithmic
  double sigma = 1.0;        // likewise; requires sigma > 0
  bool logarithmic = false;  // the logarithm is normal; requires low >= 0
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool integer = false;  // rounded to the nearest whole number; requires whole ends
};

using Distribution = std::variant<Fixed, Categorical, Numeric, Normal>;

// Draws a value. Stepped numbers: the interval reaches half a step beyond the first and the last
// multiple before it is put on its scale, so that each value has its full share; then rounds half
// up.
nn::Value sample(const Distribution& distribution, nn::Stream& stream);

// The value at `unit`, in [0, 1), of the distribution: an even spread of units gives an even spread
// of values on the scale, each step with its full share, each category as often.
nn::Value value_at(const Distribution& distribution, double unit);

// The number at `place` of a range on its own scale, 0 at low and 1 at high, rounded to the nearest
// multiple where it has steps. Places outside of 0 to 1 continue the scale beyond the range.
double number_at_place(const Numeric& range, double place);

// The first and the last value of a range. Requires has_values(range).
double first_value(const Numeric& range);
double last_value(const Numeric& range);

// A number of the range in its native type: an integer where it holds integers.
nn::Value to_value(const Numeric& range, double number);

// The values of a stepped range, ascending. Requires a countable range.
std::vector<nn::Value> all_values(const Numeric& range);

// The place of `value` in a numeric range on its own scale, 0 at low and 1 at high; in a normal
// distribution the probability of what lies below it; in an ordered list its index, 0 for the first
// and 1 for the last. Empty for categories, fixed values and values that are no such.
std::optional<double> unit_coordinate(const Distribution& distribution, const nn::Value& value);

// How many different values there are; empty where they are not countable.
std::optional<double> value_count(const Distribution& distribution);

// Is there a multiple of the step in the range, or, without a step, any number?
bool has_values(const Numeric& range);

// Do two values say the same? 3 and 3.0 do, here.
bool same_value(const nn::Value& a, const nn::Value& b);

// The value of the distribution that says the same as `value`, in the distribution's own type;
// empty where it has none: outside of the range, between two steps, none of the choices.
std::optional<nn::Value> own_value(const Distribution& distribution, const nn::Value& value);

}  // namespace hpsearch::search
