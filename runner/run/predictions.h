// Records the predictions of a trained network on the rows held out for judging it.
#pragma once

#include <optional>
#include <stop_token>

#include "nn/training/trainer.h"
#include "reports/winner/winner_predictions.h"

namespace hpsearch::runner {

// Predicts the test rows if there are any, else the validation rows. Leaves `trial` and `epoch` for
// the caller to set. Empty if `stop` was requested.
std::optional<reports::WinnerPredictions> predict_kept_rows(nn::Trainer& trainer,
                                                            const nn::TrainingData& data,
                                                            const std::stop_token& stop);

}  // namespace hpsearch::runner
