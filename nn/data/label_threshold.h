// Which label a row of two classes gets, by the probability of the second one.
#pragma once

#include <cmath>

namespace hpsearch::nn {

// `dataset.threshold` of a sweep file. It decides labels alone: those that predict and exported
// models write. Training, metrics and the ranking of trials go by the most probable class.
struct LabelThreshold {
  bool at_share = false;  // at the second class's share of the training rows
  double value = 0.5;     // else; above 0, below 1. 0.5: the most probable class
};

// A single output above this one gives the second class a probability above `threshold`.
inline float label_cut(double threshold) {
  return static_cast<float>(std::log(threshold / (1.0 - threshold)));
}

}  // namespace hpsearch::nn
