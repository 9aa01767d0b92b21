#include "nn/data/training_data.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "nn/base/utf8.h"
#include "nn/data/table.h"
#include "nn/data/table_target.h"
#include "nn/files/data_error.h"

namespace hpsearch::nn {
namespace {

constexpr std::size_t kClassesShown = 8;

[[noreturn]] void refuse_equal_targets(const Dataset& dataset,
                                       std::size_t output,
                                       std::size_t rows,
                                       double value) {
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

// Takes away the classes that no row to train on has, and their rows of the other parts.
void drop_unseen_classes(Dataset& dataset, Split& split) {
  if (dataset.task == Task::kRegression) {
    return;
  }
  const std::vector<std::size_t> rows = class_rows(dataset, split.train);
  std::vector<std::uint32_t> label_of(dataset.classes);
  std::vector<std::string> names;
  for (std::size_t label = 0; label < dataset.classes; ++label) {
    if (rows[label] > 0) {
      label_of[label] = static_cast<std::uint32_t>(names.size());
      names.push_back(dataset.class_names[label]);
    }
  }
  if (names.size() == dataset.classes) {
    return;
  }
  const std::size_t before = split.validation.size();
  for (std::vector<std::uint32_t>* part : {&split.validation, &split.test}) {
    std::erase_if(*part, [&](std::uint32_t row) { return rows[dataset.labels[row]] == 0; });
  }
  if (split.validation.empty()) {
    throw DataError(
        fmt::format("data set '{}'", dataset.name),
        fmt::format("none of the {} rows to validate on has a class that is trained", before),
        "make the validation part larger, or give more rows of each class");
  }
  for (std::uint32_t& label : dataset.labels) {
    label = label_of[label];
  }
  dataset.classes = names.size();
  dataset.class_names = std::move(names);
  for (ColumnReport& column : dataset.column_reports) {
    if (column.name == dataset.target_name) {
      column.treatment = classes_treatment(dataset.class_names);
    }
  }
}

// Turns the table of `dataset` into features.
FeaturePipeline make_features(Dataset& dataset,
                              std::span<const std::uint32_t> train,
                              Preprocess kind) {
  const std::shared_ptr<const Table> table = std::move(dataset.table);
  FeaturePipeline pipeline = FeaturePipeline::fit(*table, train, kind);
  dataset.columns = pipeline.features();
  dataset.real_features = pipeline.encode(*table);
  auto report = dataset.column_reports.begin();
  for (const PipelineColumn& column : pipeline.columns()) {
    report = std::find_if(report, dataset.column_reports.end(),
                          [](const ColumnReport& each) { return each.treatment.empty(); });
    report->treatment = column.rule.treatment;
  }
  for (std::string& note : pipeline.notes()) {
    dataset.notes.push_back(std::move(note));
  }
  return pipeline;
}

TargetDescription describe_target(const Dataset& dataset,
                                  const std::vector<TargetScaling>& targets) {
  TargetDescription description{.names = {dataset.target_name},
                                .task = std::string(to_text(dataset.task)),
                                .classes = dataset.class_names,
                                .styles = dataset.target_styles};
  description.names.insert(description.names.end(), dataset.further_target_names.begin(),
                           dataset.further_target_names.end());
  for (const TargetScaling& target : targets) {
    description.mean.push_back(target.mean);
    description.deviation.push_back(target.deviation);
  }
  return description;
}

}  // namespace

Preprocess default_preprocess(const Dataset& dataset) {
  return dataset.features.empty() ? Preprocess::kStandardize : Preprocess::kUnit;
}

std::size_t network_outputs(const Dataset& dataset) {
  return dataset.task == Task::kClassification ? dataset.classes : dataset.outputs;
}

std::vector<TargetScaling> fit_targets(const Dataset& dataset,
                                       std::span<const std::uint32_t> train,
                                       bool standardize) {
  std::vector<TargetScaling> result(dataset.outputs);
  std::vector<double> values(train.size());
  for (std::size_t output = 0; output < dataset.outputs; ++output) {
    std::transform(train.begin(), train.end(), values.begin(), [&](std::uint32_t row) {
      return dataset.targets[std::size_t{row} * dataset.outputs + output];
    });
    const ColumnStatistics statistics = column_statistics(values);
    if (statistics.smallest == statistics.largest) {
      refuse_equal_targets(dataset, output, train.size(), statistics.smallest);
    }
    if (standardize) {
      result[output] = {statistics.mean, statistics.deviation};
    }
  }
  return result;
}

void gather_targets(const TrainingData& data,
                    std::span<const std::uint32_t> rows,
                    std::vector<float>& values) {
  const std::size_t outputs = data.dataset->outputs;
  values.resize(rows.size() * outputs);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double* y = data.dataset->targets.data() + rows[i] * outputs;
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
  std::size_t few = 0;
  for (std::size_t label = 0; label < train.size(); ++label) {
    const std::string name = dataset.class_names.empty() ? fmt::format("{}", label)
                                                         : in_quotes(dataset.class_names[label]);
    if (train[label] == 0 && validation[label] + test[label] > 0) {
      if (++unseen <= kClassesShown) {
        notes.push_back(fmt::format(
            "class {} has no row to train on, but {} to validate and {} to test on{}", name,
            validation[label], test[label],
            dataset.table == nullptr ? "" : ", which are left out: no network can predict it"));
      }
    } else if (dataset.table != nullptr && train[label] > 0 &&
               (validation[label] == 0 || (test[label] == 0 && !split.test.empty())) &&
               ++few <= kClassesShown) {
      const bool tested = test[label] > 0 || split.test.empty();
      notes.push_back(
          fmt::format("class {} has too few rows for every part: {} to train, {} to validate and "
                      "{} to test on; "
                      "the metrics of the {} leave it out",
                      name, train[label], validation[label], test[label],
                      validation[label] > 0 ? "test part"
                      : tested              ? "validation part"
                                            : "validation and the test part"));
    }
  }
  if (unseen > kClassesShown) {
    notes.push_back(fmt::format("{} more classes have no row to train on", unseen - kClassesShown));
  }
  if (few > kClassesShown) {
    notes.push_back(
        fmt::format("{} more classes have too few rows for every part", few - kClassesShown));
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
  std::shared_ptr<FeaturePipeline> pipeline;
  if (dataset->table != nullptr) {
    Dataset encoded = *dataset;
    drop_unseen_classes(encoded, data.split);
    pipeline = std::make_shared<FeaturePipeline>(make_features(encoded, data.split.train, kind));
    dataset = std::make_shared<const Dataset>(std::move(encoded));
  }
  if (kind == Preprocess::kRobust && pipeline == nullptr) {
    throw DataError(fmt::format("data set '{}'", dataset->name),
                    "'preprocess: robust' goes with tables alone", "write preprocess: standardize");
  }
  // The features of a table come scaled.
  data.scaling =
      fit_scaling(*dataset, data.split.train, pipeline == nullptr ? kind : Preprocess::kNone);
  if (dataset->task == Task::kRegression) {
    data.targets = fit_targets(*dataset, data.split.train, standardize_target.value_or(true));
  }
  if (kind == Preprocess::kPcaWhiten) {
    // Once a sweep: for each batch of each trial it would cost as much as a layer of the network.
    const PrincipalAxes axes = principal_axes(*dataset, data.scaling, data.split.train);
    auto whitening = std::make_shared<Whitening>(
        Whitening{data.scaling, whitening_matrix(axes, whiten_epsilon)});
    dataset = std::make_shared<const Dataset>(whiten(*dataset, data.scaling, whitening->matrix));
    data.whitening = std::move(whitening);
    data.scaling = fit_scaling(*dataset, data.split.train, Preprocess::kNone);
  }
  if (pipeline != nullptr) {
    pipeline->describe_target(describe_target(*dataset, data.targets));
  }
  data.pipeline = std::move(pipeline);
  data.dataset = std::move(dataset);
  return data;
}

TrainingData prepare_folds(std::shared_ptr<const Dataset> dataset,
                           std::vector<Split> folds,
                           std::optional<Preprocess> preprocess,
                           std::optional<bool> standardize_target,
                           double whiten_epsilon) {
  // All rows outside the test part are in the last fold; of rows in order, in no other.
  const Split& last = folds.back();
  Split pool{{}, folds.front().validation, last.test};
  std::set_union(last.train.begin(), last.train.end(), last.validation.begin(),
                 last.validation.end(), std::back_inserter(pool.train));
  TrainingData data = prepare_split(std::move(dataset), std::move(pool), preprocess,
                                    standardize_target, whiten_epsilon);
  std::vector<std::shared_ptr<const TrainingData>> all;
  for (Split& split : folds) {
    auto fold = std::make_shared<TrainingData>(data);
    split.test = data.split.test;  // without the rows of classes that no network can predict
    fold->split = std::move(split);
    if (data.dataset->task == Task::kRegression) {
      fold->targets =
          fit_targets(*data.dataset, fold->split.train, standardize_target.value_or(true));
    }
    all.push_back(std::move(fold));
  }
  data.split = all.front()->split;
  data.targets = all.front()->targets;
  data.folds = std::move(all);
  return data;
}

}  // namespace hpsearch::nn
