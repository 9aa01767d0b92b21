// The metadata of a weights file, which make it usable without the database.
#pragma once

#include <string>

#include "nn/data/training_data.h"
#include "nn/files/safetensors.h"
#include "runner/run/trial_job.h"
#include "search/sweep/sweep_spec.h"
#include "storage/queries.h"
#include "storage/records.h"

namespace hpsearch::runner {

// All settings of model and training, including defaults, as a JSON object.
std::string settings_json(const nn::SettingMap& settings);

// All values are strings; numbers have the shortest form that reads back exactly:
//   tool, layout          "hpsearch 0.1.0"; the layout of the tensors
//   sweep, trial, epoch   the origin of the weights; the epoch is the best one
//   seed                  the trial's random seed
//   metric, value         what the sweep optimised, and the trial's value
//   settings              JSON: all settings of model and training, including defaults
//   task, preprocess      "classification", "unit"
//   whiten_epsilon        with "pca_whiten"
//   image                 JSON, if the features are pixels: [height,width], row by row
//   classes               JSON, for classes: their names in the order of the outputs
//   target                for a regression: the target column, if columns have names
//   target_mean, target_deviation   for a regression: target = output * deviation + mean
// With several targets these three are JSON lists, in the order of the outputs.
nn::TensorMetadata weights_metadata(const storage::SweepRow& sweep,
                                    const storage::LeaderboardRow& winner,
                                    const TrialTask& task,
                                    const search::SweepSpec& spec,
                                    const nn::TrainingData& data);

}  // namespace hpsearch::runner
