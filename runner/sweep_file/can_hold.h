// Can a condition hold in any trial of a sweep?
#pragma once

#include <set>
#include <string>

#include "search/space/expression.h"
#include "search/sweep/sweep_spec.h"

namespace hpsearch::runner {

// False if the condition holds for no values of the sweep's parameters. Names in `idle` are of
// parameters that no trial has. Fixed values and short lists are gone through; of a range some
// values are tried, and where these leave it open the answer is true, unless the condition needs a
// parameter in `idle`.
bool can_hold(const search::SweepSpec& spec,
              const search::Expression& condition,
              const std::set<std::string>& idle);

}  // namespace hpsearch::runner
