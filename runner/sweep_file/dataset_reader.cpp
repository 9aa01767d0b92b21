#include "runner/sweep_file/dataset_reader.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "nn/data/builtin_datasets.h"
#include "runner/console/suggest.h"
#include "runner/sweep_file/key_tables.h"
#include "runner/sweep_file/reading_rules_reader.h"
#include "runner/yaml/table_names.h"
#include "runner/yaml/yaml_emit.h"

namespace hpsearch::runner {
namespace {

std::string no_such(std::string_view what, const std::string& path) {
  return fmt::format("there is no {} '{}'{}; check the path", what, path,
                     std::filesystem::path(path).is_absolute() ? "" : " beside this file");
}

// The word `share`, or a probability.
nn::LabelThreshold read_threshold(MapReader& dataset) {
  const YamlNode* node = dataset.take("threshold");
  if (node == nullptr) {
    return {};
  }
  if (node->kind == YamlNode::Kind::kScalar && node->text == "share") {
    return {.at_share = true};
  }
  std::vector<Diagnostic> ignored;
  const auto value = read_value(*node, "threshold", ignored);
  const auto* number = value ? std::get_if<double>(&*value) : nullptr;
  if (number != nullptr && *number > 0.0 && *number < 1.0) {
    return {.value = *number};
  }
  dataset.error("threshold",
                fmt::format("'threshold' must be share (of the training rows that have the second "
                            "class) or a probability between 0 and 1; found {}",
                            describe(*node)));
  return {};
}

// A mistyped built-in name would otherwise be looked for as a file.
void check_source(MapReader& dataset, const nn::DatasetSource& from) {
  const std::string& source = from.source;
  std::error_code unreadable;
  if (nn::find_builtin(source) ||
      (!source.empty() && std::filesystem::exists(from.base_folder / source, unreadable))) {
    return;
  }
  const auto names = table_names(nn::kBuiltinDatasets);
  if (source.find('/') != std::string::npos) {
    dataset.error("source", no_such("file or folder", source));
    return;
  }
  dataset.error(
      "source",
      fmt::format(
          "'{}' is neither a built-in data set ({}) nor a file or folder beside this file{}",
          source, fmt::join(names, ", "), did_you_mean(source, names)));
}

// A folder or an ending makes it a file rather than a mistyped word.
bool looks_like_a_path(const std::string& text) {
  return text.find_first_of("./") != std::string::npos;
}

// A count, a fraction, the one word that the part allows, or a file that exists.
nn::PartSize read_part(MapReader& dataset,
                       std::string_view key,
                       std::string_view word,
                       const std::filesystem::path& folder,
                       std::string& file) {
  const YamlNode* node = dataset.take(key);
  if (node == nullptr) {
    return {};
  }
  if (node->kind == YamlNode::Kind::kScalar && node->text == word) {
    return word == "test" ? nn::PartSize::source_test() : nn::PartSize::none();
  }
  std::vector<Diagnostic> ignored;
  const auto value = read_value(*node, key, ignored);
  if (value) {
    if (const auto* count = std::get_if<std::int64_t>(&*value); count != nullptr && *count >= 1) {
      return nn::PartSize::rows(static_cast<std::uint64_t>(*count));
    }
    if (const auto* share = std::get_if<double>(&*value);
        share != nullptr && *share > 0.0 && *share < 1.0) {
      return nn::PartSize::share(*share);
    }
    std::error_code unreadable;
    if (const auto* path = std::get_if<std::string>(&*value);
        path != nullptr && std::filesystem::is_regular_file(folder / *path, unreadable)) {
      file = *path;
      return {};
    } else if (path != nullptr && looks_like_a_path(*path)) {
      dataset.error(key, no_such("file", *path));
      return {};
    }
  }
  dataset.error(key, fmt::format("'{}' must be a number of rows (1 or more), a fraction between 0 "
                                 "and 1, {}, or a file beside this file; found {}",
                                 key, word, describe(*node)));
  return {};
}

std::optional<nn::ColumnKey> column_of(const YamlNode& node, std::string_view key) {
  std::vector<Diagnostic> ignored;
  const auto value = read_value(node, key, ignored);
  if (value) {
    if (const auto* number = std::get_if<std::int64_t>(&*value);
        number != nullptr && *number >= 0) {
      return nn::ColumnKey(static_cast<std::uint64_t>(*number));
    }
    if (const auto* name = std::get_if<std::string>(&*value)) {
      return nn::ColumnKey(*name);
    }
  }
  return std::nullopt;
}

std::optional<nn::ColumnKey> read_column(MapReader& dataset, std::string_view key) {
  const YamlNode* node = dataset.take(key);
  if (node == nullptr) {
    return std::nullopt;
  }
  const auto column = column_of(*node, key);
  if (!column) {
    dataset.error(key,
                  fmt::format("'{}' must be a column's name, in quotes if it looks like a number, "
                              "or its number from 0; found {}",
                              key, describe(*node)));
  }
  return column;
}

// One column, or a list of columns for a regression with several targets.
void read_target(MapReader& dataset,
                 nn::DatasetSource& source,
                 std::vector<Diagnostic>& diagnostics) {
  const YamlNode* node = dataset.take("target");
  if (node == nullptr || node->kind != YamlNode::Kind::kSequence) {
    source.target = read_column(dataset, "target");
    return;
  }
  if (node->items.empty()) {
    dataset.error("target", "'target' is an empty list; name at least one column");
  }
  for (const YamlNode& item : node->items) {
    const auto column = column_of(item, "target");
    if (!column) {
      diagnostics.push_back(
          {item.position, fmt::format("'target' must list columns' names, in quotes if they look "
                                      "like numbers, or their numbers from 0; found {}",
                                      describe(item))});
    } else if (!source.target) {
      source.target = column;
    } else {
      source.further_targets.push_back(*column);
    }
  }
}

std::optional<nn::Task> read_task(MapReader& dataset) {
  static constexpr std::array kTasks{nn::Task::kClassification, nn::Task::kBinary,
                                     nn::Task::kRegression};
  if (const auto name = dataset.name("task")) {
    return *std::find_if(kTasks.begin(), kTasks.end(),
                         [&](nn::Task task) { return nn::to_text(task) == *name; });
  }
  return std::nullopt;
}

// Built-in data sets come with their target, and have no other columns.
void check_columns_of_builtin(MapReader& dataset, const nn::DatasetSource& source) {
  if (!nn::find_builtin(source.source)) {
    return;
  }
  for (const char* key : {"target", "group", "order"}) {
    if (dataset.has(key)) {
      dataset.error(key, fmt::format("the built-in data set '{}' has no columns to name; leave "
                                     "'{}' out",
                                     source.source, key));
    }
  }
}

void check_stratify(MapReader& dataset, const nn::DataSpec& spec) {
  if (spec.source.group && spec.source.order) {
    dataset.error("order", "'group' and 'order' are two ways to split; leave one of them out");
  }
  const char* key = spec.source.group ? "group" : spec.source.order ? "order" : nullptr;
  if (spec.split.stratify == true && key != nullptr) {
    dataset.error("stratify",
                  fmt::format("a split by {} cannot be stratified; leave 'stratify' out", key));
  } else if (spec.split.stratify == true && spec.source.task == nn::Task::kRegression) {
    dataset.error("stratify", "a split for regression cannot be stratified; leave 'stratify' out");
  }
}

// Each row outside the test part is validated on in one of the folds.
void check_folds(MapReader& dataset) {
  if (dataset.has("validation")) {
    dataset.error("folds",
                  "'folds' validates on every row outside the test part, so there is no other "
                  "validation part; leave 'folds' or 'validation' out");
  }
}

}  // namespace

nn::DataSpec read_dataset(MapReader& top,
                          const std::filesystem::path& folder,
                          std::vector<Diagnostic>& diagnostics) {
  nn::DataSpec spec;
  const YamlNode* node = top.take("dataset");
  if (node == nullptr) {
    if (!top.is_map()) {
      return spec;  // an error already
    }
    top.error(
        "dataset",
        fmt::format("'dataset' is missing; write dataset: {{source: digits}}, or another of "
                    "the built-in data sets ({}), or a CSV file, a NumPy file, or a folder of "
                    "IDX files",
                    fmt::join(table_names(nn::kBuiltinDatasets), ", ")));
    return spec;
  }
  if (node->kind == YamlNode::Kind::kScalar) {
    top.error("dataset", fmt::format("'dataset' must be a map; write dataset: {{source: {}}}",
                                     emit_text(node->text)));
    return spec;
  }
  MapReader dataset(*node, "dataset", diagnostics, dataset_keys());
  if (dataset.require("source") != nullptr) {
    spec.source = {.source = dataset.text("source").value_or(""), .base_folder = folder};
    check_source(dataset, spec.source);
  }
  read_target(dataset, spec.source, diagnostics);
  spec.source.task = read_task(dataset);
  if (!spec.source.further_targets.empty() &&
      spec.source.task.value_or(nn::Task::kRegression) != nn::Task::kRegression) {
    dataset.error("task", fmt::format("several targets are a regression; write one target, or "
                                      "leave 'task: {}' out",
                                      nn::to_text(*spec.source.task)));
  }
  spec.source.rules = read_reading_rules(dataset, spec.source, diagnostics);
  spec.source.group = read_column(dataset, "group");
  spec.source.order = read_column(dataset, "order");
  check_columns_of_builtin(dataset, spec.source);
  spec.split.validation =
      read_part(dataset, "validation", "test", folder, spec.source.validation_file);
  spec.split.test = read_part(dataset, "test", "none", folder, spec.source.test_file);
  if (spec.split.validation.kind == nn::PartSize::Kind::kSourceTest && !dataset.has("test")) {
    spec.split.test = nn::PartSize::none();
  }
  spec.split.seed = static_cast<std::uint64_t>(dataset.integer("split_seed").value_or(0));
  if (const auto folds = dataset.integer("folds")) {
    spec.folds = static_cast<int>(*folds);
    check_folds(dataset);
  }
  spec.split.stratify = dataset.boolean("stratify");
  check_stratify(dataset, spec);
  if (const auto name = dataset.name("preprocess")) {
    spec.preprocess = *nn::find_preprocess(*name);
  }
  if (const auto epsilon = dataset.real("whiten_epsilon")) {
    spec.whiten_epsilon = *epsilon;
    if (spec.preprocess != nn::Preprocess::kPcaWhiten) {
      dataset.error("whiten_epsilon",
                    "'whiten_epsilon' goes with 'preprocess: pca_whiten' alone; leave it out");
    }
  }
  spec.standardize_target = dataset.boolean("standardize_target");
  spec.threshold = read_threshold(dataset);
  return spec;
}

}  // namespace hpsearch::runner
