#include "runner/run/weights_metadata.h"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "nn/network/weights.h"
#include "nn/settings/settings.h"
#include "nn/training/target_range.h"
#include "runner/run/environment.h"
#include "runner/yaml/yaml_reader.h"
#include "runner/yaml/yaml_tree.h"
#include "search/space/space.h"

namespace hpsearch::runner {
namespace {

// Fills in the defaults from their table. Layers can be given in several ways; their default
// applies only if none of them is used.
nn::SettingMap with_defaults(nn::SettingMap settings) {
  const bool layers = std::any_of(settings.begin(), settings.end(),
                                  [](const auto& s) { return s.first.starts_with("hidden"); });
  for (const nn::SettingInfo& setting : nn::setting_table()) {
    const std::string name(setting.name);
    const std::string_view fallback =
        setting.fallback.empty() ? nn::dependent_default(name, settings) : setting.fallback;
    if (fallback.empty() || (layers && name.starts_with("hidden"))) {
      continue;
    }
    std::vector<Diagnostic> diagnostics;
    const auto yaml = parse_yaml({"default", std::string(fallback)}, diagnostics);
    settings.emplace(name, *read_value(*yaml, name, diagnostics));
  }
  return settings;
}

// The class names in the order of the outputs; labels without a name are their own.
std::string class_names(const nn::Dataset& dataset) {
  std::vector<std::string> names = dataset.class_names;
  for (std::size_t label = names.size(); label < dataset.classes; ++label) {
    names.push_back(std::to_string(label));
  }
  return nn::json_text(nlohmann::json(names));
}

// The entries for several targets.
void add_targets(nn::TensorMetadata& metadata, const nn::TrainingData& data) {
  std::vector<std::string> names{data.dataset->target_name};
  const std::vector<std::string>& further = data.dataset->further_target_names;
  names.insert(names.end(), further.begin(), further.end());
  nlohmann::json means = nlohmann::json::array();
  nlohmann::json deviations = nlohmann::json::array();
  for (const nn::TargetScaling& target : data.targets) {
    means.push_back(target.mean);
    deviations.push_back(target.deviation);
  }
  metadata.emplace("target", nn::json_text(nlohmann::json(names)));
  metadata.emplace("target_mean", nn::json_text(means));
  metadata.emplace("target_deviation", nn::json_text(deviations));
}

// The ranges of the training targets, which a reader of the file must clip predictions to as well.
void add_ranges(nn::TensorMetadata& metadata, const nn::TrainingData& data) {
  nlohmann::json least = nlohmann::json::array();
  nlohmann::json most = nlohmann::json::array();
  for (const nn::TargetRange& range : nn::target_ranges(data)) {
    least.push_back(range.least);
    most.push_back(range.most);
  }
  metadata.emplace("target_least", nn::json_text(least));
  metadata.emplace("target_most", nn::json_text(most));
}

}  // namespace

nn::TensorMetadata weights_metadata(const storage::SweepRow& sweep,
                                    const storage::LeaderboardRow& winner,
                                    const TrialTask& task,
                                    const search::SweepSpec& spec,
                                    const nn::TrainingData& data) {
  const nn::Dataset& dataset = *data.dataset;
  const nn::Preprocess preprocess =
      spec.dataset.preprocess.value_or(nn::default_preprocess(dataset));
  const nn::Settings settings = nn::make_settings(task.settings);
  nn::TensorMetadata metadata{
      {"tool", fmt::format("hpsearch {}", tool_version())},
      {"layout", nn::weight_layout(settings)},
      {"sweep", sweep.name},
      {"trial", fmt::format("{}", winner.trial)},
      {"epoch", fmt::format("{}", winner.best_epoch)},
      {"seed", fmt::format("{}", winner.seed)},
      {"metric", sweep.metric},
      {"value", fmt::format("{}", winner.value)},
      {"settings", search::params_json(with_defaults(task.settings))},
      {"task", std::string(nn::to_text(dataset.task))},
      {"preprocess", std::string(nn::name_of(preprocess))},
  };
  if (preprocess == nn::Preprocess::kPcaWhiten) {
    metadata.emplace("whiten_epsilon", fmt::format("{}", spec.dataset.whiten_epsilon));
  }
  if (dataset.image != nn::ImageShape{}) {
    metadata.emplace("image", fmt::format("[{},{}]", dataset.image.height, dataset.image.width));
  }
  if (dataset.task != nn::Task::kRegression) {
    metadata.emplace("classes", class_names(dataset));
    return metadata;
  }
  if (settings.clip_predictions) {
    add_ranges(metadata, data);
  }
  if (!dataset.further_target_names.empty()) {
    add_targets(metadata, data);
    return metadata;
  }
  if (!dataset.target_name.empty()) {
    metadata.emplace("target", dataset.target_name);
  }
  metadata.emplace("target_mean", fmt::format("{}", data.targets.front().mean));
  metadata.emplace("target_deviation", fmt::format("{}", data.targets.front().deviation));
  return metadata;
}

}  // namespace hpsearch::runner
