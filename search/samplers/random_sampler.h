// Random search (Bergstra and Bengio 2012): trials are independent draws.
#pragma once

#include "search/samplers/sampler.h"

namespace hpsearch::search {

std::unique_ptr<Sampler> make_random_sampler(SearchProblem problem);

// Draws each parameter from a stream of its own, keyed by its name, so adding a parameter leaves
// the draws of the others unchanged. `draw`: see Known::draw. Inactive parameters are absent.
ParamSet draw_params(const Space& space,
                     std::uint64_t sweep_seed,
                     std::uint64_t position,
                     std::uint32_t draw = 0);

// The same, including inactive parameters.
ParamSet draw_all_params(const Space& space,
                         std::uint64_t sweep_seed,
                         std::uint64_t position,
                         std::uint32_t draw = 0);

}  // namespace hpsearch::search
