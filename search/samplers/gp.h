// Bayesian optimisation by a Gaussian process (search/gp_search.h).
#pragma once

#include "search/sampler.h"

namespace hpsearch::search {

// Scrambled Sobol points until eight trials have ended, then points of the model.
std::unique_ptr<Sampler> make_gp_sampler(SearchProblem problem);

}  // namespace hpsearch::search
