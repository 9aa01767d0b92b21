// Trained networks of a sweep, one by one and as a mean.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "nn/data/training_data.h"
#include "nn/model/mean_prediction.h"
#include "nn/model/trained_model.h"
#include "nn/training/trainer.h"
#include "runner/run/trial_trainer.h"

namespace hpsearch::runner {

// A network, and where it comes from. `data` must outlive it.
struct Network {
  std::int64_t trial_id = 0;
  TrialTask task;  // of its fold
  int epoch = 0;   // of the weights
  nn::WeightSet weights;
  const nn::TrainingData* data = nullptr;  // that it was trained on
};

// A network that only evaluates. Null where these are not weights of a network with the task's
// settings.
std::unique_ptr<nn::Trainer> make_judge(const TrialTask& task,
                                        const nn::TrainingData& data,
                                        const nn::WeightSet& weights,
                                        const std::stop_token& stop);

// Trains up to this epoch and takes the weights. Compares each epoch with those that task.stored
// has, and throws NotReproducible. Empty if `stop` came first; no tensors if the training diverged.
std::optional<nn::WeightSet> train_up_to(TrialFactory& trials,
                                         TrialTask task,
                                         int epoch,
                                         const std::stop_token& stop);

// Runs the jobs on so many threads, and waits. Throws the first error, by the order of the jobs.
void run_at_once(int workers, const std::vector<std::function<void()>>& jobs);

// The metrics that are defined, with their names: "<prefix>loss", "<prefix>accuracy", ...
std::vector<std::pair<std::string, double>> named_metrics(const nn::Evaluation& evaluation,
                                                          const std::string& prefix);

// Predictions (read_outputs()) of these rows of the network's data set; shape (rows,
// prediction_width()). Empty if `stop` came first, or where the weights do not fit.
std::optional<std::vector<double>> predict_rows(const Network& network,
                                                std::span<const std::uint32_t> rows,
                                                const std::stop_token& stop);

// What the rows of a data set are, as numbers in the targets' units or classes.
nn::Evaluation evaluate_mean(const nn::TrainedModel& model,
                             const nn::Dataset& dataset,
                             std::span<const std::uint32_t> rows,
                             const nn::MeanPrediction& mean);

// Row numbers outside the test part.
std::vector<std::uint32_t> pool_of(const nn::TrainingData& data);

// The rows that judge: the validation part, or those of all folds together.
std::vector<std::uint32_t> judging_rows(const nn::TrainingData& data);

// The data with all rows outside the test part to train on; of folds, on the scale of the first.
nn::TrainingData pooled(const nn::TrainingData& data);

// One model of all of them, whose data share one data set with `data`; `shares` (networks) add up
// to
// 1. Throws SettingError, and std::runtime_error for a network without weights.
nn::TrainedModel model_of_networks(const std::vector<Network>& networks,
                                   const std::vector<double>& shares,
                                   const nn::TrainingData& data);

}  // namespace hpsearch::runner
