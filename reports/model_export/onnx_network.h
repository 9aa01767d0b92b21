// The part of an ONNX graph that is the network itself.
#pragma once

#include <string>

#include "reports/model_export/model_plan.h"
#include "reports/model_export/onnx_graph.h"

namespace hpsearch::reports {

// The inputs of the first layer (rows, inputs), of the features `x`, floats (rows, features).
std::string onnx_inputs(OnnxGraph& graph, const ModelPlan& plan, const std::string& x);

// The outputs of the last layer (rows, outputs), floats.
std::string onnx_layers(OnnxGraph& graph, const ModelPlan& plan, const std::string& inputs);

}  // namespace hpsearch::reports
