// The tree-structured Parzen estimator (TPE; Bergstra et al. 2011, "Algorithms for hyper-parameter
// optimization"): suggests points where good trials are dense and the others are not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "nn/base/random.h"
#include "search/models/model_trials.h"
#include "search/models/parzen.h"

namespace hpsearch::search {

// How many of `trials` count as good: a tenth, rounded up, at most 25.
std::size_t tpe_good_count(std::size_t trials);

// How many candidates are drawn: 24, and up to 64 while there are few trials, when more candidates
// help and cost little.
std::size_t tpe_candidate_count(std::size_t trials);

// One model over axes that have values in the same trials. Not thread-safe.
class TpeModel {
 public:
  // True if a point may be suggested.
  using Allowed = std::function<bool(std::span<const double> point)>;

  // Keeps a reference to `space`.
  TpeModel(const UnitSpace& space, std::vector<std::size_t> axes);

  // Why a point was chosen.
  struct Choice {
    std::size_t good = 0;    // number of trials that count as good
    double log_ratio = 0.0;  // log of the ratio of the two densities there
  };

  // Draws candidates from l(x), the density of the good trials, and writes the coordinates of the
  // one with the largest l(x) / g(x), where g(x) is the density of all other trials. That ratio
  // orders candidates by expected improvement (Bergstra et al. 2011, section 4.1).
  //
  // - Good trials are the best tpe_good_count() of those that have ended, but never one without a
  //   result.
  // - Pending trials belong to g(x) ("constant liar"), which keeps suggestions away from what is
  //   being tried.
  // - `trials` come by number; trials without a value on one of the axes are left out.
  // - Candidates that are not allowed are skipped, unless none is allowed. `allowed` may be empty;
  //   otherwise the model must cover all axes.
  // - Each further draw (Known::draw) halves the number of candidates, as the first choices are
  //   taken.
  //
  // Unlike Optuna, good trials are weighted by rank, log(n + 1) - log(rank), as in CMA-ES (Hansen
  // 2016, eq. 49). Equal weights would draw as often around the worst of them as around the best.
  Choice suggest(std::span<const ModelTrial> trials,
                 nn::Stream& stream,
                 std::span<double> point,
                 const Allowed& allowed = {},
                 std::uint32_t draw = 0);

  std::span<const std::size_t> axes() const { return axes_; }

 private:
  const UnitSpace& space_;
  std::vector<std::size_t> axes_;
  ParzenMixture good_;
  ParzenMixture others_;
};

}  // namespace hpsearch::search
