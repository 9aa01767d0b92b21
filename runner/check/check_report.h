// What `check` says of a sweep's data and network.
#pragma once

#include <string>

#include "nn/data/training_data.h"
#include "search/sweep/sweep_spec.h"

namespace hpsearch::runner {

// Rows, features, parts, classes, and what became of each column of a table.
std::string data_text(const nn::TrainingData& data);

// The network in the middle of the sweep's ranges, layer by layer.
std::string model_text(const search::SweepSpec& spec, const nn::TrainingData& data);

// What a careful person does before a search, in order: the first loss, with regularisation, a few
// rows learnt by heart, a test of learning rates; each passes or gives advice. Of the network in
// the middle of the ranges. Trains for seconds.
std::string sanity_text(const search::SweepSpec& spec, const nn::TrainingData& data);

// Analytic against numerical gradients of that network, a line for each parameter array.
std::string gradients_text(const search::SweepSpec& spec, const nn::TrainingData& data);

}  // namespace hpsearch::runner
