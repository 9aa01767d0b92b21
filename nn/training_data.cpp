#include "nn/training_data.h"

#include <utility>

namespace hpsearch::nn {

TrainingData prepare(std::shared_ptr<const Dataset> dataset,
                     const SplitSpec& split,
                     std::optional<Preprocess> preprocess) {
  TrainingData data;
  data.split = split_rows(*dataset, split);
  data.scaling =
      fit_scaling(*dataset, data.split.train,
                  preprocess.value_or(dataset->real_features.empty() ? Preprocess::kUnit
                                                                     : Preprocess::kStandardize));
  data.dataset = std::move(dataset);
  return data;
}

}  // namespace hpsearch::nn
