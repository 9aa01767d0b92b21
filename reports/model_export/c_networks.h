// The networks of an exported C file.
#pragma once

#include <string>

#include "reports/model_export/model_plan.h"

namespace hpsearch::reports {

// Arrays and functions, then `static void answer(double *x, double *outputs)`, which takes the
// unscaled features of a row through all networks; x has room for 3 * WIDEST numbers. It needs
// FEATURES, OUTPUTS, predict_outputs and prepare() of c_inputs.h.
std::string c_networks(const ModelPlan& plan);

}  // namespace hpsearch::reports
