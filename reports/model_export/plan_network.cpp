#include "reports/model_export/plan_network.h"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "nn/files/data_error.h"

namespace hpsearch::reports {
namespace {

const nn::LoadedTensor* find(const nn::TrainedModel& model, std::string_view name) {
  const auto found = std::find_if(model.weights.begin(), model.weights.end(),
                                  [&](const auto& each) { return each.name == name; });
  return found == model.weights.end() ? nullptr : &*found;
}

const nn::LoadedTensor* require(const nn::TrainedModel& model, std::string_view name) {
  const nn::LoadedTensor* found = find(model, name);
  if (found == nullptr) {
    throw nn::DataError("the model", fmt::format("has no tensor '{}'", name),
                        "take a model file that hpsearch wrote");
  }
  return found;
}

PlanLayer plan_layer(const nn::TrainedModel& model, std::size_t l) {
  const auto part = [&](std::string_view what) {
    return require(model, fmt::format("layers.{}.{}", l, what));
  };
  PlanLayer layer{.weight = part("weight"), .bias = part("bias"), .norm = {}};
  if (find(model, fmt::format("layers.{}.norm.gamma", l)) != nullptr) {
    layer.norm = PlanLayer::Norm{part("norm.gamma"), part("norm.beta"), part("norm.running_mean"),
                                 part("norm.running_variance")};
  }
  if (l < model.settings.hidden.size()) {
    layer.activation = model.settings.activation.of(l);
  }
  return layer;
}

PlanBins plan_bins(const nn::ModelInputs& inputs) {
  PlanBins bins{
      .first = inputs.features + inputs.of_network().waves(), .input = {}, .low = {}, .high = {}};
  for (const nn::BinnedInput& each : inputs.binned) {
    for (std::size_t i = 0; i + 1 < each.edges.size(); ++i) {
      bins.input.push_back(each.input);
      bins.low.push_back(each.edges[i]);
      bins.high.push_back(each.edges[i + 1]);
    }
  }
  return bins;
}

void scale_inputs(PlanNetwork& network, const nn::LoadedTensor& factors) {
  PlanLayer& first = network.layers.front();
  auto scaled = std::make_shared<nn::LoadedTensor>(*first.weight);
  const std::size_t columns = first.pieces() * first.out();
  for (std::size_t i = 0; i < scaled->values.size(); ++i) {
    scaled->values[i] *= factors.values[i / columns];
  }
  network.scaled_weight = std::move(scaled);
  first.weight = network.scaled_weight.get();
}

}  // namespace

PlanNetwork plan_network(const nn::TrainedModel& model, double share) {
  PlanNetwork network;
  network.model = &model;
  network.share = share;
  for (std::size_t l = 0; l <= model.settings.hidden.size(); ++l) {
    network.layers.push_back(plan_layer(model, l));
  }
  if (!model.inputs.waved.empty()) {
    network.waves = PlanWaves{.inputs = model.inputs.waved,
                              .frequency = require(model, "embedding.frequency"),
                              .phase = require(model, "embedding.phase"),
                              .weight = require(model, "embedding.weight"),
                              .bias = require(model, "embedding.bias")};
  }
  network.bins = plan_bins(model.inputs);
  if (const nn::LoadedTensor* factors = find(model, "scaling")) {
    scale_inputs(network, *factors);
  }
  return network;
}

}  // namespace hpsearch::reports
