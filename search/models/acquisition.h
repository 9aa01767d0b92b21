// Where a Gaussian process expects the largest improvement.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "nn/base/random.h"
#include "search/models/gaussian_process.h"
#include "search/points/unit_space.h"

namespace hpsearch::search {

// Random points and points near the best trials are compared; the best few of them climb: numbers
// by L-BFGS, steps and categories by trying others, in turn.
class Acquisition {
 public:
  using Allowed = std::function<bool(std::span<const double> point)>;

  // Keeps references. `best`: the value to improve on. `allowed`: may be empty.
  Acquisition(const UnitSpace& space, const GpPosterior& posterior, double best, Allowed allowed);

  // `incumbents`: points of the best trials. Writes a point, NaN where it has no value.
  void maximise(std::span<const double* const> incumbents,
                nn::Stream& stream,
                std::span<double> point);

 private:
  using Point = std::vector<double>;

  Point random_point(nn::Stream& stream) const;
  Point near(const double* incumbent, nn::Stream& stream) const;
  bool settle(Point& point) const;
  Point coordinates(const Point& point) const;
  double value(const Point& point) const;
  double climb(Point& point, double from);
  double climb_numbers(Point& point, double from);
  double climb_steps(Point& point, double from);

  const UnitSpace& space_;
  const GpPosterior& posterior_;
  double best_;
  Allowed allowed_;
  bool conditional_;
};

}  // namespace hpsearch::search
