// Grids over a space: every combination, numbered; the last parameter, by name, changes fastest.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "search/space/distinct_points.h"
#include "search/space/space.h"

namespace hpsearch::search {

// The combinations of lists of values, and of ranges that are refined: first their middle, then the
// quarters, then the eighths, on the range's own scale, each level with all the combinations that
// no level before it had.
class Grid {
 public:
  struct Axis {
    std::string name;
    std::vector<nn::Value> values;  // empty: see `cells`
    Distribution range;
    std::uint64_t cells = 0;  // the middles of so many equal parts of `range`; 0: it is refined

    std::uint64_t size() const { return values.empty() ? cells : values.size(); }  // 0: no end
    nn::Value value(std::uint64_t index) const;
  };

  // Fixed parameters have one value, categories all of theirs; a numeric range has the `grid`
  // points that it asks for, the first at its lower and the last at its upper end; else all of its
  // values if it has steps; else it is refined. Of a normal distribution the places are
  // probabilities, and the points that it asks for are the middles of equally probable parts.
  explicit Grid(const Space& space);
  explicit Grid(std::vector<Axis> axes);

  // How many points there are, at most 2^62; empty where they are refined without end.
  std::optional<std::uint64_t> size() const { return size_; }

  // Requires index < size() where there is one.
  ParamSet point(std::uint64_t index) const;

 private:
  ParamSet refined_point(std::uint64_t index) const;

  std::vector<Axis> axes_;
  std::optional<std::uint64_t> size_;
};

// The points of a stage that searches a box: the grid with nearly equal numbers of points an axis
// that fits into `count` points, each point in the middle of its cell; then the box's refinement
// without the points that the grid has had.
class BoxGrid {
 public:
  // Axes with categories take all of them. Where even these do not fit, there is no grid: shape()
  // is empty, and all points are the refinement's. Points that do not satisfy the constraints, or
  // differ from others only in parameters that are not active, are skipped.
  BoxGrid(const Space& box, const Constraints& constraints, std::uint64_t count);

  // Points of each parameter's axis in the grid, in the order of the space.
  const std::vector<std::uint64_t>& shape() const { return shape_; }

  // Empty where the box has no further point. Asked in any order.
  std::optional<ParamSet> point(std::uint64_t index);

 private:
  std::vector<std::uint64_t> shape_;
  std::optional<Grid> grid_;
  Grid refinement_;
  DistinctPoints distinct_;
  bool filtered_;
};

}  // namespace hpsearch::search
