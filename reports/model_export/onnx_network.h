// The part of an ONNX graph that is a network itself.
#pragma once

#include <string>

#include "reports/model_export/model_plan.h"
#include "reports/model_export/onnx_graph.h"

namespace hpsearch::reports {

// The outputs of the last layer (rows, outputs), floats, of the features `x`, floats (rows,
// features). `prefix`: of the names of its weights.
std::string onnx_network(OnnxGraph& graph,
                         const PlanNetwork& network,
                         const std::string& prefix,
                         const std::string& x);

}  // namespace hpsearch::reports
