// How an exported C file makes the inputs of the first layer of its features.
#pragma once

#include <string>

#include "reports/model_export/model_plan.h"

namespace hpsearch::reports {

// Arrays and functions, then `static const double *run(double *x, double *z)`, which takes unscaled
// features through all layers. It needs FEATURES, Layer, layers and run_layer.
std::string c_inputs(const ModelPlan& plan);

// Of a row, the most numbers that run() keeps in one array.
std::size_t c_widest(const ModelPlan& plan);

}  // namespace hpsearch::reports
