// Search by CMA-ES (search/cma_search.h).
#pragma once

#include "search/samplers/sampler.h"

namespace hpsearch::search {

// From the middle of the ranges on. Categories are drawn by how often the better trials had them.
std::unique_ptr<Sampler> make_cmaes_sampler(SearchProblem problem);

}  // namespace hpsearch::search
