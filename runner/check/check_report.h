// The parts of the report of `check` about data and network.
#pragma once

#include <string>

#include "nn/data/training_data.h"
#include "search/sweep/sweep_spec.h"

namespace hpsearch::runner {

// Rows, features, parts, classes, and how each column of a table is used.
std::string data_text(const nn::TrainingData& data);

// The network in the middle of the ranges, layer by layer, with its memory.
std::string model_text(const search::SweepSpec& spec, const nn::TrainingData& data);

}  // namespace hpsearch::runner
