// Grid search: every combination once (points/grid.h).
#pragma once

#include "search/samplers/sampler.h"

namespace hpsearch::search {

// suggest() throws std::runtime_error once no further point satisfies the constraints.
std::unique_ptr<Sampler> make_grid_sampler(SearchProblem problem);

}  // namespace hpsearch::search
