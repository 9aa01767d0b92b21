#include "runner/run/winner.h"

#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "nn/model/trained_model.h"
#include "nn/network/weights.h"
#include "nn/settings/precision.h"
#include "nn/training/trainer.h"
#include "runner/run/ensemble.h"
#include "runner/run/explain_winner.h"
#include "runner/run/launch.h"
#include "runner/run/networks.h"
#include "runner/run/predictions.h"
#include "runner/run/repeated_winner.h"
#include "runner/run/trial_job.h"
#include "runner/run/weights_metadata.h"
#include "runner/run/winner_files.h"
#include "storage/events.h"

namespace hpsearch::runner {
namespace {

// The winner's weights, if this run has them in memory or the disk has them; else none. Files that
// another CPU or build may have written hold other bits than this one would train.
nn::WeightSet known_weights(const EndedSweep& ended,
                            const storage::LeaderboardRow& winner,
                            int attempt,
                            storage::Queries& queries) {
  const WeightsOrigin origin{winner.trial, attempt, winner.best_epoch};
  if (ended.kept && ended.kept->origin == origin) {
    return ended.kept->tensors;
  }
  if (!ended.same_machine) {
    return {};
  }
  return read_kept_weights(queries.path(), queries.artifacts(winner.trial_id), origin)
      .value_or(nn::WeightSet{});
}

std::vector<storage::MetricRow> metric_rows(int epoch, const nn::Evaluation& test) {
  std::vector<storage::MetricRow> rows;
  for (const auto& [name, value] : named_metrics(test, "test_")) {
    rows.push_back({epoch, name, value});
  }
  return rows;
}

// Trains the winner again. Empty if `stop` came first.
std::optional<nn::WeightSet> regain_weights(const EndedSweep& ended,
                                            const storage::LeaderboardRow& winner,
                                            TrialTask task,
                                            storage::Store& store,
                                            LinePrinter& printer,
                                            const std::stop_token& stop) {
  const bool tested = !ended.data.split.test.empty();
  printer.line(fmt::format("training trial {} again up to epoch {} for its {}weights", winner.trial,
                           winner.best_epoch, tested ? "test metric and " : ""));
  try {
    return train_up_to(ended.trials, task, winner.best_epoch, stop);
  } catch (const NotReproducible&) {
    if (ended.same_machine) {
      throw;
    }
  }
  printer.line(fmt::format(
      "the winner was trained on another CPU or by another build and gives other bits here: {}",
      tested ? "its test metric is that of the weights trained here"
             : "its weights are those trained here"));
  store.add_event(ended.sweep.sweep_id, task.number, storage::TestMetricOfOtherWeights{}.to_row());
  task.stored.clear();
  return train_up_to(ended.trials, std::move(task), winner.best_epoch, stop);
}

std::optional<std::vector<storage::MetricRow>> evaluate_and_keep(
    const EndedSweep& ended,
    const storage::LeaderboardRow& winner,
    const TrialTask& task,
    int attempt,
    storage::Queries& queries,
    storage::Store& store,
    LinePrinter& printer,
    const std::stop_token& stop) {
  const std::vector<std::uint32_t>& test_rows = ended.data.split.test;
  auto judge = make_judge(task, ended.data, known_weights(ended, winner, attempt, queries), stop);
  if (judge == nullptr && ended.trials.reproducible()) {
    const auto again = regain_weights(ended, winner, task, store, printer, stop);
    if (!again) {
      return std::nullopt;
    }
    judge = make_judge(task, ended.data, *again, stop);
  }
  std::vector<storage::MetricRow> metrics;
  if (judge == nullptr) {
    return metrics;  // its trainer has no weights to show
  }
  if (!test_rows.empty()) {
    const auto test = judge->evaluate(test_rows, stop);
    if (!test) {
      return std::nullopt;
    }
    metrics = metric_rows(winner.best_epoch, *test);
  }
  return keep_network(ended, winner, task, *judge, store, printer, stop)
             ? std::optional(std::move(metrics))
             : std::nullopt;
}

}  // namespace

bool keep_network(const EndedSweep& ended,
                  const storage::LeaderboardRow& winner,
                  const TrialTask& task,
                  nn::Trainer& judge,
                  storage::Store& store,
                  LinePrinter& printer,
                  const std::stop_token& stop) {
  nn::TrainedModel model =
      nn::model_of(judge.network(), nn::make_settings(task.settings), ended.data);
  fit_baseline(model, ended.data, printer);
  nn::TensorMetadata metadata = weights_metadata(ended.sweep, winner, task, ended.spec, ended.data);
  if (task.fold > 0) {
    metadata.emplace("replicate", fmt::format("{}", task.fold));
  }
  try {
    keep_model(ended, winner, model, metadata, store);
  } catch (const std::exception& error) {
    printer.important(
        fmt::format("the winner's weights were not kept: {}\nto train it again for them:\n{}",
                    error.what(), train_again_command(store, ended.sweep)));
    return true;
  }
  auto explanation = explain_or_say(
      [&] { return explain_winner(judge, model, ended.data, ended.sweep.metric, stop); }, printer);
  return explanation && keep_predictions(ended, winner, predict_by(judge), ended.data,
                                         *std::move(explanation), store, printer, stop);
}

std::optional<std::vector<storage::MetricRow>> keep_winner(const EndedSweep& ended,
                                                           const storage::LeaderboardRow& winner,
                                                           storage::Queries& queries,
                                                           storage::Store& store,
                                                           LinePrinter& printer,
                                                           const std::stop_token& stop) {
  const storage::TrialRow row = queries.trial(ended.sweep.sweep_id, winner.trial).value();
  const TrialTask task = make_launch_again(ended.spec, row, queries.epochs(winner.trial_id)).task;
  const std::vector<std::uint32_t>& test_rows = ended.data.split.test;
  if (nn::make_settings(task.settings).precision == nn::Precision::kBf16 &&
      !nn::bfloat16_objection().empty()) {
    printer.important(fmt::format(
        "trial {}, the winner, was trained in bf16, which this CPU has not: {} here; on a CPU that "
        "has it:\n{}",
        winner.trial, test_rows.empty() ? "no weights" : "no test metric and no weights",
        train_again_command(store, ended.sweep)));
    return std::vector<storage::MetricRow>();
  }
  try {
    if (has_ensemble(ended.spec)) {
      try {
        return keep_ensemble(ended, winner, queries, store, printer, stop);
      } catch (const NoEnsemble& reason) {
        printer.important(fmt::format("there is no ensemble: {}", reason.what()));
      } catch (
          const nn::SettingError& reason) {  // such as a member in bf16, which this CPU has not
        printer.important(fmt::format("there is no ensemble: {}", reason.what()));
      }
      if (ended.spec.dataset.folds > 0) {
        return std::vector<storage::MetricRow>();
      }
    }
    if (ended.spec.repeats.seeds > 0 && winner.best_epoch == 0) {
      return keep_repeated_winner(ended, winner, queries, store, printer, stop);
    }
    return evaluate_and_keep(ended, winner, task, row.attempt, queries, store, printer, stop);
  } catch (const std::bad_alloc&) {
    // All trials are complete: that must not depend on the memory that is left for the winner.
    printer.important(
        fmt::format("out of memory: the winner, trial {}, has no {} here; with more memory:\n{}",
                    winner.trial, test_rows.empty() ? "weights" : "test metric and no weights",
                    train_again_command(store, ended.sweep)));
    return std::vector<storage::MetricRow>();
  }
}

}  // namespace hpsearch::runner
