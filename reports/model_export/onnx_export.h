// A trained model as an ONNX file, its preprocessing included.
//
// Inputs: one (rows, 1) for each input of the plan, a double or a text, in which NaN or an empty
// text is a missing value; or one (rows, columns) called "x" where columns have no names, of
// doubles or bytes. Outputs: "prediction", texts (rows) for classes and doubles (rows, targets) for
// a regression; for classes also "probabilities", floats (rows, classes).
#pragma once

#include <string>

#include "reports/model_export/model_plan.h"

namespace hpsearch::reports {

// The bytes of the file. Throws nn::DataError for weights beyond the 2 GiB that the format holds.
std::string onnx_file(const ModelPlan& plan);

}  // namespace hpsearch::reports
