// A trial of which a person has chosen some parameters.
#pragma once

#include <cstdint>

#include "search/sweep/sweep_spec.h"

namespace hpsearch::runner {

// `given` and, for each active parameter of the space that it lacks, the value that random search
// draws for the trial of this number. With constraints, of its first draw that satisfies them
// beside what is given; where there is none, of its first draw. Given parameters that are not
// active with the rest are left out.
search::ParamSet complete_params(const search::SweepSpec& spec,
                                 std::uint64_t number,
                                 const search::ParamSet& given);

}  // namespace hpsearch::runner
