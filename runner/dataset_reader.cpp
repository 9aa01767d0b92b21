#include "runner/dataset_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "nn/builtin_datasets.h"
#include "runner/limits.h"
#include "runner/suggest.h"
#include "runner/table_names.h"

namespace hpsearch::runner {
namespace {

// A mistyped built-in name would otherwise be looked for as a folder.
void check_source(MapReader& dataset, const nn::DatasetSource& from) {
  const std::string& source = from.source;
  if (source.empty() || nn::find_builtin(source) || source.find('/') != std::string::npos ||
      std::filesystem::exists(from.base_folder / source)) {
    return;
  }
  const auto names = table_names(nn::kBuiltinDatasets);
  dataset.error(
      "source",
      fmt::format("'{}' is neither a built-in data set ({}) nor a folder beside this file{}",
                  source, fmt::join(names, ", "), did_you_mean(source, names)));
}

// A count, a fraction, or the one word that this part may be.
nn::PartSize read_part(MapReader& dataset, std::string_view key, std::string_view word) {
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
  }
  dataset.error(
      key,
      fmt::format("'{}' must be a number of rows (1 or more), a fraction between 0 and 1, or {}; "
                  "found {}",
                  key, word, describe(*node)));
  return {};
}

}  // namespace

nn::DataSpec read_dataset(MapReader& top,
                          const std::filesystem::path& folder,
                          std::vector<Diagnostic>& diagnostics) {
  nn::DataSpec spec;
  const YamlNode* node = top.take("dataset");
  if (node == nullptr) {
    top.error("dataset",
              fmt::format("'dataset' is missing; write dataset: {{source: digits}}, or another of "
                          "the built-in data sets ({}), or a folder of IDX files",
                          fmt::join(table_names(nn::kBuiltinDatasets), ", ")));
    return spec;
  }
  MapReader dataset(*node, "dataset", diagnostics);
  if (dataset.require("source") != nullptr) {
    spec.source = {dataset.text("source").value_or(""), folder};
    check_source(dataset, spec.source);
  }
  spec.split.validation = read_part(dataset, "validation", "test");
  spec.split.test = read_part(dataset, "test", "none");
  if (spec.split.validation.kind == nn::PartSize::Kind::kSourceTest && !dataset.has("test")) {
    spec.split.test = nn::PartSize::none();
  }
  spec.split.seed = static_cast<std::uint64_t>(
      dataset.integer("split_seed", {.min = 0, .max = kMaxSeed}).value_or(0));
  spec.split.stratify = dataset.boolean("stratify").value_or(true);
  if (const auto name = dataset.name("preprocess", table_names(nn::kPreprocessTable))) {
    spec.preprocess = *nn::find_preprocess(*name);
  }
  spec.standardize_target = dataset.boolean("standardize_target");
  return spec;
}

}  // namespace hpsearch::runner
