#include "nn/training/target_range.h"

#include <algorithm>
#include <limits>

namespace hpsearch::nn {

std::vector<TargetRange> target_ranges(const TrainingData& data) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const std::size_t width = data.targets.size();
  std::vector<TargetRange> ranges(width, {kInfinity, -kInfinity});
  for (const std::uint32_t row : data.split.train) {
    for (std::size_t t = 0; t < width; ++t) {
      const double y = data.dataset->targets[row * width + t];
      ranges[t] = {std::min(ranges[t].least, y), std::max(ranges[t].most, y)};
    }
  }
  return ranges;
}

std::vector<OutputRange> output_ranges(const TrainingData& data) {
  std::vector<OutputRange> ranges;
  for (const TargetRange& own : target_ranges(data)) {
    const TargetScaling& scaling = data.targets[ranges.size()];
    ranges.push_back({scaling.in_training_units(own.least), scaling.in_training_units(own.most)});
  }
  return ranges;
}

}  // namespace hpsearch::nn
