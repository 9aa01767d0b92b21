#include "nn/training_data.h"

#include <utility>

namespace hpsearch::nn {

TrainingData prepare(std::shared_ptr<const Dataset> dataset,
                     const SplitSpec& split,
                     Preprocess preprocess) {
  TrainingData data;
  data.split = split_rows(*dataset, split);
  data.scaling = fit_scaling(*dataset, data.split.train, preprocess);
  data.dataset = std::move(dataset);
  return data;
}

}  // namespace hpsearch::nn
