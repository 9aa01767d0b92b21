// Grids over a space: every combination of values, numbered. The last parameter by name varies
// fastest.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "search/space/distinct_points.h"
#include "search/space/space.h"

namespace hpsearch::search {

// All combinations of lists of values and of refined ranges. A refined range first has its
// midpoint, then the quarters, then the eighths, ... on its own scale; each level adds exactly the
// combinations that no earlier level had.
class Grid {
 public:
  struct Axis {
    std::string name;
    std::vector<nn::Value> values;  // empty: see `cells`
    Distribution range;
    std::uint64_t cells = 0;  // midpoints of this many equal parts of `range`; 0: refined forever

    std::uint64_t size() const { return values.empty() ? cells : values.size(); }  // 0: endless
    nn::Value value(std::uint64_t index) const;
  };

  // Fixed parameters contribute their value, categories all of theirs. A numeric range contributes
  // the `grid` points that it asks for, from its lower to its upper end; else all of its values if
  // it has steps; else it is refined. Places in a normal distribution are probabilities, and the
  // points that it asks for are the midpoints of equally probable parts.
  explicit Grid(const Space& space);
  explicit Grid(std::vector<Axis> axes);

  // The number of points, capped at 2^62; empty if the refinement never ends.
  std::optional<std::uint64_t> size() const { return size_; }

  // Requires index < size(), if there is a size.
  ParamSet point(std::uint64_t index) const;

 private:
  ParamSet refined_point(std::uint64_t index) const;

  std::vector<Axis> axes_;
  std::optional<std::uint64_t> size_;
};

// The points of a stage's box: first the largest nearly cubic grid that fits into `count` points,
// each point at the centre of its cell; then the box's refinement, without the points that the grid
// has already given.
class BoxGrid {
 public:
  // Categorical axes always take all their values. If even these do not fit into `count`, there is
  // no grid: shape() is empty and all points come from the refinement. Skips points that break a
  // constraint or differ from others only in inactive parameters.
  BoxGrid(const Space& box, const Constraints& constraints, std::uint64_t count);

  // The number of grid points per parameter, in the order of the space.
  const std::vector<std::uint64_t>& shape() const { return shape_; }

  // Empty if the box has no further point. Callers may ask in any order.
  std::optional<ParamSet> point(std::uint64_t index);

 private:
  std::vector<std::uint64_t> shape_;
  std::optional<Grid> grid_;
  Grid refinement_;
  DistinctPoints distinct_;
  bool filtered_;
};

}  // namespace hpsearch::search
