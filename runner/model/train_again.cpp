#include "runner/model/train_again.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "nn/training/trainer.h"
#include "reports/sweep/stored_content.h"
#include "runner/console/usage_error.h"
#include "runner/run/environment.h"
#include "runner/run/explain_winner.h"
#include "runner/run/launch.h"
#include "runner/run/networks.h"
#include "runner/run/nn_trials.h"
#include "runner/run/run_event.h"
#include "runner/run/trial_folds.h"
#include "runner/run/weights_metadata.h"
#include "runner/stored/best_yaml.h"
#include "runner/stored/sweep_identity.h"
#include "runner/sweep_file/load_data.h"
#include "runner/sweep_file/sweep_file.h"

namespace hpsearch::runner {
namespace {

storage::LeaderboardRow as_ranked(const storage::TrialRow& trial) {
  return {.trial = trial.number,
          .trial_id = trial.trial_id,
          .value = trial.value.value_or(0.0),
          .best_epoch = trial.best_epoch.value_or(0),
          .epochs_done = trial.epochs_done,
          .stage = trial.stage,
          .seed = trial.seed,
          .params_json = trial.params_json};
}

// The sweep of this trial alone, whose settings are fixed.
SweepFile sweep_of_trial(const storage::SweepRow& sweep, const storage::LeaderboardRow& trial) {
  SweepFile file;
  file.source = {fmt::format("trial {} of sweep '{}'", trial.trial, sweep.name),
                 best_yaml(sweep, trial)};
  std::vector<Diagnostic> diagnostics;
  auto tree = parse_yaml(file.source, diagnostics);
  auto spec = tree ? read_sweep(*tree, "trial", {}, diagnostics) : std::nullopt;
  if (!spec) {
    refuse(file.source, diagnostics);
  }
  file.config_yaml = file.source.text;
  file.tree = *std::move(tree);
  file.spec = *std::move(spec);
  return file;
}

// The weights of the best epoch of a network that is trained up to it. Epochs that are stored are
// compared with it unless they are forgotten.
nn::TrainedModel train(const TrialTask& task, int best_epoch, const nn::TrainingData& data) {
  const auto weights = train_up_to(*make_nn_trials(data), task, best_epoch, {});
  const auto judge = make_judge(task, data, weights.value(), {});
  if (judge == nullptr) {
    throw std::runtime_error(fmt::format("trial {} diverges before its best epoch", task.number));
  }
  return nn::model_of(judge->network(), nn::make_settings(task.settings), data);
}

// The same for each fold: the mean of their networks.
nn::TrainedModel train_folds(storage::Queries& queries,
                             const TrialTask& trial,
                             std::int64_t trial_id,
                             const nn::TrainingData& data,
                             bool compare) {
  const auto trials = make_nn_trials(data);
  std::vector<Network> networks;
  for (StoredTraining& training : stored_trainings(queries, trial_id)) {
    const int fold = training.row.replicate;
    Network network{trial_id,
                    fold_task(trial, fold),
                    training.row.best_epoch.value_or(0),
                    {},
                    data.folds.at(static_cast<std::size_t>(fold)).get()};
    network.task.stored = compare ? std::move(training.epochs) : std::vector<nn::EpochRecord>();
    network.weights = train_up_to(*trials, network.task, network.epoch, {}).value();
    networks.push_back(std::move(network));
  }
  const std::vector<double> shares(networks.size(), 1.0 / static_cast<double>(networks.size()));
  nn::TrainedModel model = model_of_networks(networks, shares, data);
  model.target = nn::target_of(pooled(data));
  return model;
}

// Of a trial that was trained with several seeds: the training with the best value, of equal ones
// the first. `ranked` becomes what that one found.
TrialTask best_replicate(storage::Queries& queries,
                         const storage::SweepRow& sweep,
                         TrialTask task,
                         storage::LeaderboardRow& ranked) {
  std::optional<storage::ReplicateRow> best;
  for (storage::ReplicateRow& row : queries.replicates(ranked.trial_id)) {
    const bool better =
        best && (sweep.goal == "maximize" ? row.value > best->value : row.value < best->value);
    if (row.value && row.best_epoch && (!best || better)) {
      best = std::move(row);
    }
  }
  if (!best) {
    throw std::runtime_error(fmt::format("trial {} has no training with a value", task.number));
  }
  ranked.best_epoch = *best->best_epoch;
  ranked.value = *best->value;
  ranked.seed = best->seed;
  TrialTask training = fold_task(task, best->replicate);
  training.stored = queries.epochs({ranked.trial_id, best->replicate});
  return training;
}

bool had_this_machine(storage::Queries& queries, std::int64_t sweep_id) {
  const std::vector<std::string> before = run_fingerprints(queries, sweep_id);
  return std::count(before.begin(), before.end(), fingerprint()) == std::ssize(before);
}

}  // namespace

nn::TrainedModel train_again(storage::Queries& queries,
                             const storage::SweepRow& sweep,
                             const storage::TrialRow& trial,
                             LinePrinter& printer) {
  if (reports::runs_program(sweep)) {
    throw UsageError(
        fmt::format("the trials of sweep '{}' are runs of a program, which keeps its models "
                    "itself; hpsearch has "
                    "no network of theirs. `hpsearch show {} --log` shows what it printed",
                    sweep.name, trial.number));
  }
  if (!trial.best_epoch && !trial.value) {
    throw UsageError(
        fmt::format("trial {} of sweep '{}' is {} and has no best epoch; choose "
                    "another trial",
                    trial.number, sweep.name, search::to_text(trial.state)));
  }
  storage::LeaderboardRow ranked = as_ranked(trial);
  const SweepFile file = sweep_of_trial(sweep, ranked);
  const LoadedSweep loaded = load_data(file);
  const std::string changed = data_difference(sweep, file.tree, data_json(loaded.data));
  if (!changed.empty()) {
    throw UsageError(
        fmt::format("trial {} cannot be trained again: {}; restore the data, or choose "
                    "--trial best, whose weights are kept",
                    trial.number, changed));
  }
  TrialTask task = make_launch(loaded.spec, trial.number, {}, std::nullopt).task;
  task.seed = trial.seed;  // of a promotion that of its parent
  task.stored = queries.epochs(trial.trial_id);
  const bool in_folds = task.folds > 0;
  if (!in_folds && !trial.best_epoch) {
    task = best_replicate(queries, sweep, std::move(task), ranked);
  }
  printer.line(fmt::format("training trial {} again{}: its weights were not kept", trial.number,
                           in_folds ? fmt::format(" in {} folds", task.folds)
                                    : fmt::format(" up to epoch {}", ranked.best_epoch)));
  const auto train_it = [&](bool compare) {
    return in_folds ? train_folds(queries, task, trial.trial_id, loaded.data, compare)
                    : train(task, ranked.best_epoch, loaded.data);
  };
  nn::TrainedModel model;
  try {
    model = train_it(true);
  } catch (const NotReproducible&) {
    if (had_this_machine(queries, sweep.sweep_id)) {
      throw;
    }
    printer.important("it was trained on another CPU or by another build, which gave other bits");
    task.stored.clear();
    model = train_it(false);
  }
  fit_baseline(model, in_folds ? pooled(loaded.data) : loaded.data, printer);
  model.metadata = weights_metadata(sweep, ranked, task, loaded.spec, loaded.data);
  return model;
}

}  // namespace hpsearch::runner
