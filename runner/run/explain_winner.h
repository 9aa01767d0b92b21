// What puts a winner's figures into proportion: simpler answers, and the columns it depends on.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "nn/model/trained_model.h"
#include "nn/training/trainer.h"
#include "reports/winner/explanation.h"
#include "runner/console/line_printer.h"

namespace hpsearch::runner {

// "always answering '3'"; "the mean, 22.53"; "the means".
std::string trivial_answer(const nn::ModelTarget& target);

// Adds the baselines on the validation and test rows, and the importance of the columns by `metric`
// on validation rows. `judge` has the weights of `model`. Empty if `stop` came first.
std::optional<reports::Explanation> explain_winner(nn::Trainer& judge,
                                                   const nn::TrainedModel& model,
                                                   const nn::TrainingData& data,
                                                   const std::string& metric,
                                                   const std::stop_token& stop);

// The same for a mean of networks, whose `test` metrics are known: the baselines of the test rows
// alone, and the importance of columns on them, else on validation rows. `model` has the networks
// before any refit.
std::optional<reports::Explanation> explain_ensemble(const nn::TrainedModel& model,
                                                     const nn::TrainingData& data,
                                                     const std::optional<nn::Evaluation>& test,
                                                     const std::string& metric,
                                                     const std::stop_token& stop);

// A winner needs neither a linear model nor an explanation: where there is no memory for them, it
// goes without, and the printer says why.
void fit_baseline(nn::TrainedModel& model, const nn::TrainingData& data, LinePrinter& printer);
std::optional<reports::Explanation> explain_or_say(
    const std::function<std::optional<reports::Explanation>()>& explain, LinePrinter& printer);

}  // namespace hpsearch::runner
