// The data of a sweep, read, judged and ready to train on.
#pragma once

#include <functional>

#include "nn/data/training_data.h"
#include "runner/sweep_file/sweep_file.h"

namespace hpsearch::runner {

struct LoadedSweep {
  search::SweepSpec spec;  // with what follows from the data
  nn::TrainingData data;
};

// Where the message about a column that the table lacks points: at the key of the sweep file, or at
// the table alone, for sweeps that no file holds yet.
enum class ColumnErrors { kAtTheirKey, kAtTheTable };

// Of a sweep over a program `data` is empty, without a data set: the program has its own. Throws
// nn::DataError, and SweepFileError for what of the file does not fit its data. With
// kAtTheTable, nn::UnknownColumn passes through.
LoadedSweep load_data(const SweepFile& file, ColumnErrors errors = ColumnErrors::kAtTheirKey);

// Reads the same data again, in so many folds.
std::function<nn::TrainingData(int folds)> load_folds_of(const SweepFile& file);

}  // namespace hpsearch::runner
