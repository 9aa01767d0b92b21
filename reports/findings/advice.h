// What to change in the sweep file before the next search, and why.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "nn/training/epoch_record.h"
#include "reports/findings/importance.h"
#include "reports/sweep/sweep_data.h"

namespace hpsearch::reports {

struct Advice {
  std::string kind;  // border, divergence, narrow, no_influence, epochs, overfitting, underfitting,
                     // first_loss, flat_start, few_trials, noise
  std::string parameter;  // of the sweep file; empty where it is about no single one
  std::string text;       // what to do
  std::string evidence;   // the numbers that say so
  std::string yaml;       // the line to write; empty where there is no single one
  // Of noise: what the line stands beside, the best trial's parameters as JSON, and its epochs.
  std::string best_params_json = {};
  int best_epochs = 0;
};

// What is looked at: the sweep, and of its best trial the epochs and the loss before the first.
struct AdviceInput {
  const SweepData& data;
  std::vector<nn::EpochRecord> best_epochs = {};
  std::optional<double> initial_loss = {};
};

AdviceInput read_advice_input(storage::Queries& queries, const SweepData& data);

// The most important first; empty where nothing is complete. Every rule is silent below the number
// of trials at which it would often be wrong:
// - border: as border.h says.
// - divergence: above (or below) some value of a parameter at least 80 % of at least 5 trials have
//   diverged, which are at least 80 % of all diverged ones, and at most 10 % of the others have.
// - narrow: of 40 trials or more, at least 5 best ones lie in a quarter of the range and the
//   parameter decides (p <= 0.05). Five uniform places lie in a quarter by chance in 1.6 %.
// - no_influence: of 40 trials or more, the parameter's importance is below 5 % and no more than
//   chance often gives (p > 0.2).
// - epochs: of the best five, at least three had their best epoch in the last tenth of ten or more.
//   Were it anywhere as likely, that would happen in 0.9 %.
// - overfitting: from its best epoch the validation loss of the best trial has risen by a tenth or
//   more, while its training loss is below half of it.
// - underfitting: training accuracy of the best trial below 0.9, and that of validation within
//   0.02 of it.
// - flat_start: after a fifth of ten epochs or more the best trial's training loss is still within
//   2 % of the loss before the first update.
// - first_loss: before the first update the loss is twice that of guessing or more.
// - few_trials: fewer than ten trials for each parameter that varies (Loeppky, Sacks and Welch
//   2009, "Choosing the sample size of a computer experiment"), once the sweep has ended.
// - noise: the best five lie within two standard errors of an accuracy on so many validation rows.
std::vector<Advice> advice(const AdviceInput& input);

// "narrow learning_rate: ...", the evidence broken to `width` columns, and the line to write,
// whole; at most `most` of them.
std::string advice_text(const std::vector<Advice>& advice, std::size_t most, std::size_t width);

}  // namespace hpsearch::reports
