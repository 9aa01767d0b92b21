// What puts a winner's figures into proportion: simpler answers, and the columns it depends on.
#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "nn/model/trained_model.h"
#include "nn/training/trainer.h"
#include "reports/winner/explanation.h"

namespace hpsearch::runner {

// "the most frequent class, 3"; "the mean, 22.53"; "the means".
std::string trivial_answer(const nn::ModelTarget& target);

// Adds the baselines on the validation and test rows, and the importance of the columns by `metric`
// on validation rows. `judge` has the weights of `model`. Empty if `stop` came first.
std::optional<reports::Explanation> explain_winner(nn::Trainer& judge,
                                                   const nn::TrainedModel& model,
                                                   const nn::TrainingData& data,
                                                   const std::string& metric,
                                                   const std::stop_token& stop);

}  // namespace hpsearch::runner
