// A space as the models see it: one axis for each parameter that varies, each from 0 to 1.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "search/space/space.h"

namespace hpsearch::search {

// One parameter. A continuous number's coordinate is its place on its own scale. A stepped number's
// levels share [0, 1] as sample() shares the draws among them: each has a cell, its coordinate lies
// inside of it; so do ordered values. Of a normal
// distribution the coordinate is the probability of what lies below. That of a category is its
// index.
class Axis {
 public:
  enum class Kind { kContinuous, kStepped, kCategorical };

  // Requires that the parameter is not fixed.
  explicit Axis(const Parameter& parameter);

  Kind kind() const { return kind_; }
  const Parameter& parameter() const { return *parameter_; }

  // How many values it has; 0: continuous.
  std::size_t levels() const { return levels_; }

  // The coordinate of a value; of one outside of the range that of the nearer end, NaN of one that
  // the parameter cannot have at all.
  double coordinate(const nn::Value& value) const;

  // The value at a coordinate, which is first moved to the nearest possible one.
  nn::Value value(double coordinate) const;

  // Of stepped numbers: the level at a coordinate, the coordinate of a level, and where the cell of
  // a level begins; that of level `levels()` is 1.
  std::size_t level(double coordinate) const;
  double level_coordinate(std::size_t level) const;
  double cell_begin(std::size_t level) const;

 private:
  double place(double number) const;  // on the scale of the cells

  const Parameter* parameter_;
  Kind kind_;
  std::size_t levels_ = 0;
  // Of numbers: [low, low + 2 half widths] on their scale is [0, 1]; `first` is the first level, as
  // a count of steps.
  double low_ = 0.0;
  double half_width_ = 0.5;
  double first_ = 0.0;
  double step_ = 0.0;
  bool logarithmic_ = false;
};

// The axes of a space, in the order of its parameters. Points are rows of coordinates, one an axis;
// NaN where a parameter has no value in a trial.
class UnitSpace {
 public:
  // Keeps a reference to `space`.
  explicit UnitSpace(const Space& space);

  std::size_t size() const { return axes_.size(); }
  std::span<const Axis> axes() const { return axes_; }
  const Axis& axis(std::size_t i) const { return axes_[i]; }

  // Requires point.size() == size().
  void encode(const ParamSet& params, std::span<double> point) const;
  // Without the parameters that are not active.
  ParamSet decode(std::span<const double> point) const;

 private:
  const Space& space_;
  std::vector<Axis> axes_;
};

}  // namespace hpsearch::search
