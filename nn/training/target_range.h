// The range of a regression's targets in the training part. Pure functions, safe on any thread.
#pragma once

#include <vector>

#include "nn/data/training_data.h"
#include "nn/network/mlp.h"

namespace hpsearch::nn {

struct TargetRange {
  double least = 0.0;
  double most = 0.0;
};

// The smallest and the largest value of each target over the training rows, in its own unit. Empty
// for classes.
std::vector<TargetRange> target_ranges(const TrainingData& data);

// The same in training units, to clip a network's outputs by.
std::vector<OutputRange> output_ranges(const TrainingData& data);

}  // namespace hpsearch::nn
