// Small data sets for every task, built in memory.
#pragma once

#include <cstdint>
#include <memory>
#include <numeric>
#include <utility>
#include <vector>

#include "nn/data/training_data.h"

namespace hpsearch::nn {

// One column with the bytes 0, 1, 2, ... and these classes or numbers as targets.
inline Dataset labelled(Task task, std::vector<std::uint32_t> labels, std::size_t classes) {
  Dataset dataset;
  dataset.name = "small";
  dataset.task = task;
  dataset.rows = labels.size();
  dataset.columns = 1;
  dataset.classes = classes;
  dataset.features.resize(labels.size());
  std::iota(dataset.features.begin(), dataset.features.end(), std::uint8_t{0});
  dataset.labels = std::move(labels);
  return dataset;
}

inline Dataset numbered(std::vector<double> targets) {
  Dataset dataset = labelled(Task::kRegression, std::vector<std::uint32_t>(targets.size()), 0);
  dataset.labels.clear();
  dataset.targets = std::move(targets);
  return dataset;
}

// A regression on a table of numbers with `columns` per row; the targets are 0, 1, 2, ...
inline Dataset numbers(std::vector<float> values, std::size_t columns) {
  Dataset dataset;
  dataset.name = "numbers";
  dataset.task = Task::kRegression;
  dataset.columns = columns;
  dataset.rows = values.size() / columns;
  dataset.targets.resize(dataset.rows);
  std::iota(dataset.targets.begin(), dataset.targets.end(), 0.0);
  dataset.real_features = std::move(values);
  return dataset;
}

// Uses the first `train` rows for training and the others for validation, with unscaled features.
inline TrainingData split_at(Dataset dataset, std::size_t train) {
  TrainingData data;
  for (std::size_t row = 0; row < dataset.rows; ++row) {
    (row < train ? data.split.train : data.split.validation)
        .push_back(static_cast<std::uint32_t>(row));
  }
  data.scaling = fit_scaling(dataset, data.split.train, Preprocess::kUnit);
  if (dataset.task == Task::kRegression) {
    data.targets = fit_targets(dataset, data.split.train, true);
  }
  data.dataset = std::make_shared<const Dataset>(std::move(dataset));
  return data;
}

}  // namespace hpsearch::nn
