#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "reports/findings/advice_rules.h"
#include "reports/findings/noise.h"
#include "reports/text/numbers.h"

namespace hpsearch::reports {
namespace {

bool searched(const SweepData& data, const char* name) {
  return std::any_of(data.parameters.begin(), data.parameters.end(),
                     [&](const SearchedParameter& p) { return p.name == name; });
}

// A trial of several trainings has no best epoch of its own.
bool has_repeats(const SweepData& data) {
  return !data.ranked.empty() && !data.trials[data.ranked[0]].row.best_epoch;
}

void advise_overfitting(const AdviceInput& input, std::vector<Advice>& result) {
  const auto& epochs = input.best_epochs;
  auto lowest = epochs.begin();
  for (auto epoch = epochs.begin(); epoch != epochs.end(); ++epoch) {
    if (std::isfinite(epoch->val_loss) && !(lowest->val_loss <= epoch->val_loss)) {
      lowest = epoch;
    }
  }
  const nn::EpochRecord& last = epochs.back();
  if (!std::isfinite(lowest->val_loss) || lowest->val_loss <= 0.0 ||
      !(last.val_loss >= 1.1 * lowest->val_loss) || !(last.train_loss < 0.5 * last.val_loss)) {
    return;
  }
  const bool dropout = searched(input.data, "dropout");
  if (dropout && (searched(input.data, "l2") || searched(input.data, "weight_decay"))) {
    return;  // both are already being searched, and this is the result
  }
  const char* parameter = dropout ? "l2" : "dropout";
  result.push_back(
      {"overfitting", parameter, fmt::format("search over {}", parameter),
       fmt::format("the best trial's validation loss rose from {} at epoch {} to {} at "
                   "epoch {}, while its training loss is only {}",
                   short_number(lowest->val_loss), lowest->epoch, short_number(last.val_loss),
                   last.epoch, short_number(last.train_loss)),
       dropout ? "l2: {min: 1e-06, max: 0.01, scale: log}" : "dropout: {min: 0.0, max: 0.6}"});
}

// The best trial learned nothing for a fifth of its epochs: signals or gradients vanish between the
// layers, as in deep sigmoid networks, or the steps are too small.
void advise_flat_start(const AdviceInput& input, std::vector<Advice>& result) {
  constexpr double kMoved = 0.98;  // share of the loss before the first update
  const std::size_t first = std::max<std::size_t>(2, input.best_epochs.size() / 5);
  if (!input.initial_loss || *input.initial_loss <= 0.0 || input.best_epochs.size() < 2 * first ||
      searched(input.data, "batch_norm")) {
    return;
  }
  const nn::EpochRecord& then = input.best_epochs[first - 1];
  if (then.train_loss > kMoved * *input.initial_loss &&
      then.train_loss <= 1.1 * *input.initial_loss) {
    result.push_back(
        {"flat_start", "batch_norm",
         "use batch normalisation, or another weight initialisation (init)",
         fmt::format("the best trial starts with a loss of {}, and at epoch {} it is still {}",
                     short_number(*input.initial_loss), then.epoch, short_number(then.train_loss)),
         "batch_norm: {values: [false, true]}"});
  }
}

// How many trials rank by their score: those that violate constraints less or more do not.
std::size_t rivals(const SweepData& data) {
  const auto end = std::find_if(data.ranked.begin(), data.ranked.end(), [&](std::size_t i) {
    return data.trials[i].row.violation != data.trials[data.ranked.front()].row.violation;
  });
  return static_cast<std::size_t>(end - data.ranked.begin());
}

// The number of different trials, without conditions and constraints; the largest number if there
// is no end of them.
std::size_t most_trials(const SweepData& data) {
  double most = 1.0;
  for (const SearchedParameter& parameter : data.parameters) {
    most *= !parameter.numeric ? static_cast<double>(parameter.choices.size())
            : parameter.step > 0.0
                ? std::floor((parameter.high - parameter.low) / parameter.step) + 1
                : 1e18;
  }
  return most < 1e9 ? static_cast<std::size_t>(most) : static_cast<std::size_t>(1e9);
}

// Did the learning rate end far below its highest? Then the last epochs gain most by that, and more
// of them would gain it later.
bool is_annealed(const std::vector<nn::EpochRecord>& epochs) {
  constexpr double kAnnealed = 0.1;
  double highest = 0.0;
  for (const nn::EpochRecord& epoch : epochs) {
    highest = std::fmax(highest, epoch.learning_rate);
  }
  return !epochs.empty() && epochs.back().learning_rate < kAnnealed * highest;
}

// Did a training of so many epochs have its best one at the end?
bool is_late(std::optional<int> best_epoch, int epochs_done, int epochs) {
  return best_epoch && epochs >= 10 && epochs_done == epochs && *best_epoch * 10 > epochs * 9;
}

// Of a trial in folds: did most of them?
bool is_late(const storage::TrialRow& trial, const std::vector<storage::ReplicateRow>& folds) {
  if (folds.empty()) {
    return is_late(trial.best_epoch, trial.epochs_done, trial.epochs);
  }
  const int epochs = trial.epochs / static_cast<int>(folds.size());
  const auto late = std::count_if(folds.begin(), folds.end(), [&](const auto& fold) {
    return is_late(fold.best_epoch, fold.epochs_done, epochs);
  });
  return 2 * static_cast<std::size_t>(late) > folds.size();
}

}  // namespace

void advise_epochs(const AdviceInput& input, std::vector<Advice>& result) {
  const SweepData& data = input.data;
  if (data.ranked.size() < kBest || searched(data, "epochs") || is_annealed(input.best_epochs)) {
    return;
  }
  std::size_t late = 0;
  int epochs = 0;
  for (std::size_t i = 0; i < kBest; ++i) {
    const storage::TrialRow& row = data.trials[data.ranked[i]].row;
    const auto folds =
        i < input.trainings.size() ? input.trainings[i] : std::vector<storage::ReplicateRow>();
    if (is_late(row, folds)) {
      ++late;
      epochs = std::max(epochs, row.epochs / std::max(1, static_cast<int>(folds.size())));
    }
  }
  if (late >= 3) {
    result.push_back({"epochs", "epochs", "train longer",
                      fmt::format("{} of the best {} trials had their best epoch in the last tenth "
                                  "of {} epochs",
                                  late, kBest, epochs),
                      fmt::format("training: {{epochs: {}}}", 2 * epochs)});
  }
}

void advise_fit(const AdviceInput& input, std::vector<Advice>& result) {
  const SweepData& data = input.data;
  if (input.best_epochs.size() >= 5) {
    advise_overfitting(input, result);
    const nn::EpochRecord& last = input.best_epochs.back();
    if (last.train_accuracy < 0.9 && std::abs(last.train_accuracy - last.val_accuracy) <= 0.02) {
      // Recommend more epochs only once, and only if the sweep file's epochs would take effect.
      const bool longer = searched(data, "epochs") ||
                          std::any_of(result.begin(), result.end(),
                                      [](const Advice& one) { return one.kind == "epochs"; });
      result.push_back(
          {"underfitting", "", "use a larger network or more epochs",
           fmt::format("the best trial ends with a training accuracy of {} and a "
                       "validation accuracy of {}: it does not even fit its training "
                       "rows, or they cannot be fitted any better",
                       short_number(last.train_accuracy), short_number(last.val_accuracy)),
           longer ? "" : fmt::format("training: {{epochs: {}}}", 2 * input.best_epochs.size())});
    }
    advise_flat_start(input, result);
  }
  const auto json = nn::parse_json(data.sweep.data_json);
  const int classes =
      json.is_object() && json.contains("classes") && json["classes"].is_number_integer()
          ? json["classes"].get<int>()
          : 0;
  if (classes >= 2 && input.initial_loss) {
    // The cross-entropy of a uniform guess is ln(classes).
    const double guessing = std::log(static_cast<double>(classes));
    if (*input.initial_loss >= 2.0 * guessing) {
      result.push_back({"first_loss", "gain", "use smaller initial weights",
                        fmt::format("the best trial starts with a loss of {}; guessing would give "
                                    "{}",
                                    short_number(*input.initial_loss), short_number(guessing)),
                        "gain: {min: 0.1, max: 1.0, scale: log}"});
    }
  }
}

void advise_effort(const SweepData& data, std::vector<Advice>& result) {
  // Loeppky, Sacks and Welch: ten points per dimension.
  const std::size_t needed = std::min(10 * data.parameters.size(), most_trials(data));
  std::size_t ended = 0;
  for (const TrialData& trial : data.trials) {
    ended += search::is_finished(trial.row.state) ? 1U : 0U;
  }
  if (data.sweep.state == storage::SweepState::kComplete && data.sweep.method != "grid" &&
      ended < needed &&
      data.sweep.stop_reason.value_or(storage::StopReason::kRunCap) ==
          storage::StopReason::kRunCap) {
    result.push_back(
        {"few_trials", "", "run more trials",
         fmt::format("{} trial{} for {} parameter{}; about ten per parameter are needed", ended,
                     ended == 1 ? "" : "s", data.parameters.size(),
                     data.parameters.size() == 1 ? "" : "s"),
         fmt::format("run_cap: {}", needed)});
  }
  const auto rows = validation_rows(data.sweep.data_json);
  if (folds_of(data.sweep.data_json) == 0 && !has_repeats(data) &&
      data.sweep.metric == "val_accuracy" && rows && *rows > 0 && rivals(data) >= 2 * kBest) {
    const double best = *data.trials[data.ranked[0]].row.value;
    // Differences within two standard errors cannot rank the five.
    const double fifth = *data.trials[data.ranked[kBest - 1]].row.value;
    const double error = accuracy_error(best, *rows);
    if (best - fifth < 2.0 * error) {
      result.push_back({"noise", "",
                        "repeat the best trials with other seeds (add the line and run the file "
                        "again), or use a "
                        "larger validation set",
                        fmt::format("the best five trials lie within {} of each other, but two "
                                    "standard errors on {} validation rows are {}",
                                    short_number(best - fifth), *rows, short_number(2.0 * error)),
                        searched(data, "seed") ? "" : "repeats: {seeds: 5, top: 5}",
                        data.trials[data.ranked[0]].row.params_json,
                        data.trials[data.ranked[0]].row.epochs});
    }
  }
}

void advise_folds(const AdviceInput& input, std::vector<Advice>& result) {
  const SweepData& data = input.data;
  if (input.best_folds.size() < 2 || rivals(data) < 2 * kBest || input.averages_trials) {
    return;
  }
  const double best = *data.trials[data.ranked[0]].row.value;
  const double apart = std::abs(best - *data.trials[data.ranked[kBest - 1]].row.value);
  const Noise noise = noise_of_folds(input.best_folds);
  if (apart < 2.0 * noise.deviation) {
    result.push_back(
        {"noise", "", "average the best trials instead of taking one",
         fmt::format("the best five trials lie within {} of each other, but two "
                     "standard errors over {} folds are {}",
                     short_number(apart), noise.rows, short_number(2.0 * noise.deviation)),
         ""});
  }
}

// "epoch 1", "epochs 1, 3 and 9"; at least one.
std::string epochs_text(std::span<const int> epochs) {
  const std::string last = fmt::to_string(epochs.back());
  return epochs.size() == 1 ? "epoch " + last
                            : fmt::format("epochs {} and {}",
                                          fmt::join(epochs.first(epochs.size() - 1), ", "), last);
}

// Recommends the pruner that did best in `./dev bench budget`, with what it would have saved here.
void advise_pruning(const AdviceInput& input, std::vector<Advice>& result) {
  constexpr double kLeastSaved = 0.3;
  const auto& gain = input.pruning;
  if (!gain || !gain->keeps_best || gain->saved < kLeastSaved) {
    return;
  }
  result.push_back(
      {"pruning", "", "end trials that do badly before their last epoch",
       fmt::format("if one in {} went on after {}, the same trials would take "
                   "about {:.0f} % of the epochs, and the best one would still be found",
                   gain->eta, epochs_text(gain->rungs), 100.0 * (1.0 - gain->saved)),
       "early_terminate: {type: asha, mode: promote}"});
}

}  // namespace hpsearch::reports
