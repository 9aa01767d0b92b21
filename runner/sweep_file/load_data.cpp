#include "runner/sweep_file/load_data.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "nn/data/fold_split.h"
#include "nn/data/table.h"
#include "runner/sweep_file/data_checks.h"
#include "runner/sweep_file/table_recipe.h"
#include "search/sweep/metric.h"

namespace hpsearch::runner {

namespace {

// A metric that is measured on one kind of target only decides what the target is.
void let_metric_decide(const SweepFile& file, nn::DatasetSource& source) {
  const YamlNode* metric = file.tree.find("metric");
  if (source.task || metric == nullptr || metric->find("name") == nullptr) {
    return;
  }
  const search::MetricInfo* info = search::find_metric(file.spec.metric.name);
  if (info != nullptr && info->scope != search::MetricScope::kEveryTask) {
    source.metric = file.spec.metric.name;
    source.metric_wants_classes = info->scope != search::MetricScope::kRegression;
  }
}

// Where the sweep file names the column that the table lacks.
const YamlNode* find_column_key(const YamlNode& tree, const nn::UnknownColumn& error) {
  const YamlNode* dataset = tree.find("dataset");
  const YamlNode* columns = dataset == nullptr ? nullptr : dataset->find("columns");
  const YamlNode* node = dataset == nullptr ? nullptr : dataset->find(error.role());
  if (node == nullptr && columns != nullptr) {
    node = columns->find(error.role());
  }
  if (node == nullptr) {
    return nullptr;
  }
  for (const YamlNode& item : node->items) {
    if (item.text == error.column()) {
      return &item;
    }
  }
  return node;
}

nn::Dataset load_table(const SweepFile& file,
                       const nn::DatasetSource& source,
                       ColumnErrors errors) {
  try {
    return nn::load_dataset(source);
  } catch (const nn::UnknownColumn& error) {
    const YamlNode* node =
        errors == ColumnErrors::kAtTheTable ? nullptr : find_column_key(file.tree, error);
    if (node == nullptr) {
      throw;
    }
    refuse(file.source, {{node->position, error.what()}});
  }
}

// The split, or one for each fold.
std::vector<nn::Split> splits_of(const nn::Dataset& dataset, const nn::DataSpec& how) {
  return how.folds > 0 ? nn::split_folds(dataset, how.split, how.folds)
                       : std::vector{nn::split_rows(dataset, how.split)};
}

// The file with the recipe for its table in place of `preset`.
SweepFile fit_preset(SweepFile file, const nn::Dataset& dataset) {
  const std::size_t rows = splits_of(dataset, file.spec.dataset).front().train.size();
  file.tree = without_preset(std::move(file.tree), facts_of(dataset, rows));
  std::vector<Diagnostic> diagnostics;
  auto spec = read_sweep(file.tree, file.spec.name, file.folder, diagnostics);
  if (!spec) {
    refuse(file.source, diagnostics);
  }
  spec->dataset.folds = file.spec.dataset.folds;  // which an ensemble has of its own
  file.spec = *std::move(spec);
  return file;
}

// The sweep with its data, of a file without `preset`.
LoadedSweep with_data(const SweepFile& file, std::shared_ptr<nn::Dataset> dataset) {
  const bool table = dataset->table != nullptr;
  LoadedSweep loaded{resolve(file, *dataset), {}};
  const nn::DataSpec& how = loaded.spec.dataset;
  std::vector<nn::Split> splits = splits_of(*dataset, how);
  if (const int folds = loaded.spec.ensemble.folds; folds > 0 && how.folds == 0) {
    nn::split_folds(*dataset, how.split, folds);  // refuses here what it would at the end
  }
  for (std::string& note : nn::split_notes(*dataset, splits.front())) {
    dataset->notes.push_back(std::move(note));  // before anyone else has seen the data set
  }
  loaded.data = how.folds > 0
                    ? nn::prepare_folds(std::move(dataset), std::move(splits), how.preprocess,
                                        how.standardize_target, how.whiten_epsilon)
                    : nn::prepare_split(std::move(dataset), std::move(splits.front()),
                                        how.preprocess, how.standardize_target, how.whiten_epsilon);
  loaded.data.threshold = how.threshold;
  if (table) {
    loaded.spec = resolve(file, *loaded.data.dataset);  // its features and classes are known now
  }
  check_validation(file, loaded.spec, loaded.data);
  for (const auto& fold : loaded.data.folds) {
    check_validation(file, loaded.spec, *fold);
  }
  return loaded;
}

}  // namespace

LoadedSweep load_data(const SweepFile& file, ColumnErrors errors) {
  if (file.spec.program) {
    return {file.spec, {}};
  }
  nn::DatasetSource source = file.spec.dataset.source;
  let_metric_decide(file, source);
  auto dataset = std::make_shared<nn::Dataset>(load_table(file, source, errors));
  return has_preset(file.tree) ? with_data(fit_preset(file, *dataset), dataset)
                               : with_data(file, dataset);
}

std::function<nn::TrainingData(int folds)> load_folds_of(const SweepFile& file) {
  return [&file](int folds) {
    SweepFile in_folds = file;
    in_folds.spec.dataset.folds = folds;
    return load_data(in_folds).data;
  };
}

}  // namespace hpsearch::runner
