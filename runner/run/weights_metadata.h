// What a file of weights says of itself, so that it can be used without the database.
#pragma once

#include "nn/data/training_data.h"
#include "nn/files/safetensors.h"
#include "runner/run/trial_job.h"
#include "search/sweep/sweep_spec.h"
#include "storage/queries.h"
#include "storage/records.h"

namespace hpsearch::runner {

// All values are texts, numbers in their shortest form that reads back to the same:
//   tool, layout          "hpsearch 0.1.0"; how the tensors are to be read
//   sweep, trial, epoch   where the weights come from; the best epoch
//   seed                  of the trial's random numbers
//   metric, value         what the sweep optimised, and what they reach
//   settings              JSON: all settings of model and training, defaults too
//   task, preprocess      "classification", "unit"
//   whiten_epsilon        with "pca_whiten"
//   image                 JSON, where the features are pixels: [height,width], row by row
//   classes               JSON, of classes: their names in the order of the outputs
//   target                of a regression, its column, if columns have names
//   target_mean, target_deviation   of a regression: its own unit is output * deviation + mean
// Of several targets these three are JSON lists, in the order of the outputs.
nn::TensorMetadata weights_metadata(const storage::SweepRow& sweep,
                                    const storage::LeaderboardRow& winner,
                                    const TrialTask& task,
                                    const search::SweepSpec& spec,
                                    const nn::TrainingData& data);

}  // namespace hpsearch::runner
