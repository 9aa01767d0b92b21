// Puts rows of a data set into a network.
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

// Rows of an update: settings.batch_size, or all training rows where that is `full` or larger.
std::size_t rows_of_batch(const Settings& settings, const TrainingData& data);

// Used by one thread. Allocates for its largest batch once.
class BatchLoader {
 public:
  // `data` must outlive this. Throws SettingError where the class weights do not fit the data.
  BatchLoader(const Settings& settings, const TrainingData& data);

  // Puts the features of `rows` into the network's inputs and gathers what it should say of them,
  // as the training judges it (weights, smoothing), or as an evaluation does (neither: losses of
  // trials that weigh otherwise compare). Good until the next call. Requires at most
  // network.batch_rows() rows, of an evaluation network.evaluation_rows().
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
