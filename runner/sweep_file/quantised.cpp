#include "runner/sweep_file/quantised.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "search/space/beta.h"

namespace hpsearch::runner {
namespace {

// Levels of a list; a log scale with more of them begins at the first multiple above 0.
constexpr double kMostLevels = 4096.0;

// The multiples from `first` to `last`, with the chance that `below` gives the draws below a
// number.
template <class Below>
search::Distribution with_chances(double first, double last, const nn::Value& q, Below below) {
  search::Categorical list;
  list.ordered = true;
  double before = 0.0;
  const auto end = static_cast<std::int64_t>(last);
  for (auto i = static_cast<std::int64_t>(first); i <= end; ++i) {
    const auto k = static_cast<double>(i);
    const double until = i == end ? 1.0 : below((k + 0.5) * q.number());
    if (until > before) {
      list.values.push_back(rounded(k * q.number(), q));
      list.probabilities.push_back(until - before);
      before = until;
    }
  }
  return list.values.size() == 1 ? search::Distribution(search::Fixed{list.values.front()})
                                 : search::Distribution(std::move(list));
}

}  // namespace

nn::Value rounded(double x, const nn::Value& q) {
  const double step = q.number();
  const bool whole = std::holds_alternative<std::int64_t>(q);
  // The range's own rounding frees multiples of binary noise: 0.15, not 0.15000000000000002.
  const double k = std::nearbyint(x / step);
  const search::Numeric one{k * step, k * step, false, step, whole};
  if (whole) {
    return static_cast<std::int64_t>(k * step);
  }
  return search::number_at_place(one, 0.0);
}

search::Distribution quantised(const search::Numeric& range, const nn::Value& q) {
  const double step = q.number();
  const bool whole = std::holds_alternative<std::int64_t>(q);
  double first = std::nearbyint(range.low / step);
  double last = std::nearbyint(range.high / step);
  // A multiple of which the range has only the end of its cell never comes.
  first += (first + 0.5) * step <= range.low ? 1.0 : 0.0;
  last -= (last - 0.5) * step >= range.high ? 1.0 : 0.0;
  if (first >= last) {
    return search::Fixed{rounded(range.low, q)};
  }
  if (range.logarithmic && first < 1.0) {
    if (last < kMostLevels) {
      const double width = std::log(range.high / range.low);
      return with_chances(first, last, q, [&](double x) {
        return std::clamp(std::log(std::max(x, range.low) / range.low) / width, 0.0, 1.0);
      });
    }
    first = 1.0;
  }
  return search::Numeric{first * step, last * step, range.logarithmic, step, whole};
}

search::Distribution quantised(const search::Beta& beta, const nn::Value& q) {
  const double last = std::nearbyint(1.0 / q.number());
  return with_chances(0.0, last, q, [&](double x) {
    return search::beta_probability(beta.a, beta.b, std::clamp(x, 0.0, 1.0));
  });
}

search::Distribution arange(const search::Numeric& range, const nn::Value& q) {
  search::Categorical list;
  list.ordered = true;
  const double step = q.number();
  const bool whole = std::holds_alternative<std::int64_t>(q) && range.low == std::floor(range.low);
  const auto count = static_cast<std::int64_t>(std::ceil((range.high - range.low) / step));
  for (std::int64_t i = 0; i < count; ++i) {
    const double x = range.low + static_cast<double>(i) * step;
    if (whole) {
      list.values.emplace_back(static_cast<std::int64_t>(x));
    } else {
      list.values.emplace_back(x);
    }
  }
  return list;
}

}  // namespace hpsearch::runner
