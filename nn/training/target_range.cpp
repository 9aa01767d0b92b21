#include "nn/training/target_range.h"

#include <algorithm>
#include <limits>

namespace hpsearch::nn {

std::vector<OutputRange> target_ranges(const TrainingData& data) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const std::size_t width = data.targets.size();
  std::vector<OutputRange> ranges(width, {kInfinity, -kInfinity});
  for (const std::uint32_t row : data.split.train) {
    for (std::size_t t = 0; t < width; ++t) {
      const float y = data.dataset->targets[row * width + t];
      ranges[t] = {std::min(ranges[t].least, y), std::max(ranges[t].most, y)};
    }
  }
  return ranges;
}

std::vector<OutputRange> output_ranges(const TrainingData& data) {
  std::vector<OutputRange> ranges = target_ranges(data);
  for (std::size_t t = 0; t < ranges.size(); ++t) {
    ranges[t] = {data.targets[t].in_training_units(ranges[t].least),
                 data.targets[t].in_training_units(ranges[t].most)};
  }
  return ranges;
}

}  // namespace hpsearch::nn
