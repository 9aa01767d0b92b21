// Reads the parameters of many trials.
#pragma once

#include <string_view>

#include "search/space/param_set.h"

namespace hpsearch::reports {

// What search::parse_params_json() reads, many times faster where all values are numbers and no
// name has an escape; other texts are left to that function. Throws what it throws.
search::ParamSet read_params(std::string_view params_json);

}  // namespace hpsearch::reports
