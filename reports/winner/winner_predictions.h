// The best trial's predictions on rows that it was not trained on: which classes it confuses, and
// which rows it gets most wrong. They are stored in a file beside its weights, so a report needs
// neither the data nor the network.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nn/data/dataset.h"
#include "reports/winner/explanation.h"
#include "storage/queries.h"

namespace hpsearch::reports {

// The name of the artifact.
inline constexpr std::string_view kPredictionsArtifact = "predictions";

// The name of the artifact with every row's prediction (prediction_csv.h).
inline constexpr std::string_view kPredictionTableArtifact = "prediction_table";

// Limits that bound the file's size, whatever the data are.
inline constexpr std::size_t kMostMatrixClasses = 100;
inline constexpr std::size_t kMostConfusions = 50;
inline constexpr std::size_t kWorstRows = 16;
inline constexpr std::size_t kMostPixels = 65'536;
inline constexpr std::size_t kMostNameBytes = 200;

struct WinnerPredictions {
  std::uint64_t trial = 0;
  int epoch = 0;     // the epoch of the weights
  std::string part;  // "test", or "validation" without test rows
  std::string task;  // as written by nn::to_text()
  std::size_t rows = 0;

  // For classification.
  std::size_t correct = 0;
  std::vector<std::string> classes;              // class names; empty if there are too many
  std::vector<std::vector<std::size_t>> matrix;  // row counts [true][predicted]; likewise
  struct Confusion {
    std::string truth;
    std::string predicted;
    std::size_t rows = 0;
  };
  std::vector<Confusion> confusions;  // pairs of different classes, most frequent first

  // For regression: the names of the targets, if their columns have names.
  std::vector<std::string> targets;

  struct Row {
    // Index in the data, from 0: training file, validation file, test file.
    std::uint64_t row = 0;
    std::optional<double> loss;  // see nn::HardRow; empty if not finite
    std::string truth;           // classification only
    std::string predicted;
    double truth_probability = 0.0;
    double predicted_probability = 0.0;
    std::vector<double> true_values;  // regression only, in the targets' own units
    std::vector<double> predicted_values;
    std::vector<std::uint8_t> pixels;  // (height, width) of `image`; empty: none
  };
  nn::ImageShape image;    // {0, 0}: the rows are not images
  std::vector<Row> worst;  // largest loss first

  std::optional<Explanation> explanation;  // older files have none
};

// One line of JSON, {"format":1,...}.
std::string to_json(const WinnerPredictions& predictions);

// Parses what to_json() wrote; empty for anything else.
std::optional<WinnerPredictions> predictions_of_json(std::string_view text);

// The predictions of the sweep's best trial, or of one trial; empty if there is no such file or it
// cannot be read.
std::optional<WinnerPredictions> read_winner_predictions(storage::Queries& queries,
                                                         const storage::SweepRow& sweep);
std::optional<WinnerPredictions> read_trial_predictions(storage::Queries& queries,
                                                        std::int64_t trial_id);

// For a terminal of `width` columns: the confusion matrix if it fits, otherwise the most frequent
// confusions, then what predictions are worth, the columns they depend on, and the worst rows.
std::string predictions_text(const WinnerPredictions& predictions, std::size_t width);

}  // namespace hpsearch::reports
