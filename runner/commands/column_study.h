// Which columns a network depends on, by a sample of the rows that `eval` reads.
#pragma once

#include <cstddef>

#include "nn/base/random.h"
#include "nn/data/dataset.h"
#include "nn/model/permutation_importance.h"

namespace hpsearch::runner {

// Each row is in the sample with the same probability. Deterministic. Not thread-safe.
class ColumnStudy {
 public:
  // `model` must outlive this object.
  explicit ColumnStudy(const nn::TrainedModel& model);

  // Features as Predictor reads them, with targets.
  void add(const nn::Dataset& rows);

  // By the metric that the model's sweep optimised.
  nn::ColumnImportances result() const;

 private:
  const nn::TrainedModel& model_;
  nn::Dataset sample_;
  std::size_t seen_ = 0;
  nn::Stream draws_;
};

}  // namespace hpsearch::runner
