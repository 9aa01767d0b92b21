// The built-in trainer of trials: networks by nn::Trainer.
#pragma once

#include <memory>

#include "nn/data/training_data.h"
#include "runner/run/trial_trainer.h"

namespace hpsearch::runner {

// All trials train on `data`, those in folds on data.folds, which must outlive the factory and its
// trainers.
std::unique_ptr<TrialFactory> make_nn_trials(const nn::TrainingData& data);

}  // namespace hpsearch::runner
