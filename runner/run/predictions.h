// What a trained network says of the rows that judge it, for the record of its sweep.
#pragma once

#include <optional>
#include <stop_token>

#include "nn/training/trainer.h"
#include "reports/winner/winner_predictions.h"

namespace hpsearch::runner {

// Of the test rows where there are any, else of the validation rows. `trial` and `epoch` are left
// to the caller. Empty if `stop` came first.
std::optional<reports::WinnerPredictions> predict_kept_rows(nn::Trainer& trainer,
                                                            const nn::TrainingData& data,
                                                            const std::stop_token& stop);

}  // namespace hpsearch::runner
