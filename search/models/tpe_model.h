// The tree-structured Parzen estimator (Bergstra et al. 2011): where good trials are dense and
// others are not.
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

// How many of so many trials count as good: a tenth, rounded up, at most 25.
std::size_t tpe_good_count(std::size_t trials);

// How many points are drawn, of which the best is taken: 24, and up to 64 as long as there are few
// trials, where more of them help and cost little.
std::size_t tpe_candidate_count(std::size_t trials);

// One model over axes that have values together.
class TpeModel {
 public:
  // May a point be suggested?
  using Allowed = std::function<bool(std::span<const double> point)>;

  // Keeps a reference to the space.
  TpeModel(const UnitSpace& space, std::vector<std::size_t> axes);

  // Why a point was chosen.
  struct Choice {
    std::size_t good = 0;    // trials that count as good
    double log_ratio = 0.0;  // of the two densities there
  };

  // Writes the coordinates of its axes: of points drawn from the density of the good trials, the
  // one with the largest ratio of that density to the one of all others, pending ones among these
  // ("constant liar": what is being tried needs no second trial). Good are the best
  // tpe_good_count() of those that have ended, but no trial without a result. Trials by number;
  // those without a value on one of the axes are left out. Points that are not allowed are passed
  // over, unless none of them is; `allowed` may be empty, and requires a model over all axes. With
  // each further draw (Known::draw) there are half as many candidates, as the first choices are
  // taken.
  //
  // Beyond Optuna: good trials weigh by their rank, log(n + 1) - log(rank), as in CMA-ES (Hansen
  // 2016, eq. 49), where all alike would draw as often from the worst of them as from the best.
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
