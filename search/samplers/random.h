// Random search (Bergstra and Bengio 2012, "Random search for hyper-parameter optimization").
#pragma once

#include <cstdint>
#include <memory>

#include "search/sampler.h"

namespace hpsearch::search {

// Each parameter has its own random stream, keyed by its name: adding a parameter to a sweep leaves
// the draws of the others as they are.
std::unique_ptr<Sampler> make_random_sampler(Space space, std::uint64_t sweep_seed);

}  // namespace hpsearch::search
