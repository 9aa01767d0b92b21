// What the network of a trial reads of its data.
#pragma once

#include "nn/data/training_data.h"
#include "nn/network/network_inputs.h"
#include "nn/settings/settings.h"

namespace hpsearch::nn {

// The columns of the data and, with an embedding, which of them have one: those that are numbers,
// which are all columns but the flags and levels of a table, and of whitened data all. The edges of
// bins depend on the training rows alone, and a column with one value in all of these has no bins.
NetworkInputs network_inputs(const Settings& settings, const TrainingData& data);

}  // namespace hpsearch::nn
