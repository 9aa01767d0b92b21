#include "nn/data/training_data.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "nn/base/utf8.h"
#include "nn/files/data_error.h"

namespace hpsearch::nn {
namespace {

constexpr std::size_t kClassesShown = 8;

[[noreturn]] void refuse_equal_targets(const Dataset& dataset,
                                       std::size_t output,
                                       std::size_t rows,
                                       float value) {
  std::string which;
  if (!dataset.further_target_names.empty()) {
    which = " " +
            in_quotes(output == 0 ? dataset.target_name : dataset.further_target_names[output - 1]);
  }
  throw DataError(fmt::format("data set '{}'", dataset.name),
                  fmt::format("the target{} of all rows that are left to train on ({}) is {}",
                              which, rows, value),
                  "give a target that varies, or make the validation and the test part smaller");
}

}  // namespace

Preprocess default_preprocess(const Dataset& dataset) {
  return dataset.real_features.empty() ? Preprocess::kUnit : Preprocess::kStandardize;
}

std::size_t network_outputs(const Dataset& dataset) {
  return dataset.task == Task::kClassification ? dataset.classes : dataset.outputs;
}

std::vector<TargetScaling> fit_targets(const Dataset& dataset,
                                       std::span<const std::uint32_t> train,
                                       bool standardize) {
  std::vector<TargetScaling> result(dataset.outputs);
  const double n = static_cast<double>(train.size());
  for (std::size_t output = 0; output < dataset.outputs; ++output) {
    const auto target = [&](std::uint32_t row) {
      return dataset.targets[row * dataset.outputs + output];
    };
    const float first = target(train.front());
    if (std::all_of(train.begin(), train.end(),
                    [&](std::uint32_t row) { return target(row) == first; })) {
      refuse_equal_targets(dataset, output, train.size(), first);
    }
    if (!standardize) {
      continue;
    }
    double sum = 0.0;
    for (const std::uint32_t row : train) {
      sum += static_cast<double>(target(row));
    }
    const double mean = sum / n;
    double squares = 0.0;
    for (const std::uint32_t row : train) {
      const double difference = static_cast<double>(target(row)) - mean;
      squares += difference * difference;
    }
    result[output] = {mean, std::sqrt(squares / n)};
  }
  return result;
}

void gather_targets(const TrainingData& data,
                    std::span<const std::uint32_t> rows,
                    std::vector<float>& values) {
  const std::size_t outputs = data.dataset->outputs;
  values.resize(rows.size() * outputs);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const float* y = data.dataset->targets.data() + rows[i] * outputs;
    for (std::size_t output = 0; output < outputs; ++output) {
      values[i * outputs + output] = data.targets[output].in_training_units(y[output]);
    }
  }
}

std::vector<std::size_t> class_rows(const Dataset& dataset, std::span<const std::uint32_t> train) {
  std::vector<std::size_t> rows(dataset.classes);
  if (dataset.task != Task::kRegression) {
    for (const std::uint32_t row : train) {
      ++rows[dataset.labels[row]];
    }
  }
  return rows;
}

std::vector<std::string> split_notes(const Dataset& dataset, const Split& split) {
  const std::vector<std::size_t> train = class_rows(dataset, split.train);
  const std::vector<std::size_t> validation = class_rows(dataset, split.validation);
  const std::vector<std::size_t> test = class_rows(dataset, split.test);
  std::vector<std::string> notes;
  std::size_t unseen = 0;
  for (std::size_t label = 0; label < train.size(); ++label) {
    if (train[label] > 0 || validation[label] + test[label] == 0 || ++unseen > kClassesShown) {
      continue;
    }
    notes.push_back(
        fmt::format("class {} has no row to train on, but {} to validate and {} to test on",
                    dataset.class_names.empty() ? fmt::format("{}", label)
                                                : in_quotes(dataset.class_names[label]),
                    validation[label], test[label]));
  }
  if (unseen > kClassesShown) {
    notes.push_back(fmt::format("{} more classes have no row to train on", unseen - kClassesShown));
  }
  return notes;
}

TrainingData prepare(std::shared_ptr<const Dataset> dataset,
                     const SplitSpec& split,
                     std::optional<Preprocess> preprocess,
                     std::optional<bool> standardize_target,
                     double whiten_epsilon) {
  Split rows = split_rows(*dataset, split);
  return prepare_split(std::move(dataset), std::move(rows), preprocess, standardize_target,
                       whiten_epsilon);
}

TrainingData prepare_split(std::shared_ptr<const Dataset> dataset,
                           Split split,
                           std::optional<Preprocess> preprocess,
                           std::optional<bool> standardize_target,
                           double whiten_epsilon) {
  const Preprocess kind = preprocess.value_or(default_preprocess(*dataset));
  TrainingData data;
  data.split = std::move(split);
  data.scaling = fit_scaling(*dataset, data.split.train, kind);
  if (dataset->task == Task::kRegression) {
    data.targets = fit_targets(*dataset, data.split.train, standardize_target.value_or(true));
  }
  if (kind == Preprocess::kPcaWhiten) {
    // Once a sweep: for each batch of each trial it would cost as much as a layer of the network.
    const PrincipalAxes axes = principal_axes(*dataset, data.scaling, data.split.train);
    dataset = std::make_shared<const Dataset>(whiten(*dataset, data.scaling, axes, whiten_epsilon));
    data.scaling = fit_scaling(*dataset, data.split.train, Preprocess::kNone);
  }
  data.dataset = std::move(dataset);
  return data;
}

}  // namespace hpsearch::nn
