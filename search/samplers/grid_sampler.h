// Grid search: every combination once.
#pragma once

#include "search/samplers/sampler.h"

namespace hpsearch::search {

std::unique_ptr<Sampler> make_grid_sampler(SearchProblem problem);

}  // namespace hpsearch::search
