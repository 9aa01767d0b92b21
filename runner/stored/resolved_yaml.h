// A sweep file with everything in it that follows from defaults and from the data.
#pragma once

#include <string>

#include "nn/data/training_data.h"
#include "runner/sweep_file/sweep_file.h"

namespace hpsearch::runner {

// The file's tree, in its order, and what it leaves out after what it says. Read again, it is a
// sweep with the same trials and results. `spec`: what resolve() (data_checks.h) made of the file.
std::string resolved_yaml(const SweepFile& file,
                          const search::SweepSpec& spec,
                          const nn::TrainingData& data);

}  // namespace hpsearch::runner
