#include "reports/model_export/npz_export.h"

#include <cstddef>
#include <utility>
#include <vector>

#include <fmt/format.h>

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
  std::vector<std::string> against;
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
    against.push_back(feature.fill != 0.0 && !level.back().empty() ? from.levels.front() : "");
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
  file.add("against", against);
  file.add("fill", fill);
  file.add("centre", centre);
  file.add("factor", factor);
  file.add("shift", shift);
  file.add("bend", bend);
  if (!plan.whitening().empty()) {
    file.add("whitening", plan.whitening(), {plan.features.size(), plan.features.size()});
  }
}

void add_embeddings(NpzWriter& file, const PlanNetwork& network, const std::string& prefix) {
  if (network.waves) {
    const PlanWaves& waves = *network.waves;
    file.add(prefix + "wave_input", std::vector<double>(waves.inputs.begin(), waves.inputs.end()));
    for (const nn::LoadedTensor* tensor :
         {waves.frequency, waves.phase, waves.weight, waves.bias}) {
      file.add(prefix + tensor->name, tensor->values, tensor->shape);
    }
  }
  const PlanBins& bins = network.bins;
  if (!bins.input.empty()) {
    file.add(prefix + "bin_input", std::vector<double>(bins.input.begin(), bins.input.end()));
    file.add(prefix + "bin_low", bins.low, {bins.low.size()});
    file.add(prefix + "bin_high", bins.high, {bins.high.size()});
  }
}

void add_layers(NpzWriter& file, const PlanNetwork& network, const std::string& prefix) {
  std::vector<std::string> activations;
  for (const PlanLayer& layer : network.layers) {
    activations.emplace_back(name_of(layer.activation));
  }
  file.add(prefix + "activation", activations);
  const nn::Settings& settings = network.settings();
  file.add(prefix + "slope", settings.slope);
  file.add(prefix + "alpha", settings.alpha);
  file.add(prefix + "bn_epsilon", settings.bn_epsilon);
  const auto add = [&](const nn::LoadedTensor* tensor) {
    file.add(prefix + tensor->name, tensor->values, tensor->shape);
  };
  for (const PlanLayer& layer : network.layers) {
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

void add_scaling(NpzWriter& file, const PlanNetwork& network, const std::string& prefix) {
  if (network.model->target.task == nn::Task::kRegression) {
    std::vector<double> mean;
    std::vector<double> deviation;
    for (const nn::TargetScaling& scaling : network.scaling()) {
      mean.push_back(scaling.mean);
      deviation.push_back(scaling.deviation);
    }
    file.add(prefix + "target_mean", mean);
    file.add(prefix + "target_deviation", deviation);
  }
  if (!network.ranges().empty()) {
    std::vector<double> least;
    std::vector<double> most;
    for (const nn::OutputRange& range : network.ranges()) {
      least.push_back(static_cast<double>(range.least));
      most.push_back(static_cast<double>(range.most));
    }
    file.add(prefix + "least", least);
    file.add(prefix + "most", most);
  }
}

void add_origin(NpzWriter& file, const ModelPlan& plan) {
  for (const auto& [key, value] : plan.origin()) {
    if (key != "task") {
      file.add(key, std::string_view(value));
    }
  }
  file.add("task", nn::to_text(plan.task()));
  if (plan.task() == nn::Task::kBinary) {
    file.add("threshold", plan.model->target.threshold);
  }
}

// Without a prefix for a single network; the order of the arrays is that of the header.
void add_networks(NpzWriter& file, const ModelPlan& plan) {
  std::vector<double> shares;
  for (std::size_t m = 0; m < plan.networks.size(); ++m) {
    const PlanNetwork& network = plan.networks[m];
    const std::string prefix = plan.is_mean() ? fmt::format("members.{}.", m) : "";
    add_embeddings(file, network, prefix);
    add_layers(file, network, prefix);
    if (m == 0) {
      file.add("outputs", plan.output_names());
    }
    add_scaling(file, network, prefix);
    shares.push_back(network.share);
  }
  if (plan.is_mean()) {
    file.add("share", shares);
  }
}

}  // namespace

std::string npz_file(const ModelPlan& plan) {
  NpzWriter file;
  add_features(file, plan);
  add_networks(file, plan);
  add_origin(file, plan);
  return std::move(file).finish();
}

}  // namespace hpsearch::reports
