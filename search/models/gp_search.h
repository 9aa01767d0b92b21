// Bayesian optimisation with a Gaussian process (search/gp.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "nn/base/random.h"
#include "search/models/gaussian_process.h"
#include "search/models/model_trials.h"

namespace hpsearch::search {

// The point with the largest expected improvement.
// - Scores are warped (search/score_warp.h).
// - Where a parameter has no value in a trial, its coordinate is kNoValue: as far from all values
//   as the ends of the range are from each other, or further.
// - The kernel is fitted to the first of the trials, all of them up to 40, at least 19 of 20
//   beyond, so that it is fitted anew now and then only.
// - Beyond kMaxTrials the model takes the better half of that number, and the newest others.
// - Of pending trials it believes what it predicts ("Kriging believer", Ginsbourger et al. 2010).
class GpSearch {
 public:
  static constexpr std::size_t kMaxTrials = 300;
  static constexpr std::size_t kMaxFitted = 150;  // trials to which a kernel is fitted
  static constexpr double kNoValue = -0.5;

  // May a point be suggested?
  using Allowed = std::function<bool(std::span<const double> point)>;

  // Keeps a reference.
  explicit GpSearch(const UnitSpace& space) : space_(space) {}

  // Writes the point; NaN where it has no value. Requires a trial that has ended. `allowed` may be
  // empty. Returns how likely the model holds it that the point is better than all trials.
  double suggest(std::span<const ModelTrial> trials,
                 const Allowed& allowed,
                 nn::Stream& stream,
                 std::span<double> point);

  // How well the model foretells each of the better half of the trials that have ended from all
  // others (GpPosterior::leave_one_out()): the correlation of predictions and scores, from -1 to 1,
  // 0 where there is none to speak of. Among the better half, as it is easy to tell the good from
  // the bad, also where the model cannot tell the best from the good. Of the trials to which the
  // kernel was fitted.
  double skill(std::span<const ModelTrial> trials);

 private:
  // A kernel, and of which trials.
  struct Fit {
    std::vector<std::uint64_t> numbers;
    GpKernel kernel;
    double skill;
  };

  const Fit& fit_to(std::span<const ModelTrial* const> ended);
  GpData data_of(std::span<const ModelTrial* const> ended, std::size_t most) const;
  void add(GpData& data, const double* point, double y) const;
  std::vector<double> coordinates(std::span<const double> point) const;

  const UnitSpace& space_;
  std::optional<Fit> fit_;
};

}  // namespace hpsearch::search
