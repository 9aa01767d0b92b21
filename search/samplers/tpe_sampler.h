// Search by a tree-structured Parzen estimator (search/tpe.h).
#pragma once

#include "search/samplers/sampler.h"

namespace hpsearch::search {

// Scrambled Sobol points until eight trials have ended, then points of the model.
std::unique_ptr<Sampler> make_tpe_sampler(SearchProblem problem);

}  // namespace hpsearch::search
