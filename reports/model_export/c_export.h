// A trained model as one C99 file without dependencies: its weights, and a function that predicts
// from the texts of a row's cells as a table has them.
#pragma once

#include <string>
#include <string_view>

#include "reports/model_export/model_plan.h"

namespace hpsearch::reports {

// How files begin.
inline constexpr std::string_view kCNetwork = "/* A trained network with its preprocessing";
inline constexpr std::string_view kCMean = "/* Trained networks with their preprocessing";

// The text of the file. Its first comment says what it declares and how to call it. Throws
// nn::DataError for weights that are not finite.
std::string c_file(const ModelPlan& plan);

}  // namespace hpsearch::reports
