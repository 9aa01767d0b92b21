#include "reports/model_export/npz_export.h"

#include <cstddef>
#include <utility>
#include <vector>

#include "reports/model_export/npz_writer.h"

namespace hpsearch::reports {
namespace {

std::string kind_name(FeatureKind kind) {
  switch (kind) {
    case FeatureKind::kMissing:
      return "missing";
    case FeatureKind::kLevel:
      return "level";
    case FeatureKind::kOther:
      return "other";
    case FeatureKind::kValue:
      break;
  }
  return "value";
}

void add_features(NpzWriter& file, const ModelPlan& plan) {
  std::vector<std::string> inputs;
  for (const PlanInput& input : plan.inputs) {
    inputs.push_back(input.name);
  }
  std::vector<std::string> input;
  std::vector<std::string> kind;
  std::vector<std::string> level;
  std::vector<double> fill;
  std::vector<double> centre;
  std::vector<double> factor;
  std::vector<double> shift;
  std::vector<double> bend;
  for (const PlanFeature& feature : plan.features) {
    const PlanInput& from = plan.inputs[feature.input];
    input.push_back(from.name);
    kind.push_back(kind_name(feature.kind));
    level.push_back(feature.kind == FeatureKind::kLevel ? from.levels[feature.level] : "");
    fill.push_back(feature.fill);
    centre.push_back(feature.centre);
    factor.push_back(feature.factor);
    shift.push_back(feature.shift);
    bend.push_back(feature.bend);
  }
  file.add("inputs", inputs);
  file.add("input", input);
  file.add("kind", kind);
  file.add("level", level);
  file.add("fill", fill);
  file.add("centre", centre);
  file.add("factor", factor);
  file.add("shift", shift);
  file.add("bend", bend);
  if (!plan.whitening().empty()) {
    file.add("whitening", plan.whitening(), {plan.features.size(), plan.features.size()});
  }
  if (plan.waves) {
    const PlanWaves& waves = *plan.waves;
    file.add("wave_input", std::vector<double>(waves.inputs.begin(), waves.inputs.end()));
    for (const nn::LoadedTensor* tensor :
         {waves.frequency, waves.phase, waves.weight, waves.bias}) {
      file.add(tensor->name, tensor->values, tensor->shape);
    }
  }
  const PlanBins bins = plan.bins();
  if (!bins.input.empty()) {
    file.add("bin_input", std::vector<double>(bins.input.begin(), bins.input.end()));
    file.add("bin_low", bins.low, {bins.low.size()});
    file.add("bin_high", bins.high, {bins.high.size()});
  }
}

void add_layers(NpzWriter& file, const ModelPlan& plan) {
  std::vector<std::string> activations;
  for (const PlanLayer& layer : plan.layers) {
    activations.emplace_back(name_of(layer.activation));
  }
  file.add("activation", activations);
  const nn::Settings& settings = plan.model->settings;
  file.add("slope", settings.slope);
  file.add("alpha", settings.alpha);
  file.add("bn_epsilon", settings.bn_epsilon);
  const auto add = [&](const nn::LoadedTensor* tensor) {
    file.add(tensor->name, tensor->values, tensor->shape);
  };
  for (const PlanLayer& layer : plan.layers) {
    add(layer.weight);
    add(layer.bias);
    if (layer.norm) {
      add(layer.norm->gamma);
      add(layer.norm->beta);
      add(layer.norm->mean);
      add(layer.norm->variance);
    }
  }
}

void add_target(NpzWriter& file, const ModelPlan& plan) {
  const nn::ModelTarget& target = plan.model->target;
  file.add("outputs", plan.output_names());
  if (plan.is_regression()) {
    std::vector<double> mean;
    std::vector<double> deviation;
    for (const nn::TargetScaling& scaling : target.scaling) {
      mean.push_back(scaling.mean);
      deviation.push_back(scaling.deviation);
    }
    file.add("target_mean", mean);
    file.add("target_deviation", deviation);
  }
  if (!plan.ranges().empty()) {
    std::vector<double> least;
    std::vector<double> most;
    for (const nn::OutputRange& range : plan.ranges()) {
      least.push_back(static_cast<double>(range.least));
      most.push_back(static_cast<double>(range.most));
    }
    file.add("least", least);
    file.add("most", most);
  }
  for (const auto& [key, value] : plan.origin()) {
    if (key != "task") {
      file.add(key, std::string_view(value));
    }
  }
  file.add("task", nn::to_text(plan.task()));
}

}  // namespace

std::string npz_file(const ModelPlan& plan) {
  NpzWriter file;
  add_features(file, plan);
  add_layers(file, plan);
  add_target(file, plan);
  return std::move(file).finish();
}

}  // namespace hpsearch::reports
