// Loads rows of a data set into a network.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "nn/data/training_data.h"
#include "nn/network/loss.h"
#include "nn/network/mlp.h"
#include "nn/settings/settings.h"

namespace hpsearch::nn {

// Rows per update: settings.batch_size, or all training rows if it is `full` or larger than their
// number.
std::size_t rows_of_batch(const Settings& settings, const TrainingData& data);

// The loss of a regression: settings.loss, or the squared one.
RegressionLoss regression_loss(const Settings& settings);

// Not thread-safe. Allocates only when a batch is larger than all before it.
class BatchLoader {
 public:
  // `data` must outlive this object. Throws SettingError if the class weights do not fit the data.
  BatchLoader(const Settings& settings, const TrainingData& data);

  // Writes the features of these rows of the data set to the network's inputs and returns their
  // targets, valid until the next call. Training applies class weights and label smoothing;
  // evaluation applies neither, so that losses of trials with different settings are comparable.
  // Requires at most network.batch_rows() rows for training and network.evaluation_rows() for
  // evaluation.
  BatchTargets for_training(std::span<const std::uint32_t> rows, Mlp& network);
  BatchTargets for_evaluation(std::span<const std::uint32_t> rows, Mlp& network);

 private:
  const TrainingData& data_;
  RegressionLoss regression_;
  double huber_delta_;
  double label_smoothing_;
  std::vector<double> class_weights_;
  std::vector<std::uint32_t> labels_;
  std::vector<float> values_;
};

}  // namespace hpsearch::nn
