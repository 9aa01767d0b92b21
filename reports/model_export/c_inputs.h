// How an exported C file makes what its networks read of a row's features.
#pragma once

#include <string>

#include "reports/model_export/model_plan.h"

namespace hpsearch::reports {

// Arrays and functions, then `static void prepare(double *x, double *z)`, which turns the unscaled
// features x into those that networks read; z has room for as many. It needs FEATURES.
std::string c_inputs(const ModelPlan& plan);

}  // namespace hpsearch::reports
