// The tree-structured Parzen estimator (Bergstra et al. 2011): where good trials are dense and
// others are not.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "nn/random.h"
#include "search/model_trials.h"
#include "search/parzen.h"

namespace hpsearch::search {

// How many of so many trials count as good: a tenth, rounded up, at most 25.
std::size_t tpe_good_count(std::size_t trials);

// One model over axes that have values together.
class TpeModel {
 public:
  // How many points are drawn, of which the best is taken.
  static constexpr int kCandidates = 24;

  // Keeps a reference to the space.
  TpeModel(const UnitSpace& space, std::vector<std::size_t> axes);

  // Writes the coordinates of its axes: of points drawn from the density of the good trials, the
  // one with the largest ratio of that density to the one of all others, pending ones among these
  // ("constant liar": what is being tried needs no second trial). Good are the best
  // tpe_good_count() of those that have ended, but no trial without a result. Trials by number;
  // those without a value on one of the axes are left out.
  void suggest(std::span<const ModelTrial> trials, nn::Stream& stream, std::span<double> point);

 private:
  const UnitSpace& space_;
  std::vector<std::size_t> axes_;
  ParzenMixture good_;
  ParzenMixture others_;
};

}  // namespace hpsearch::search
