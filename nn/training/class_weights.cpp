#include "nn/training/class_weights.h"

#include <algorithm>

#include <fmt/format.h>

#include "nn/base/utf8.h"

namespace hpsearch::nn {
namespace {

using Kind = ClassWeights::Kind;

constexpr std::size_t kNamesShown = 8;

// The class names in the order of their labels, for a message: "benign, malignant".
std::string class_order(const Dataset& dataset) {
  std::string order;
  for (std::size_t label = 0; label < std::min(dataset.classes, kNamesShown); ++label) {
    const std::string name = dataset.class_names.empty() ? fmt::format("'{}'", label)
                                                         : in_quotes(dataset.class_names[label]);
    order += fmt::format("{}{}", label == 0 ? "" : ", ", name.substr(1, name.size() - 2));
  }
  return dataset.classes > kNamesShown ? order + ", ..." : order;
}

}  // namespace

std::optional<std::string> why_unfit(const ClassWeights& weights, const Dataset& dataset) {
  if (weights.kind == Kind::kNone) {
    return std::nullopt;
  }
  if (dataset.task == Task::kRegression) {
    return fmt::format(
        "'class_weights' applies to classification only, but '{}' is a regression; remove it",
        dataset.name);
  }
  if (weights.kind == Kind::kList && weights.list.size() != dataset.classes) {
    return fmt::format(
        "'class_weights' has {} weight{}, but '{}' has {} classes; give one weight per class, in "
        "this order: {}",
        weights.list.size(), weights.list.size() == 1 ? "" : "s", dataset.name, dataset.classes,
        class_order(dataset));
  }
  return std::nullopt;
}

std::vector<double> weights_of_classes(const ClassWeights& weights, const TrainingData& data) {
  if (const auto reason = why_unfit(weights, *data.dataset)) {
    throw SettingError("class_weights", *reason);
  }
  if (weights.kind != Kind::kBalanced) {
    return weights.list;
  }
  const std::vector<std::size_t> rows = class_rows(*data.dataset, data.split.train);
  const double n = static_cast<double>(data.split.train.size());
  std::vector<double> balanced;
  balanced.reserve(rows.size());
  for (const std::size_t of_class : rows) {
    balanced.push_back(
        of_class == 0 ? 0.0
                      : n / (static_cast<double>(rows.size()) * static_cast<double>(of_class)));
  }
  return balanced;
}

}  // namespace hpsearch::nn
