#include "runner/run/winner.h"

#include <cmath>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "nn/files/whole_file.h"
#include "nn/model/linear_baseline.h"
#include "nn/model/trained_model.h"
#include "nn/network/weights.h"
#include "nn/settings/precision.h"
#include "nn/training/trainer.h"
#include "runner/console/shell_word.h"
#include "runner/run/artifact_place.h"
#include "runner/run/explain_winner.h"
#include "runner/run/launch.h"
#include "runner/run/prediction_file.h"
#include "runner/run/predictions.h"
#include "runner/run/trial_job.h"
#include "runner/run/weights_metadata.h"
#include "storage/events.h"

namespace hpsearch::runner {
namespace {

namespace fs = std::filesystem;

// A network that only evaluates. Null where these are not weights of a network with the trial's
// settings.
std::unique_ptr<nn::Trainer> make_judge(const TrialTask& task,
                                        const nn::TrainingData& data,
                                        const nn::WeightSet& weights,
                                        const std::stop_token& stop) {
  if (weights.empty()) {
    return nullptr;
  }
  auto judge =
      std::make_unique<nn::Trainer>(nn::make_settings(task.settings), data, task.seed, stop);
  return judge->set_weights(weights) ? std::move(judge) : nullptr;
}

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

// Trains up to the best epoch. Empty if `stop` came first.
std::optional<nn::WeightSet> train_again(TrialFactory& trials,
                                         TrialTask task,
                                         int best_epoch,
                                         const std::stop_token& stop) {
  task.diagnostics = nn::Diagnostics::kNone;
  const auto trainer = trials.begin(task, stop);
  for (int epoch = 1; epoch <= best_epoch; ++epoch) {
    const auto record = trainer->train_epoch(stop);
    if (!record) {
      return std::nullopt;
    }
    require_same(task.number, task.stored, *record);
  }
  trainer->keep_weights();
  return trainer->take_weights();
}

std::vector<storage::MetricRow> metric_rows(int epoch, const nn::Evaluation& test) {
  std::vector<storage::MetricRow> rows{{epoch, "test_loss", test.loss}};
  auto add = [&](const std::string& name, double value) {
    if (!std::isnan(value)) {
      rows.push_back({epoch, name, value});
    }
  };
  add("test_accuracy", test.accuracy);
  for (const nn::EpochMetric& metric : nn::kEpochMetrics) {
    constexpr std::string_view kPart = "val_";
    add(fmt::format("test_{}", metric.name.substr(kPart.size())), test.*metric.source);
  }
  return rows;
}

std::string train_again_command(const storage::Store& store, const storage::SweepRow& sweep) {
  const std::string database = shell_word(store.path().string());
  return fmt::format(
      "  hpsearch report --best --db {} --sweep {} > best.yaml && hpsearch run best.yaml --db {}",
      database, shell_word(sweep.name), database);
}

storage::ArtifactRow write_weights(const fs::path& database,
                                   std::int64_t sweep_id,
                                   const nn::TrainedModel& model,
                                   const nn::TensorMetadata& metadata) {
  const ArtifactPlace place = make_artifact_place(database, sweep_id, "best.safetensors");
  const nn::FileChecksum written = nn::write_model(place.file, model, metadata);
  return {"weights", place.path, written.bytes, written.sha256};
}

storage::ArtifactRow write_predictions(const fs::path& database,
                                       std::int64_t sweep_id,
                                       const reports::WinnerPredictions& predictions) {
  const ArtifactPlace place = make_artifact_place(database, sweep_id, "best.predictions.json");
  nn::WholeFile file(place.file);
  file.write(reports::to_json(predictions));
  file.finish(nn::Existing::kReplaced);
  const nn::FileChecksum written = file.checksum();
  return {std::string(reports::kPredictionsArtifact), place.path, written.bytes, written.sha256};
}

// A winner needs neither baselines nor importance: where they lack memory, it goes without.
void fit_baseline(nn::TrainedModel& model, const nn::TrainingData& data, LinePrinter& printer) {
  try {
    nn::add_linear(model, data);
  } catch (const std::exception& error) {
    printer.important(fmt::format("there is no linear model beside the winner: {}", error.what()));
  }
}

// False if `stop` came first.
bool explain(reports::WinnerPredictions& predictions,
             const EndedSweep& ended,
             nn::Trainer& trainer,
             const nn::TrainedModel& model,
             LinePrinter& printer,
             const std::stop_token& stop) {
  try {
    auto explanation = explain_winner(trainer, model, ended.data, ended.sweep.metric, stop);
    if (!explanation) {
      return false;
    }
    explanation->reliability = std::move(predictions.explanation->reliability);
    explanation->pairs = std::move(predictions.explanation->pairs);
    predictions.explanation = *std::move(explanation);
  } catch (const std::exception& error) {
    printer.important(
        fmt::format("the winner has no baselines and no importance of columns: {}", error.what()));
  }
  return true;
}

// Notes what the winner says of the rows that judge it; what cannot be written is said. False if
// `stop` came first.
bool keep_predictions(const EndedSweep& ended,
                      const storage::LeaderboardRow& winner,
                      nn::Trainer& trainer,
                      const nn::TrainedModel& model,
                      storage::Store& store,
                      LinePrinter& printer,
                      const std::stop_token& stop) {
  auto predictions = predict_kept_rows(trainer, ended.data, stop);
  if (!predictions || !explain(*predictions, ended, trainer, model, printer, stop)) {
    return false;
  }
  predictions->trial = winner.trial;
  predictions->epoch = winner.best_epoch;
  const std::int64_t sweep = ended.sweep.sweep_id;
  storage::ArtifactRow summary;
  std::optional<storage::ArtifactRow> table;
  try {
    summary = write_predictions(store.path(), sweep, *predictions);
    table = write_prediction_file(store.path(), sweep, trainer, ended.data, stop);
  } catch (const std::exception& error) {
    printer.important(fmt::format("the winner's predictions are not kept: {}", error.what()));
    return true;
  }
  if (!table) {
    return false;
  }
  store.put_artifact(winner.trial_id, summary);
  store.put_artifact(winner.trial_id, *table);
  return true;
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
    return train_again(ended.trials, task, winner.best_epoch, stop);
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
  return train_again(ended.trials, std::move(task), winner.best_epoch, stop);
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
  nn::TrainedModel model =
      nn::model_of(judge->network(), nn::make_settings(task.settings), ended.data);
  fit_baseline(model, ended.data, printer);
  storage::ArtifactRow weights;
  try {
    weights = write_weights(store.path(), ended.sweep.sweep_id, model,
                            weights_metadata(ended.sweep, winner, task, ended.spec, ended.data));
  } catch (const std::exception& error) {
    printer.important(
        fmt::format("the winner's weights are not kept: {}\nto train it again for them:\n{}",
                    error.what(), train_again_command(store, ended.sweep)));
    return metrics;
  }
  store.put_artifact(winner.trial_id, weights);
  if (!keep_predictions(ended, winner, *judge, model, store, printer, stop)) {
    return std::nullopt;
  }
  return metrics;
}

}  // namespace

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
