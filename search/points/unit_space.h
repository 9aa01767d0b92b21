// A space as the models see it: one axis in [0, 1] per parameter that varies.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "search/space/space.h"

namespace hpsearch::search {

// One parameter as an axis.
// - Continuous numbers: the coordinate is the place on the parameter's own scale.
// - Stepped numbers and ordered values: the levels share [0, 1] as sample() shares the draws; each
//   level has a cell, and its coordinate lies inside that cell.
// - Normal and beta distributions: the coordinate is the cumulative probability.
// - Categories: the coordinate is the index, not scaled to [0, 1].
class Axis {
 public:
  enum class Kind { kContinuous, kStepped, kCategorical };

  // Keeps a pointer to `parameter`. Requires a parameter that is not fixed.
  explicit Axis(const Parameter& parameter);

  Kind kind() const { return kind_; }
  const Parameter& parameter() const { return *parameter_; }

  // The number of values; 0: continuous.
  std::size_t levels() const { return levels_; }

  // The coordinate of a value. Numbers out of range get the coordinate of the nearer end; values
  // that the parameter cannot have at all get NaN.
  double coordinate(const nn::Value& value) const;

  // The value at a coordinate, after moving it to the nearest valid one.
  nn::Value value(double coordinate) const;

  // For stepped axes: the level at a coordinate, the coordinate of a level, and the lower end of a
  // level's cell. The cell of level `levels()` begins at 1.
  std::size_t level(double coordinate) const;
  double level_coordinate(std::size_t level) const;
  double cell_begin(std::size_t level) const;

 private:
  double place(double number) const;  // clamped to [0, 1], on the scale of the cells

  const Parameter* parameter_;
  Kind kind_;
  std::size_t levels_ = 0;
  // For numbers, [low, low + 2 half_width] on their scale maps to [0, 1]. `first` is the first
  // level as a step count.
  double low_ = 0.0;
  double half_width_ = 0.5;
  double first_ = 0.0;
  double step_ = 0.0;
  bool logarithmic_ = false;
};

// The axes of a space, in the order of its parameters. A point is a row of coordinates, one per
// axis; NaN means that the trial has no value for that parameter.
class UnitSpace {
 public:
  // Keeps a reference to `space`.
  explicit UnitSpace(const Space& space);

  std::size_t size() const { return axes_.size(); }
  std::span<const Axis> axes() const { return axes_; }
  const Axis& axis(std::size_t i) const { return axes_[i]; }

  // Writes the coordinates of `params`. Requires point.size() == size().
  void encode(const ParamSet& params, std::span<double> point) const;
  // The parameters at a point, without inactive ones.
  ParamSet decode(std::span<const double> point) const;

 private:
  const Space& space_;
  std::vector<Axis> axes_;
};

}  // namespace hpsearch::search
