// Recommends changes to the sweep file for the next search, with the evidence for each.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "nn/training/epoch_record.h"
#include "reports/findings/border.h"
#include "reports/findings/importance.h"
#include "reports/findings/pruning_gain.h"
#include "reports/sweep/sweep_data.h"

namespace hpsearch::reports {

struct Advice {
  std::string kind;  // border, divergence, narrow, no_influence, epochs, overfitting, underfitting,
                     // first_loss, flat_start, few_trials, noise, pruning
  std::string parameter;  // as in the sweep file; empty if it concerns no single one
  std::string text;       // the recommendation
  std::string evidence;   // the numbers behind it
  std::string yaml;       // the line to write; empty if there is no single one
  // For kind noise: the best trial's parameters as JSON and its epochs, which belong beside the
  // line.
  std::string best_params_json = {};
  int best_epochs = 0;

  bool operator==(const Advice&) const = default;
};

// What the rules look at: the sweep and, for its best trial, the border warnings, the epochs and
// the initial loss; of a trial in folds their means.
struct AdviceInput {
  const SweepData& data;
  std::vector<nn::EpochRecord> best_epochs = {};
  std::optional<double> initial_loss = {};
  std::vector<BorderWarning> borders = {};
  std::vector<double> best_folds = {};  // the values of the best trial's folds; empty without
  bool averages_trials = false;         // the sweep ended in a mean of several trials
  // Of trials in folds: the trainings of the best ones, by rank.
  std::vector<std::vector<storage::ReplicateRow>> trainings = {};
  const RankedImportance* importance = nullptr;  // null: computed where a rule needs it
  std::optional<PruningGain> pruning = {};       // what successive halving would have saved
};

AdviceInput read_advice_input(storage::Queries& queries, const SweepData& data);

// Recommendations, most important first, at most one per parameter; if no trial is complete, only
// about divergence.
// Each rule needs enough trials that it is rarely wrong:
// - border: see border.h.
// - divergence: beyond some value of a parameter, at least 80 % of at least 5 trials diverged. They
//   make up at least 80 % of all diverged trials, and at most 10 % of the others diverged.
//   Where at least 80 % of all trials and at least 5 diverged and that finds nothing: the parameter
//   that separates the diverged trials from the others, if chance would do so rarely (p <= 0.05
//   over all parameters and both directions). Otherwise learning_rate, if no trial with a lower one
//   diverged than the lowest that did and that one is above 1e-4; or else no parameter, but a
//   pointer to the range test of `check --sanity`.
// - narrow: with at least 40 trials, the best ones (at least 5) lie in a quarter of the range, and
//   the parameter is important (p <= 0.05). Five uniform draws fall into some quarter with
//   probability 1.6 %.
// - no_influence: with at least 40 trials, the parameter's importance is below 5 % and no larger
//   than chance often gives (p > 0.2).
// - epochs: at least three of the best five trials had their best epoch in the last tenth of ten or
//   more; of a trial in folds, most of its folds. For a uniformly distributed best epoch the
//   probability is 0.9 %. Not where the best trial's learning rate ended below a tenth of its
//   highest: a schedule that anneals makes the last epoch the best one however long it is.
// - overfitting: the best trial's validation loss rose by a tenth or more after its minimum, and
//   the final training loss is below half of the final validation loss.
// - underfitting: the best trial's training accuracy is below 0.9, and its validation accuracy
//   within 0.02 of that.
// - flat_start: after a fifth of ten epochs or more, the best trial's training loss is still within
//   2 % of the loss before the first update.
// - first_loss: before the first update the loss is at least twice that of guessing.
// - few_trials: the sweep has ended with fewer than ten trials per parameter that varies (Loeppky,
//   Sacks and Welch 2009, "Choosing the sample size of a computer experiment").
// - noise: the best five lie within two standard errors of an accuracy on the validation rows; of
//   trials in folds, within two standard errors of the best one's mean over its folds, whatever the
//   metric.
// - pruning: successive halving would have left out 30 % of the epochs or more and kept the best
//   trial (pruning_gain.h).
std::vector<Advice> advice(const AdviceInput& input);

// The first `most` items as text, "advice: narrow learning_rate: ...", wrapped to `width` columns.
// Lines of YAML stay whole, so that they can be copied.
std::string advice_text(const std::vector<Advice>& advice, std::size_t most, std::size_t width);

}  // namespace hpsearch::reports
