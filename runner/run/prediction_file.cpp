#include "runner/run/prediction_file.h"

#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "nn/files/whole_file.h"
#include "nn/model/trained_model.h"
#include "reports/winner/prediction_csv.h"
#include "reports/winner/winner_predictions.h"
#include "runner/run/artifact_place.h"

namespace hpsearch::runner {

std::optional<storage::ArtifactRow> write_prediction_file(const std::filesystem::path& database,
                                                          std::int64_t sweep_id,
                                                          const PredictRows& predict,
                                                          const nn::TrainingData& data,
                                                          const std::stop_token& stop) {
  const nn::Dataset& dataset = *data.dataset;
  const nn::ModelTarget target = nn::target_of(data);
  reports::PredictionText lines(
      target, {{"row"}, true, target.classes.size() <= reports::kMostProbabilities},
      reports::PredictionText::Form::kCsv);
  const ArtifactPlace place = make_artifact_place(database, sweep_id, "best.predictions.csv");
  nn::WholeFile file(place.file);
  std::string text = lines.header();
  const std::vector<std::uint32_t>& rows =
      data.split.test.empty() ? data.split.validation : data.split.test;
  const bool whole = predict(
      rows,
      [&](std::span<const std::uint32_t> some, const float* outputs, std::size_t stride) {
        for (std::size_t i = 0; i < some.size(); ++i) {
          const std::size_t row = some[i];
          const std::string number = fmt::format("{}", row);
          reports::PredictionText::Truth truth;
          if (dataset.task == nn::Task::kRegression) {
            truth.targets = dataset.targets.data() + row * dataset.outputs;
          } else {
            truth.label = dataset.labels[row];
          }
          lines.add({number}, truth, outputs + i * stride, text);
        }
        file.write(text);
        text.clear();
      },
      stop);
  if (!whole) {
    return std::nullopt;
  }
  file.write(text);
  file.finish(nn::Existing::kReplaced);
  const nn::FileChecksum written = file.checksum();
  return storage::ArtifactRow{std::string(reports::kPredictionTableArtifact), place.path,
                              written.bytes, written.sha256};
}

}  // namespace hpsearch::runner
