// The tree-structured Parzen estimator as a sampler (models/tpe_model.h).
#pragma once

#include "search/samplers/sampler.h"

namespace hpsearch::search {

// Suggests scrambled Sobol points until eight trials have ended, then points of the model.
std::unique_ptr<Sampler> make_tpe_sampler(SearchProblem problem);

}  // namespace hpsearch::search
