#include "nn/model/mean_prediction.h"

#include <algorithm>
#include <cmath>

#include "nn/model/predictor.h"

namespace hpsearch::nn {
namespace {

// Every member may be certain that a class is not the one; its logarithm stays finite.
constexpr double kLeastProbability = 1e-37;

double log_of(double probability) {
  return std::log(std::max(probability, kLeastProbability));
}

}  // namespace

std::size_t prediction_width(const ModelTarget& target) {
  return target.task == Task::kRegression ? target.targets() : target.classes.size();
}

MeanPrediction::MeanPrediction(const ModelTarget& target, std::size_t rows)
    : target_(target), width_(prediction_width(target)), values_(rows * width_), row_(width_) {}

void MeanPrediction::add(const ModelTarget& member,
                         double weight,
                         std::size_t first,
                         std::size_t count,
                         const float* outputs,
                         std::size_t stride) {
  for (std::size_t i = 0; i < count; ++i) {
    read_outputs(member, outputs + i * stride, row_);
    double* mean = values_.data() + (first + i) * width_;
    for (std::size_t c = 0; c < width_; ++c) {
      mean[c] += weight * row_[c];
    }
  }
}

void MeanPrediction::add(double weight, std::span<const double> predictions) {
  for (std::size_t i = 0; i < values_.size(); ++i) {
    values_[i] += weight * predictions[i];
  }
}

void MeanPrediction::write_outputs(std::size_t first, std::size_t count, float* outputs) const {
  for (std::size_t i = 0; i < count; ++i) {
    const double* mean = values_.data() + (first + i) * width_;
    if (target_.task == Task::kBinary) {
      *outputs++ = static_cast<float>(log_of(mean[1]) - log_of(mean[0]));
      continue;
    }
    for (std::size_t c = 0; c < width_; ++c) {
      *outputs++ = target_.task == Task::kRegression ? target_.scaling[c].in_training_units(mean[c])
                                                     : static_cast<float>(log_of(mean[c]));
    }
  }
}

}  // namespace hpsearch::nn
