// Records the predictions of a trained network on the rows held out for judging it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "nn/training/prediction_tally.h"
#include "nn/training/trainer.h"
#include "reports/winner/winner_predictions.h"

namespace hpsearch::runner {

// Adds the confusion matrix, or the most frequent confusions where there are too many classes, and
// the number of correct rows. `classes`: their names in the order of the labels.
void add_confusion(reports::WinnerPredictions& predictions,
                   const std::vector<std::string>& classes,
                   const std::vector<nn::ConfusionCount>& counts);

// `predict`: what Trainer::predict() does, or another that predicts rows of this data set.
// Predicts the test rows if there are any, else the validation rows. Leaves `trial` and `epoch` for
// the caller to set, and all of `explanation` but what single predictions are worth. Empty if
// `stop` was requested.
using PredictRows = std::function<bool(std::span<const std::uint32_t> rows,
                                       const nn::Trainer::OutputSink& use,
                                       const std::stop_token& stop)>;
PredictRows predict_by(nn::Trainer& trainer);
std::optional<reports::WinnerPredictions> predict_kept_rows(const PredictRows& predict,
                                                            const nn::TrainingData& data,
                                                            const std::stop_token& stop);
std::optional<reports::WinnerPredictions> predict_kept_rows(nn::Trainer& trainer,
                                                            const nn::TrainingData& data,
                                                            const std::stop_token& stop);

}  // namespace hpsearch::runner
