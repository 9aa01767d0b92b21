// Finds the point with the largest expected improvement under a Gaussian process, times the
// probability that it is feasible.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "nn/base/random.h"
#include "search/models/feasible_region.h"
#include "search/models/gaussian_process.h"
#include "search/points/unit_space.h"

namespace hpsearch::search {

// Maximises the acquisition function in two steps: it scores random points and perturbations of the
// best trials in one batch, then climbs from the best few. Each climb alternates between the
// continuous coordinates (L-BFGS) and the stepped and categorical ones (coordinate search).
class Acquisition {
 public:
  using Allowed = std::function<bool(std::span<const double> point)>;

  // Keeps references to `space`, `posterior` and `region`. `best` is the value to improve on.
  // `allowed` may be empty.
  Acquisition(const UnitSpace& space,
              const GpPosterior& posterior,
              const FeasibleRegion& region,
              double best,
              Allowed allowed);

  // `incumbents` are points of the best trials, size() coordinates each. Writes the chosen point;
  // NaN marks parameters that are inactive there. Draws from `stream` in a fixed order.
  void maximise(std::span<const double* const> incumbents,
                nn::Stream& stream,
                std::span<double> point);

 private:
  using Point = std::vector<double>;

  Point random_point(nn::Stream& stream) const;
  Point near(const double* incumbent, nn::Stream& stream) const;
  bool settle(Point& point) const;
  Point coordinates(const Point& point) const;
  double improvement(const GpPosterior::Prediction& prediction) const;
  double value(const Point& point) const;
  double climb(Point& point, double from);
  double climb_numbers(Point& point, double from);
  double climb_steps(Point& point, double from);

  const UnitSpace& space_;
  const GpPosterior& posterior_;
  const FeasibleRegion& region_;
  double best_;
  Allowed allowed_;
  bool conditional_;
};

}  // namespace hpsearch::search
