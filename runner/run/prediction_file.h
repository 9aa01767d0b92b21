// The predictions of a sweep's winner, row by row, as a file beside its weights.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>

#include "runner/run/predictions.h"
#include "storage/records.h"

namespace hpsearch::runner {

// Writes best.predictions.csv: for each test row, or validation row where there are none, its index
// in the data from 0 (training file, validation file, test file), its target, the prediction, and
// of up to reports::kMostProbabilities classes the probability of each. Empty if `stop` came first.
// Throws std::runtime_error if it cannot be written.
std::optional<storage::ArtifactRow> write_prediction_file(const std::filesystem::path& database,
                                                          std::int64_t sweep_id,
                                                          const PredictRows& predict,
                                                          const nn::TrainingData& data,
                                                          const std::stop_token& stop);

}  // namespace hpsearch::runner
