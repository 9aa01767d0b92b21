#include "reports/findings/parameter_grid.h"

#include <algorithm>
#include <cmath>

#include "search/space/normal.h"

namespace hpsearch::reports {
namespace {

constexpr double kMostPlaces = 50.0;
constexpr double kPriorWeight = 1.0;
constexpr double kNarrowest = 0.5 / 1.64;  // 90 % of the kernel lies within its own place

// The place at which the cumulative count reaches (or, with `beyond`, exceeds) `from`: quartiles as
// PED-ANOVA's reference implementation counts them.
std::size_t quartile(std::span<const std::size_t> counts, std::size_t from, bool beyond) {
  std::size_t sum = 0;
  std::size_t last = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) {
      continue;
    }
    sum += counts[i];
    last = i;
    if (beyond ? sum > from : sum >= from) {
      return i;
    }
  }
  return last;
}

double bandwidth(std::span<const std::size_t> counts, double n) {
  double centre = 0.0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    centre += static_cast<double>(i) * static_cast<double>(counts[i]) / n;
  }
  double squares = 0.0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double off = static_cast<double>(i) - centre;
    squares += off * off * static_cast<double>(counts[i]);
  }
  const double deviation = std::sqrt(squares / std::max(1.0, n - 1.0));
  const auto whole = static_cast<std::size_t>(n);
  const double range = static_cast<double>(quartile(counts, whole * 3 / 4, true)) -
                       static_cast<double>(quartile(counts, whole / 4, false));
  return std::max(kNarrowest, 1.059 * std::min(range / 1.34, deviation) * std::pow(n, -0.2));
}

// Adds `weight` times a normal kernel around `centre`, truncated to the places 0 ... size - 1 and
// integrated over each of them.
void add_kernel(double centre, double width, double weight, std::vector<double>& density) {
  const double last = static_cast<double>(density.size()) - 0.5;
  const double whole = search::normal_mass((-0.5 - centre) / width, (last - centre) / width);
  for (std::size_t i = 0; i < density.size(); ++i) {
    const double left = (static_cast<double>(i) - 0.5 - centre) / width;
    density[i] += weight * search::normal_mass(left, left + 1.0 / width) / whole;
  }
}

std::vector<double> choice_density(std::span<const std::size_t> counts, double n) {
  // A trial's kernel gives (1 + w) / (1 + w * choices) to its own choice and w / (1 + w * choices)
  // to each other one.
  const double choices = static_cast<double>(counts.size());
  // Equal choices share one weighted kernel, so w depends on the number of distinct choices.
  const double kernels =
      1.0 + static_cast<double>(std::count_if(counts.begin(), counts.end(),
                                              [](std::size_t count) { return count > 0; }));
  const double spread = kPriorWeight / kernels;
  std::vector<double> density;
  for (const std::size_t count : counts) {
    const double own = static_cast<double>(count);
    const double trials = (own + n * spread) / (1.0 + choices * spread);
    density.push_back((trials + kPriorWeight / choices) / (n + kPriorWeight));
  }
  return density;
}

}  // namespace

std::size_t grid_size(const SearchedParameter& parameter) {
  if (!parameter.numeric) {
    return std::max<std::size_t>(1, parameter.choices.size());
  }
  if (!(parameter.high > parameter.low)) {
    return 1;
  }
  double places = kMostPlaces;
  if (parameter.step > 0.0) {
    const double many = std::round((parameter.high - parameter.low) / parameter.step) + 1.0;
    places = std::min(
        places, parameter.logarithmic ? std::ceil(std::log(many) / std::log(2.0)) + 1.0 : many);
  }
  return static_cast<std::size_t>(std::max(places, 1.0));
}

std::optional<std::size_t> grid_place(const SearchedParameter& parameter, const nn::Value& value) {
  const double place = parameter.place(value);
  if (!std::isfinite(place)) {
    return std::nullopt;
  }
  const std::size_t size = grid_size(parameter);
  if (!parameter.numeric) {
    return static_cast<std::size_t>(place * static_cast<double>(size));
  }
  // A value halfway between two places belongs to the lower one.
  const double index = std::ceil(place * static_cast<double>(size - 1) - 0.5);
  return static_cast<std::size_t>(std::clamp(index, 0.0, static_cast<double>(size - 1)));
}

std::vector<double> grid_density(const SearchedParameter& parameter,
                                 std::span<const std::size_t> counts) {
  double n = 0.0;
  for (const std::size_t count : counts) {
    n += static_cast<double>(count);
  }
  const double size = static_cast<double>(counts.size());
  if (n == 0.0) {
    return std::vector<double>(counts.size(), 1.0 / size);
  }
  if (!parameter.numeric) {
    return choice_density(counts, n);
  }
  const double width = bandwidth(counts, n);
  const double weight = 1.0 / (n + kPriorWeight);
  std::vector<double> density(counts.size(), 0.0);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] > 0) {
      add_kernel(static_cast<double>(i), width, weight * static_cast<double>(counts[i]), density);
    }
  }
  add_kernel((size - 1.0) / 2.0, size, weight * kPriorWeight, density);
  return density;
}

}  // namespace hpsearch::reports
