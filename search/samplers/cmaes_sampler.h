// CMA-ES as a sampler (models/cma_search.h).
#pragma once

#include "search/samplers/sampler.h"

namespace hpsearch::search {

// Starts in the middle of the ranges, or from an earlier sweep's results. Categories are drawn in
// proportion to their success.
std::unique_ptr<Sampler> make_cmaes_sampler(SearchProblem problem);

}  // namespace hpsearch::search
