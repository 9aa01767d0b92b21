// The first distribution of CMA-ES, estimated from the results of an earlier sweep.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "search/models/model_trials.h"
#include "search/points/unit_space.h"

namespace hpsearch::search {

struct CmaStart {
  std::vector<double> mean;                        // numeric axes only, in their order
  std::vector<double> covariance;                  // of the same axes, row-major
  std::vector<std::vector<double>> probabilities;  // of each categorical axis' levels, sum 1
};

// WS-CMA-ES (Nomura et al. 2021, "Warm starting CMA-ES for hyperparameter optimization", eq. 7 and
// 8 with alpha = gamma = 0.1): the normal distribution closest in Kullback-Leibler divergence to a
// mixture of N(x, 0.1^2) around the best tenth of the trials, at least one.
//
// A trial without a value for an axis adds nothing to its mean, and sigma^2 to its variance; an
// axis without any value starts in the middle. Categories get the frequencies of their levels among
// the best trials, each count increased by one. Empty if no trial has a result.
std::optional<CmaStart> cma_start(const UnitSpace& space,
                                  std::span<const ModelTrial> trials,
                                  double sigma);

}  // namespace hpsearch::search
