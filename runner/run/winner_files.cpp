#include "runner/run/winner_files.h"

#include <exception>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "nn/files/whole_file.h"
#include "runner/console/shell_word.h"
#include "runner/run/artifact_place.h"
#include "runner/run/prediction_file.h"

namespace hpsearch::runner {
namespace {

storage::ArtifactRow write_predictions(const std::filesystem::path& database,
                                       std::int64_t sweep_id,
                                       const reports::WinnerPredictions& predictions) {
  const ArtifactPlace place = make_artifact_place(database, sweep_id, "best.predictions.json");
  nn::WholeFile file(place.file);
  file.write(reports::to_json(predictions));
  file.finish(nn::Existing::kReplaced);
  const nn::FileChecksum written = file.checksum();
  return {std::string(reports::kPredictionsArtifact), place.path, written.bytes, written.sha256};
}

}  // namespace

std::string train_again_command(const storage::Store& store, const storage::SweepRow& sweep) {
  const std::string database = shell_word(store.path().string());
  return fmt::format(
      "  hpsearch report --best --db {} --sweep {} > best.yaml && hpsearch run best.yaml --db {}",
      database, shell_word(sweep.name), database);
}

void keep_model(const EndedSweep& ended,
                const storage::LeaderboardRow& winner,
                const nn::TrainedModel& model,
                const nn::TensorMetadata& metadata,
                storage::Store& store) {
  const ArtifactPlace place =
      make_artifact_place(store.path(), ended.sweep.sweep_id, "best.safetensors");
  const nn::FileChecksum written = nn::write_model(place.file, model, metadata);
  store.put_artifact(winner.trial_id, {"weights", place.path, written.bytes, written.sha256});
}

bool keep_predictions(const EndedSweep& ended,
                      const storage::LeaderboardRow& winner,
                      const PredictRows& predict,
                      const nn::TrainingData& data,
                      reports::Explanation explanation,
                      storage::Store& store,
                      LinePrinter& printer,
                      const std::stop_token& stop) {
  auto predictions = predict_kept_rows(predict, data, stop);
  if (!predictions) {
    return false;
  }
  explanation.reliability = std::move(predictions->explanation->reliability);
  explanation.labels = std::move(predictions->explanation->labels);
  explanation.pairs = std::move(predictions->explanation->pairs);
  predictions->explanation = std::move(explanation);
  predictions->trial = winner.trial;
  predictions->epoch = winner.best_epoch;
  const std::int64_t sweep = ended.sweep.sweep_id;
  storage::ArtifactRow summary;
  std::optional<storage::ArtifactRow> table;
  try {
    summary = write_predictions(store.path(), sweep, *predictions);
    table = write_prediction_file(store.path(), sweep, predict, data, stop);
  } catch (const std::exception& error) {
    printer.important(fmt::format("the winner's predictions were not kept: {}", error.what()));
    return true;
  }
  if (!table) {
    return false;
  }
  store.put_artifact(winner.trial_id, summary);
  store.put_artifact(winner.trial_id, *table);
  return true;
}

}  // namespace hpsearch::runner
