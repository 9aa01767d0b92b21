// What `check` says about saved states.
#pragma once

#include <string>

#include "nn/data/training_data.h"
#include "search/sweep/sweep_spec.h"

namespace hpsearch::runner {

// How large a checkpoint can become and how much room all of them can take; empty where the sweep
// saves none.
std::string checkpoints_text(const search::SweepSpec& spec, const nn::TrainingData& data);

}  // namespace hpsearch::runner
