// Completes the parameters of a trial that a person enqueued.
#pragma once

#include <cstdint>

#include "search/sweep/sweep_spec.h"

namespace hpsearch::runner {

// Adds to `given` the active parameters that it lacks, with the values that random search samples
// for the trial of this number. With constraints, uses the first sample that satisfies them
// together with `given`, or the first sample at all if none of 10,000 does. Given parameters that
// turn out inactive are left out.
search::ParamSet complete_params(const search::SweepSpec& spec,
                                 std::uint64_t number,
                                 const search::ParamSet& given);

// The parameters of the enqueued trial `number`: complete_params(), checked. Throws UsageError for
// a given parameter that does not apply, and nn::SettingError for settings that cannot be trained.
search::ParamSet enqueued_params(const search::SweepSpec& spec,
                                 std::uint64_t number,
                                 const search::ParamSet& given);

}  // namespace hpsearch::runner
