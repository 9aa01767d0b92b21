// Bayesian optimisation with a Gaussian process (models/gaussian_process.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "nn/base/random.h"
#include "search/models/feasible_region.h"
#include "search/models/gaussian_process.h"
#include "search/models/model_trials.h"

namespace hpsearch::search {

// Suggests the point with the largest expected improvement.
// - Scores are warped first (models/score_warp.h).
// - A parameter without a value has the coordinate kNoValue: at least as far from every value as
//   the ends of the range are from each other.
// - The kernel is fitted to the first n trials, where n is all of them up to 40 and at least 19 of
//   20 beyond, so it is refitted only now and then.
// - Beyond kMaxTrials the model uses the best half of that number and the newest of the others.
// - Where trials have margins of constraints, a process for each of them tells how likely a point
//   satisfies it (models/feasible_region.h), and only feasible trials are there to improve on. As
//   long as there are none, the violation takes the place of the score.
// - For pending trials it assumes its own predictions ("Kriging believer", Ginsbourger et al.
//   2010).
// Not thread-safe: it caches the fit.
class GpSearch {
 public:
  static constexpr std::size_t kMaxTrials = 300;
  static constexpr std::size_t kMaxFitted = 150;  // the most trials that a kernel is fitted to
  static constexpr double kNoValue = -0.5;

  // True if a point may be suggested.
  using Allowed = std::function<bool(std::span<const double> point)>;

  // Keeps a reference to `space`.
  explicit GpSearch(const UnitSpace& space) : space_(space) {}

  // Writes the chosen point; NaN marks inactive parameters. Returns the model's probability that it
  // satisfies the constraints and beats every trial so far that does. Requires an ended trial.
  // `allowed` may be empty.
  double suggest(std::span<const ModelTrial> trials,
                 const Allowed& allowed,
                 nn::Stream& stream,
                 std::span<double> point);

  // How well the model predicts each trial of the better half from all others
  // (GpPosterior::leave_one_out()): the correlation of predictions and scores, from -1 to 1; 0 if
  // undefined. Only the better half counts: separating good from bad is easy even for a model that
  // cannot tell the best from the good. Uses the trials that the kernel was fitted to.
  double skill(std::span<const ModelTrial> trials);

 private:
  // A kernel and the trials that it was fitted to.
  struct Fit {
    std::vector<Learnt> learnt;
    GpKernel kernel;
    double skill;
    std::vector<GpKernel> of_margins;  // by constraint, and of the violation; none without any
  };

  const Fit& fit_to(std::span<const ModelTrial* const> ended);
  GpData data_of(std::span<const ModelTrial* const> ended,
                 std::span<const std::size_t> chosen) const;
  // The margins of one constraint, or behind the last one the violation, as logarithms of ratios,
  // scaled to mean 0 and deviation 1; `border`: 0 on that scale. Without rows where the margins are
  // all the same, which teaches nothing.
  struct ScaledMargins {
    GpData data;
    double border = 0.0;
  };
  ScaledMargins margins_of(std::span<const ModelTrial* const> ended,
                           std::size_t constraint,
                           std::size_t most) const;
  FeasibleRegion region_of(std::span<const ModelTrial* const> ended, const Fit& fit) const;
  std::optional<double> best_of(const GpPosterior& posterior,
                                std::span<const ModelTrial* const> ended,
                                std::span<const std::size_t> chosen) const;
  void add(GpData& data, const double* point, double y) const;
  std::vector<double> coordinates(std::span<const double> point) const;

  const UnitSpace& space_;
  std::optional<Fit> fit_;
};

}  // namespace hpsearch::search
