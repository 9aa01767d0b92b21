#include "runner/run/winner.h"

#include <cmath>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "nn/files/whole_file.h"
#include "nn/network/weights.h"
#include "nn/settings/precision.h"
#include "nn/training/trainer.h"
#include "runner/console/shell_word.h"
#include "runner/run/predictions.h"
#include "runner/run/weights_metadata.h"
#include "storage/artifacts.h"
#include "storage/events.h"

namespace hpsearch::runner {
namespace {

namespace fs = std::filesystem;

// Trains up to the best epoch; null if `stop` came first.
std::unique_ptr<nn::Trainer> train_again(const TrialTask& task,
                                         int best_epoch,
                                         const nn::TrainingData& data,
                                         const std::stop_token& stop) {
  auto trainer =
      std::make_unique<nn::Trainer>(nn::make_settings(task.settings), data, task.seed, stop);
  trainer->look_into(nn::Diagnostics::kNone);
  for (int epoch = 1; epoch <= best_epoch; ++epoch) {
    const auto record = trainer->train_epoch(stop);
    if (!record) {
      return nullptr;
    }
    require_same(task.number, task.stored, *record);
  }
  return trainer;
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

// Where a file of this name belongs, with its folder made; the path as the database has it.
struct Place {
  std::string path;
  fs::path file;
};

Place make_place(const fs::path& database, std::int64_t sweep_id, std::string_view name) {
  const std::string path = storage::artifact_path(database, sweep_id, name);
  const fs::path file = storage::artifact_file(database, path);
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  if (error) {
    throw std::runtime_error(
        fmt::format("{}: this folder cannot be made: {}; check that you may write to the folder of "
                    "the database and that nothing else has this name",
                    file.parent_path().string(), error.message()));
  }
  return {path, file};
}

storage::ArtifactRow write_weights(const fs::path& database,
                                   std::int64_t sweep_id,
                                   const nn::Mlp& network,
                                   const nn::TensorMetadata& metadata) {
  const Place place = make_place(database, sweep_id, "best.safetensors");
  const nn::FileChecksum written =
      nn::write_safetensors(place.file, nn::named_tensors(network), metadata);
  return {"weights", place.path, written.bytes, written.sha256};
}

storage::ArtifactRow write_predictions(const fs::path& database,
                                       std::int64_t sweep_id,
                                       const reports::WinnerPredictions& predictions) {
  const Place place = make_place(database, sweep_id, "best.predictions.json");
  nn::WholeFile file(place.file);
  file.write(reports::to_json(predictions));
  file.finish(nn::Existing::kReplaced);
  const nn::FileChecksum written = file.checksum();
  return {std::string(reports::kPredictionsArtifact), place.path, written.bytes, written.sha256};
}

// Notes what the winner says of the rows that judge it; what cannot be written is said. False if
// `stop` came first.
bool keep_predictions(const EndedSweep& ended,
                      const storage::LeaderboardRow& winner,
                      nn::Trainer& trainer,
                      storage::Store& store,
                      LinePrinter& printer,
                      const std::stop_token& stop) {
  auto predictions = predict_kept_rows(trainer, ended.data, stop);
  if (!predictions) {
    return false;
  }
  predictions->trial = winner.trial;
  predictions->epoch = winner.best_epoch;
  storage::ArtifactRow artifact;
  try {
    artifact = write_predictions(store.path(), ended.sweep.sweep_id, *predictions);
  } catch (const std::exception& error) {
    printer.important(fmt::format("the winner's predictions are not kept: {}", error.what()));
    return true;
  }
  store.put_artifact(winner.trial_id, artifact);
  return true;
}

}  // namespace

std::optional<std::vector<storage::MetricRow>> keep_winner(const EndedSweep& ended,
                                                           const storage::LeaderboardRow& winner,
                                                           TrialTask task,
                                                           storage::Store& store,
                                                           LinePrinter& printer,
                                                           const std::stop_token& stop) {
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
  printer.line(fmt::format("training trial {} again up to epoch {} for its {}weights", winner.trial,
                           winner.best_epoch, test_rows.empty() ? "" : "test metric and "));
  std::unique_ptr<nn::Trainer> trainer;
  try {
    trainer = train_again(task, winner.best_epoch, ended.data, stop);
  } catch (const NotReproducible&) {
    if (ended.same_machine) {
      throw;
    }
    printer.line(fmt::format(
        "the winner was trained on another CPU or by another build and gives other bits here: {}",
        test_rows.empty() ? "its weights are those trained here"
                          : "its test metric is that of the weights trained here"));
    store.add_event(ended.sweep.sweep_id, task.number,
                    storage::TestMetricOfOtherWeights{}.to_row());
    task.stored.clear();
    trainer = train_again(task, winner.best_epoch, ended.data, stop);
  }
  if (trainer == nullptr) {
    return std::nullopt;
  }
  std::vector<storage::MetricRow> metrics;
  if (!test_rows.empty()) {
    const auto test = trainer->evaluate(test_rows, stop);
    if (!test) {
      return std::nullopt;
    }
    metrics = metric_rows(winner.best_epoch, *test);
  }
  storage::ArtifactRow weights;
  try {
    weights = write_weights(store.path(), ended.sweep.sweep_id, trainer->network(),
                            weights_metadata(ended.sweep, winner, task, ended.spec, ended.data));
  } catch (const std::exception& error) {
    printer.important(
        fmt::format("the winner's weights are not kept: {}\nto train it again for them:\n{}",
                    error.what(), train_again_command(store, ended.sweep)));
    return metrics;
  }
  store.put_artifact(winner.trial_id, weights);
  if (!keep_predictions(ended, winner, *trainer, store, printer, stop)) {
    return std::nullopt;
  }
  return metrics;
}

}  // namespace hpsearch::runner
