// Random search (Bergstra and Bengio 2012): every trial independent of all others.
#pragma once

#include "search/samplers/sampler.h"

namespace hpsearch::search {

std::unique_ptr<Sampler> make_random_sampler(SearchProblem problem);

// Each parameter from a stream of its own, keyed by its name: a parameter that is added to a sweep
// leaves the draws of the others as they are. `draw`: see Known::draw.
// Those that are not active are absent.
ParamSet draw_params(const Space& space,
                     std::uint64_t sweep_seed,
                     std::uint64_t position,
                     std::uint32_t draw = 0);

// The same with those that are not active.
ParamSet draw_all_params(const Space& space,
                         std::uint64_t sweep_seed,
                         std::uint64_t position,
                         std::uint32_t draw = 0);

}  // namespace hpsearch::search
