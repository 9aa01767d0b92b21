// What every trial of a sweep trains on: one data set, one split, one scaling.
#pragma once

#include <memory>
#include <optional>

#include "nn/dataset.h"
#include "nn/preprocess.h"
#include "nn/split.h"

namespace hpsearch::nn {

// `dataset` of a sweep file.
struct DataSpec {
  DatasetSource source;
  SplitSpec split;
  std::optional<Preprocess> preprocess;  // default: unit for bytes, standardize for numbers
};

// Immutable once prepared, hence safe to share among threads. Copies share the data set.
struct TrainingData {
  std::shared_ptr<const Dataset> dataset;
  Split split;
  ColumnScaling scaling;  // learnt from split.train alone
};

// Throws DataError if the data set cannot be split so.
TrainingData prepare(std::shared_ptr<const Dataset> dataset,
                     const SplitSpec& split,
                     std::optional<Preprocess> preprocess = std::nullopt);

}  // namespace hpsearch::nn
