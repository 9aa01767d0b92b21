// Where CMA-ES begins, from what an earlier sweep found.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "search/models/model_trials.h"
#include "search/points/unit_space.h"

namespace hpsearch::search {

struct CmaStart {
  std::vector<double> mean;        // of the axes that are no categories, in their order
  std::vector<double> covariance;  // of the same, row-major
  std::vector<std::vector<double>> probabilities;  // of each categorical axis' levels, sum 1
};

// The normal distribution that is nearest (Kullback-Leibler) to a mixture of N(x, 0.1^2) around the
// points of the best tenth of the trials, at least one of them: WS-CMA-ES (Nomura et al. 2021,
// "Warm starting CMA-ES for hyperparameter optimization", eq. 7 and 8, with alpha = gamma = 0.1). A
// value that one of these does not have adds nothing to the mean, and `sigma`^2 to the variance; an
// axis on which none has one begins in its middle. Of a category's levels each is as likely as it
// is frequent among them, each counted once more than it occurs. Empty where no trial has a result.
std::optional<CmaStart> cma_start(const UnitSpace& space,
                                  std::span<const ModelTrial> trials,
                                  double sigma);

}  // namespace hpsearch::search
