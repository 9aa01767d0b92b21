// The data of a sweep, read, judged and ready to train on.
#pragma once

#include "nn/data/training_data.h"
#include "runner/sweep_file/sweep_file.h"

namespace hpsearch::runner {

struct LoadedSweep {
  search::SweepSpec spec;  // with what follows from the data
  nn::TrainingData data;
};

// Throws nn::DataError, and SweepFileError for what of the file does not fit its data.
LoadedSweep load_data(const SweepFile& file);

}  // namespace hpsearch::runner
