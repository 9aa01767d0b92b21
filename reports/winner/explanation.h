// What puts the best trial's figures into proportion: simpler answers beside it, the columns that
// it depends on, and what its single predictions are worth. Part of the file of its predictions.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "nn/model/metric_values.h"
#include "nn/model/permutation_importance.h"
#include "nn/model/prediction_quality.h"

namespace hpsearch::reports {

// The same rows judged three times. Metrics have bare names: "loss", "accuracy".
struct Baselines {
  std::string part;  // "validation" or "test"
  std::vector<nn::MetricValue> network;
  std::vector<nn::MetricValue> linear;  // empty: no linear model was fitted
  std::vector<nn::MetricValue> trivial;
};

struct Explanation {
  std::string trivial_answer;         // "always answering '3'", "the mean, 22.53"
  std::size_t linear_rows = 0;        // training rows that the linear model was fitted to,
  std::size_t training_rows = 0;      // of so many
  std::vector<Baselines> parts;       // validation, then test if there are such rows
  nn::ColumnImportances columns;      // on validation rows
  nn::Reliability reliability;        // of the part that the predictions are of
  nn::LabelComparison labels;         // likewise
  std::vector<nn::TruthPairs> pairs;  // likewise
};

// Numbers keep their digits, except for drawn points, which have six.
nlohmann::ordered_json to_json(const Explanation& explanation);

// Throws nlohmann::json::exception for anything else.
Explanation explanation_of_json(const nlohmann::ordered_json& json);

// The value of a bare name; NaN if it is not there.
double value_of(const std::vector<nn::MetricValue>& metrics, std::string_view name);

// "val_accuracy 0.9549 of a linear model, 0.1007 of always answering '1'": the sweep's metric,
// or the loss where it is not one of predictions. Empty if nothing is known.
std::string baseline_text(const Explanation& explanation, std::string_view metric);

// The first `most` columns as a table under a line that says what it is. Empty if there are none.
std::string columns_text(const nn::ColumnImportances& columns, std::size_t most, std::size_t width);

// A line of calibration, or one for each target; empty if neither is known.
std::string quality_text(const nn::Reliability& reliability,
                         const std::vector<nn::TruthPairs>& pairs);

// The labels that predict writes, and how right those by each rule are; empty where there is one
// rule at most.
std::string labels_text(const nn::LabelComparison& labels, std::size_t width);

}  // namespace hpsearch::reports
