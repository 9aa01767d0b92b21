// Where trials are likely to satisfy the constraints on results: a Gaussian process for each of
// them over the margins of the trials so far (Gardner et al. 2014, "Bayesian optimization with
// inequality constraints").
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "search/models/gaussian_process.h"

namespace hpsearch::search {

class FeasibleRegion {
 public:
  // `margin`: the posterior of a constraint's margins, on any scale; the constraint holds at and
  // below `border` of that scale.
  void add(GpPosterior margin, double border) { margins_.push_back({std::move(margin), border}); }
  bool empty() const { return margins_.empty(); }

  // The logarithm of the probability that a trial there satisfies all constraints, taken as
  // independent. 0 without any.
  double log_chance(std::span<const double> point) const;

  // The same for many points at once, which is faster. `points`: rows of coordinates.
  std::vector<double> log_chances(std::span<const double> points, std::size_t count) const;

  // Also adds the gradient with respect to the coordinates to `gradient`.
  double log_chance(std::span<const double> point, std::span<double> gradient) const;

 private:
  struct Margin {
    GpPosterior posterior;
    double border;
  };
  std::vector<Margin> margins_;
};

}  // namespace hpsearch::search
