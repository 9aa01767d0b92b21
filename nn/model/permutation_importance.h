// Which columns of the table a network depends on: how much worse its predictions become when the
// cells of one column change places among the rows (Breiman 2001, section 10). All features of the
// column move together. A column that other columns can replace counts little for itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "nn/data/dataset.h"
#include "nn/model/trained_model.h"

namespace hpsearch::nn {

// How much worse the metric becomes, in its own unit; below 0 where it becomes better.
struct ColumnImportance {
  std::string column;
  double mean = 0.0;
  double deviation = 0.0;  // of the permutations, for a sample
};

struct ColumnImportances {
  std::string metric;                     // bare (metric_values.h)
  std::size_t rows = 0;                   // that were permuted,
  std::size_t of_rows = 0;                // of so many
  std::size_t permutations = 0;           // of each column
  std::vector<ColumnImportance> columns;  // largest mean first; equal ones as in the table
  std::string objection;                  // why there are none, as a clause
};

struct ImportanceLimits {
  std::size_t permutations = 10;  // half of them where the cost demands it
  std::size_t rows = 2'000;
  std::uint64_t cost = 2'500'000'000;  // about the multiplications of all predictions
};

// Permutes `rows` of the data set, evenly spaced ones where they are too many. `dataset`: features
// as Predictor reads them, with targets. Columns are those of the model's table; the features
// themselves where it has none. There are no columns to permute in images and other bytes, nor if
// the limits leave fewer than 100 rows and not all. A metric that the rows do not define becomes
// the loss. Empty if `stop` came first. Deterministic. Throws as Predictor.
std::optional<ColumnImportances> permutation_importance(const TrainedModel& model,
                                                        const Dataset& dataset,
                                                        std::span<const std::uint32_t> rows,
                                                        const std::string& metric,
                                                        const ImportanceLimits& limits = {},
                                                        const std::stop_token& stop = {});

}  // namespace hpsearch::nn
