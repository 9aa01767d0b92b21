#include "nn/model/trained_model.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "nn/training/target_range.h"

namespace hpsearch::nn {
namespace {

std::vector<double> training_means(const TrainingData& data) {
  const Dataset& dataset = *data.dataset;
  std::vector<double> means;
  std::vector<double> values(data.split.train.size());
  for (std::size_t output = 0; output < dataset.outputs; ++output) {
    std::transform(data.split.train.begin(), data.split.train.end(), values.begin(),
                   [&](std::uint32_t row) {
                     return dataset.targets[std::size_t{row} * dataset.outputs + output];
                   });
    means.push_back(column_statistics(values).mean);
  }
  return means;
}

// Requires two classes with rows.
double threshold_of(const LabelThreshold& wish, const std::vector<std::size_t>& class_rows) {
  const auto rows = static_cast<double>(class_rows[0] + class_rows[1]);
  return wish.at_share ? static_cast<double>(class_rows[1]) / rows : wish.value;
}

}  // namespace

std::size_t ModelTarget::outputs() const {
  switch (task) {
    case Task::kClassification:
      return classes.size();
    case Task::kRegression:
      return scaling.size();
    case Task::kBinary:
      break;
  }
  return 1;
}

ModelInputs inputs_of(const TrainingData& data) {
  ModelInputs inputs{.features = data.dataset->columns,
                     .pipeline = data.pipeline,
                     .scaling = data.scaling,
                     .whitening = {},
                     .image = data.dataset->image};
  if (data.whitening != nullptr) {
    inputs.scaling = data.whitening->scaling;
    inputs.whitening = data.whitening->matrix;
  }
  return inputs;
}

ModelTarget target_of(const TrainingData& data) {
  const Dataset& dataset = *data.dataset;
  ModelTarget target{.task = dataset.task,
                     .names = {},
                     .classes = dataset.class_names,
                     .scaling = data.targets,
                     .styles = dataset.target_styles,
                     .class_rows = class_rows(dataset, data.split.train)};
  if (!dataset.target_name.empty()) {
    target.names.push_back(dataset.target_name);
    target.names.insert(target.names.end(), dataset.further_target_names.begin(),
                        dataset.further_target_names.end());
  }
  for (std::size_t label = target.classes.size(); label < dataset.classes; ++label) {
    target.classes.push_back(std::to_string(label));  // labels without names are their own
  }
  if (dataset.task == Task::kRegression) {
    target.training_mean = training_means(data);
  } else if (dataset.task == Task::kBinary) {
    target.threshold = threshold_of(data.threshold, target.class_rows);
  }
  return target;
}

TrainedModel model_of(const Mlp& network, const Settings& settings, const TrainingData& data) {
  TrainedModel model{.settings = settings,
                     .precision = network.in_bfloat16() ? Precision::kBf16 : Precision::kF32,
                     .products = {network.batch_rows(), network.evaluation_rows()},
                     .weights = {},
                     .inputs = inputs_of(data),
                     .target = target_of(data),
                     .metadata = {}};
  if (settings.clip_predictions) {
    model.target.ranges = output_ranges(data);
  }
  model.inputs.waved = network.network_inputs().waved;
  model.inputs.binned = network.network_inputs().binned;
  copy_weights(network, model.weights);
  return model;
}

WeightSet network_weights(std::vector<LoadedTensor> tensors) {
  std::erase_if(tensors, [](const LoadedTensor& tensor) {
    return tensor.name.starts_with(kPreprocessPrefix) || tensor.name.starts_with(kLinearPrefix);
  });
  return tensors;
}

}  // namespace hpsearch::nn
