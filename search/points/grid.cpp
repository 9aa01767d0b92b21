#include "search/points/grid.h"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <utility>

namespace hpsearch::search {
namespace {

// Counts saturate here: products of axis sizes overflow 64 bits easily.
constexpr std::uint64_t kMaxCount = std::uint64_t{1} << 62;

// Stepped ranges with at most this many values are enumerated rather than refined.
constexpr double kMaxListed = 16.0;

std::uint64_t product(std::uint64_t a, std::uint64_t b) {
  return b != 0 && a > kMaxCount / b ? kMaxCount : a * b;
}

std::uint64_t power(std::uint64_t base, std::size_t exponent) {
  std::uint64_t result = 1;
  for (std::size_t i = 0; i < exponent; ++i) {
    result = product(result, base);
  }
  return result;
}

std::vector<nn::Value> distinct(std::vector<nn::Value> values) {
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

// 0.001 rather than 0.0010000000000000002: people read the values of a grid.
double tidy(double x) {
  char text[32];
  const int length = std::snprintf(text, sizeof text, "%.12g", x);
  std::from_chars(text, text + length, x);
  return x;
}

// `points` evenly spaced values, the ends included.
std::vector<nn::Value> spaced_values(const Numeric& range, int points) {
  if (points == 1) {
    return {value_at(range, 0.5)};
  }
  std::vector<nn::Value> values;
  for (int i = 0; i < points; ++i) {
    const double x = tidy(number_at_place(range, static_cast<double>(i) / (points - 1.0)));
    values.push_back(to_value(range, std::clamp(x, first_value(range), last_value(range))));
  }
  return distinct(std::move(values));
}

// Stepped ranges with more values than this are divided as if they were continuous.
constexpr double kMaxStepped = 100'000.0;

// An axis with `points` distinct values at the midpoints of equal cells, or with fewer if there are
// not as many.
Grid::Axis cell_axis(const Parameter& parameter, std::uint64_t points) {
  const auto count = value_count(parameter.distribution);
  if (!count || *count > kMaxStepped) {
    return {parameter.name, {}, parameter.distribution, points};
  }
  // Midpoints of narrow cells may round to the same value; finer cells make up for it.
  std::vector<nn::Value> values;
  const auto wanted = std::min(points, static_cast<std::uint64_t>(*count));
  for (std::uint64_t cells = wanted; values.size() < wanted && cells < 64 * wanted;
       cells += cells / 16 + 1) {
    std::vector<nn::Value> finer;
    for (std::uint64_t i = 0; i < cells; ++i) {
      finer.push_back(value_at(parameter.distribution,
                               (static_cast<double>(i) + 0.5) / static_cast<double>(cells)));
    }
    finer = distinct(std::move(finer));
    if (finer.size() > wanted) {
      break;
    }
    values = std::move(finer);
  }
  return {parameter.name, std::move(values), parameter.distribution};
}

std::vector<nn::Value> listed_values(const Parameter& parameter, double max_listed) {
  if (const auto* fixed = std::get_if<Fixed>(&parameter.distribution)) {
    return {fixed->value};
  }
  if (const auto* categorical = std::get_if<Categorical>(&parameter.distribution)) {
    return categorical->values;
  }
  const auto* range = std::get_if<Numeric>(&parameter.distribution);
  const auto count = value_count(parameter.distribution);
  return range != nullptr && count && *count <= max_listed ? all_values(*range)
                                                           : std::vector<nn::Value>{};
}

// The values of `grid: N`. Requires a numeric parameter.
std::vector<nn::Value> asked_values(const Parameter& parameter) {
  if (const auto* range = std::get_if<Numeric>(&parameter.distribution)) {
    return spaced_values(*range, parameter.grid);
  }
  std::vector<nn::Value> values;
  for (int i = 0; i < parameter.grid; ++i) {
    values.push_back(value_at(parameter.distribution, (i + 0.5) / parameter.grid));
  }
  return distinct(std::move(values));
}

std::vector<Grid::Axis> grid_axes(const Space& space) {
  std::vector<Grid::Axis> axes;
  for (const Parameter& parameter : space) {
    axes.push_back({parameter.name,
                    parameter.grid > 0 ? asked_values(parameter) : listed_values(parameter, 1e6),
                    parameter.distribution});
  }
  return axes;
}

std::vector<Grid::Axis> refinement_axes(const Space& box) {
  std::vector<Grid::Axis> axes;
  for (const Parameter& parameter : box) {
    axes.push_back({parameter.name, listed_values(parameter, kMaxListed), parameter.distribution});
  }
  return axes;
}

// Splits a number into mixed-radix digits; the last one varies fastest.
std::vector<std::uint64_t> digits(std::uint64_t index, const std::vector<std::uint64_t>& radices) {
  std::vector<std::uint64_t> result(radices.size());
  for (std::size_t i = radices.size(); i-- > 0;) {
    result[i] = index % radices[i];
    index /= radices[i];
  }
  return result;
}

}  // namespace

Grid::Grid(const Space& space) : Grid(grid_axes(space)) {}

Grid::Grid(std::vector<Axis> axes) : axes_(std::move(axes)) {
  size_ = 1;
  for (const Axis& axis : axes_) {
    if (axis.size() == 0) {
      size_.reset();
      return;
    }
    size_ = product(*size_, axis.size());
  }
}

nn::Value Grid::Axis::value(std::uint64_t index) const {
  return values.empty()
             ? value_at(range, (static_cast<double>(index) + 0.5) / static_cast<double>(cells))
             : values[index];
}

ParamSet Grid::point(std::uint64_t index) const {
  if (!size_) {
    return refined_point(index);
  }
  assert(index < *size_);
  std::vector<std::uint64_t> radices;
  for (const Axis& axis : axes_) {
    radices.push_back(axis.size());
  }
  const auto digit = digits(index, radices);
  ParamSet params;
  for (std::size_t i = 0; i < axes_.size(); ++i) {
    params.emplace(axes_[i].name, axes_[i].value(digit[i]));
  }
  return params;
}

ParamSet Grid::refined_point(std::uint64_t index) const {
  std::uint64_t listed = 1;
  std::size_t refined_left = 0;
  for (const Axis& axis : axes_) {
    listed = product(listed, axis.values.empty() ? 1 : axis.values.size());
    refined_left += axis.values.empty() ? 1U : 0U;
  }
  // Level L has the places 1, ..., 2^L - 1 out of 2^L. Its even places are those of the level
  // before, so a point is new exactly if at least one of its places is odd.
  std::uint64_t places = 1;
  std::uint64_t scale = 2;
  auto new_points = [&] {
    return product(listed, power(places, refined_left)) -
           product(listed, power(places / 2, refined_left));
  };
  while (index >= new_points()) {
    index -= new_points();
    scale *= 2;
    places = scale - 1;
  }
  // Finds the point digit by digit, counting the new points of this level that share the digits so
  // far. Once one place is odd, all further digits are free.
  ParamSet params;
  bool is_new = false;
  std::uint64_t listed_left = listed;
  for (const Axis& axis : axes_) {
    const std::uint64_t choices = axis.values.empty() ? places : axis.values.size();
    if (axis.values.empty()) {
      --refined_left;
    } else {
      listed_left /= choices;
    }
    const std::uint64_t all = product(listed_left, power(places, refined_left));
    const std::uint64_t old = product(listed_left, power(places / 2, refined_left));
    std::uint64_t choice = 0;
    for (;; ++choice) {
      const bool odd_place = axis.values.empty() && (choice + 1) % 2 == 1;
      const std::uint64_t here = is_new || odd_place ? all : all - old;
      if (index < here) {
        is_new = is_new || odd_place;
        break;
      }
      index -= here;
    }
    params.emplace(axis.name, axis.values.empty()
                                  ? value_at(axis.range, static_cast<double>(choice + 1) /
                                                             static_cast<double>(scale))
                                  : axis.values[choice]);
  }
  return params;
}

BoxGrid::BoxGrid(const Space& box, const Constraints& constraints, std::uint64_t count)
    : refinement_(refinement_axes(box)),
      distinct_(box, constraints),
      filtered_(has_conditions(box) || !constraints.empty()) {
  std::vector<Grid::Axis> axes;
  std::vector<std::size_t> numeric;  // axes that can be divided at will
  std::uint64_t cells = 1;
  for (const Parameter& parameter : box) {
    if (std::holds_alternative<Numeric>(parameter.distribution) ||
        is_seen_by_probability(parameter.distribution)) {
      numeric.push_back(axes.size());
      axes.push_back(cell_axis(parameter, 1));
    } else {
      axes.push_back({parameter.name, listed_values(parameter, 0), parameter.distribution});
    }
    cells = product(cells, axes.back().size());
  }
  if (cells > count) {
    return;
  }
  auto refine = [&](std::size_t i, std::uint64_t points) {
    Grid::Axis finer = cell_axis(box[i], points);
    const std::uint64_t all = product(cells / axes[i].size(), finer.size());
    if (finer.size() <= axes[i].size() || all > count) {
      return false;
    }
    cells = all;
    axes[i] = std::move(finer);
    return true;
  };
  // Start near the cube, then add one point per axis in turn for as long as the grid fits.
  auto points = static_cast<std::uint64_t>(
      std::pow(static_cast<double>(count / cells),
               1.0 / static_cast<double>(std::max<std::size_t>(1, numeric.size()))));
  for (const std::size_t i : numeric) {
    refine(i, points);
  }
  for (bool grown = true; grown;) {
    grown = false;
    ++points;
    for (const std::size_t i : numeric) {
      grown = refine(i, points) || grown;
    }
  }
  for (const Grid::Axis& axis : axes) {
    shape_.push_back(axis.size());
  }
  grid_.emplace(std::move(axes));
}

std::optional<ParamSet> BoxGrid::point(std::uint64_t index) {
  const std::uint64_t in_grid = grid_ ? *grid_->size() : 0;
  if (index < in_grid && !filtered_) {
    return grid_->point(index);  // direct access, without filtering
  }
  return distinct_.point(index, [&](std::uint64_t i) -> std::optional<ParamSet> {
    if (i < in_grid) {
      return grid_->point(i);
    }
    i -= in_grid;
    return refinement_.size() && i >= *refinement_.size() ? std::nullopt
                                                          : std::optional(refinement_.point(i));
  });
}

}  // namespace hpsearch::search
