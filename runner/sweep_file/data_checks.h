// What of a sweep file can be judged only once its data is known, and where it is about to be
// trained.
#pragma once

#include "nn/data/dataset.h"
#include "nn/data/training_data.h"
#include "runner/sweep_file/sweep_file.h"
#include "search/sweep/sweep_spec.h"

namespace hpsearch::runner {

// The file's spec with what follows from the data: a metric where the file names none. Throws
// SweepFileError with every mistake that shows only now: a metric that is not measured on such
// data, class weights that do not fit its classes, a target that cannot be standardised.
search::SweepSpec resolve(const SweepFile& file, const nn::Dataset& dataset);

// Throws SweepFileError where a stage would have no trial: for sweeps that are about to begin.
void require_trials_in_stages(const SweepFile& file, const search::SweepSpec& spec);

// Throws SweepFileError where the file's metric is undefined for the validation part whatever is
// trained: val_auc over rows of one class, val_r2 over equal targets.
void check_validation(const SweepFile& file,
                      const search::SweepSpec& spec,
                      const nn::TrainingData& data);

}  // namespace hpsearch::runner
