// What the winner says of rows that it was not trained on: which classes it takes for which, and
// the rows that it is worst at. A file beside the winner's weights has it, so that a report needs
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
#include "storage/queries.h"

namespace hpsearch::reports {

// The name of the artifact.
inline constexpr std::string_view kPredictionsArtifact = "predictions";

// What bounds the file, whatever the data is.
inline constexpr std::size_t kMostMatrixClasses = 100;
inline constexpr std::size_t kMostConfusions = 50;
inline constexpr std::size_t kWorstRows = 16;
inline constexpr std::size_t kMostPixels = 65'536;
inline constexpr std::size_t kMostNameBytes = 200;

struct WinnerPredictions {
  std::uint64_t trial = 0;
  int epoch = 0;     // of whose weights it is
  std::string part;  // "test", or "validation" where there are no test rows
  std::string task;  // as nn::to_text() says it
  std::size_t rows = 0;

  // Of classes.
  std::size_t correct = 0;
  std::vector<std::string> classes;              // their names; empty where they are too many
  std::vector<std::vector<std::size_t>> matrix;  // [true][predicted] rows; likewise
  struct Confusion {
    std::string truth;
    std::string predicted;
    std::size_t rows = 0;
  };
  std::vector<Confusion> confusions;  // of two different classes, the most frequent first

  // Of a regression: the names of the targets, where their columns have names.
  std::vector<std::string> targets;

  struct Row {
    std::uint64_t row = 0;       // of the data, from 0: training file, validation file, test file
    std::optional<double> loss;  // see nn::HardRow; empty where it is not finite
    std::string truth;           // of classes
    std::string predicted;
    double truth_probability = 0.0;
    double predicted_probability = 0.0;
    std::vector<double> true_values;  // of a regression, in the targets' own units
    std::vector<double> predicted_values;
    std::vector<std::uint8_t> pixels;  // (height, width) of `image`; empty: none
  };
  nn::ImageShape image;    // {0, 0}: the rows are no images
  std::vector<Row> worst;  // the largest loss first
};

// {"format":1,...}: one line.
std::string to_json(const WinnerPredictions& predictions);

// What to_json() wrote; empty for anything else.
std::optional<WinnerPredictions> predictions_of_json(std::string_view text);

// Of the sweep's best trial, or of the trial; empty where there is no such file or it cannot be
// read.
std::optional<WinnerPredictions> read_winner_predictions(storage::Queries& queries,
                                                         const storage::SweepRow& sweep);
std::optional<WinnerPredictions> read_trial_predictions(storage::Queries& queries,
                                                        std::int64_t trial_id);

// For a terminal of `width` columns: the matrix where it fits, else the most frequent confusions,
// and the worst rows.
std::string predictions_text(const WinnerPredictions& predictions, std::size_t width);

}  // namespace hpsearch::reports
