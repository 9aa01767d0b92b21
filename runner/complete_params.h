// A trial of which a person has chosen some parameters.
#pragma once

#include <cstdint>

#include "search/sweep_spec.h"

namespace hpsearch::runner {

// `given` and, for each parameter of the space that it lacks, the value that random search draws
// for the trial of this number.
search::ParamSet complete_params(const search::SweepSpec& spec,
                                 std::uint64_t number,
                                 search::ParamSet given);

}  // namespace hpsearch::runner
