// A trained model as other programs need it: the numbers and texts that come in, the features that
// they become, the networks that read these, and what the outputs mean. Every format of an export
// writes this plan.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nn/files/safetensors.h"
#include "nn/kernels/activation.h"
#include "nn/model/trained_model.h"

namespace hpsearch::reports {

// What comes in: one number or text for each row. A date comes in as the numbers that its features
// are made of ("sold.year"), since programs read dates in their own ways.
struct PlanInput {
  std::string name;  // all differ
  bool text = false;
  std::string meaning = {};              // for people
  std::vector<std::string> levels = {};  // of a text
  std::vector<double> missing = {};      // numbers that mean a missing value, beside NaN
};

enum class FeatureKind {
  kValue,    // the number of the input
  kMissing,  // 1 where that is missing, else 0
  kLevel,    // 1 where the text is the level, 0 where it is another, `fill` where it is none
  kOther     // 1 where there is a text other than the levels, else 0
};

// One feature: z = (x - centre) * factor + shift and x' = z / sqrt(1 + (bend z)^2) in double
// precision, rounded to 32 bits; `fill` stands for a missing value, and of kLevel for a text that
// is no level.
struct PlanFeature {
  std::size_t input = 0;
  FeatureKind kind = FeatureKind::kValue;
  std::size_t level = 0;
  double fill = 0.0;
  double centre = 0.0;
  double factor = 1.0;
  double shift = 0.0;
  double bend = 0.0;
};

// Periodic embeddings (nn/network/periodic_embedding.h), which follow the features as inputs of the
// first layer, with embedding: pbld. Points to the tensors of the model's weights.
struct PlanWaves {
  std::vector<std::uint32_t> inputs;            // the features that have one
  const nn::LoadedTensor* frequency = nullptr;  // {inputs, frequencies}
  const nn::LoadedTensor* phase = nullptr;      // likewise
  const nn::LoadedTensor* weight = nullptr;     // {inputs, kWaves, frequencies}
  const nn::LoadedTensor* bias = nullptr;       // {inputs, kWaves}

  std::size_t frequencies() const { return frequency->shape.back(); }
};

// The last inputs of the first layer, with embedding: ple. All arrays have one
// element for each bin: clip((x' - low) / (high - low), 0, 1) of the feature `input`.
struct PlanBins {
  std::size_t first = 0;  // input of the first layer
  std::vector<std::size_t> input;
  std::vector<float> low;
  std::vector<float> high;
};

// Points to the tensors of the model's weights.
struct PlanLayer {
  const nn::LoadedTensor* weight = nullptr;  // {in, out}, or {in, pieces, out} for maxout
  const nn::LoadedTensor* bias = nullptr;
  struct Norm {
    const nn::LoadedTensor* gamma = nullptr;
    const nn::LoadedTensor* beta = nullptr;
    const nn::LoadedTensor* mean = nullptr;
    const nn::LoadedTensor* variance = nullptr;
  };
  std::optional<Norm> norm;
  nn::Activation activation = nn::Activation::kLinear;  // of the output layer: kLinear

  std::size_t in() const { return weight->shape.front(); }
  std::size_t out() const { return weight->shape.back(); }
  std::size_t pieces() const { return weight->shape.size() == 3 ? weight->shape[1] : 1; }
};

// One network. Its answers are probabilities, or numbers in the targets' own units.
struct PlanNetwork {
  const nn::TrainedModel* model = nullptr;  // its settings, weights, scaling and ranges
  double share = 1.0;                       // of its answers in the mean of all networks

  std::optional<PlanWaves> waves;
  PlanBins bins;

  // The first layer's weights where the network multiplies its inputs by factors of their own: with
  // these factors in them, rounded as the network rounds them. Else null.
  std::shared_ptr<const nn::LoadedTensor> scaled_weight;
  std::vector<PlanLayer> layers;

  const nn::Settings& settings() const { return model->settings; }
  // Of a regression's targets: from the outputs to their own units.
  const std::vector<nn::TargetScaling>& scaling() const { return model->target.scaling; }
  // Of the outputs of a regression, before they get their own units; empty: none.
  const std::vector<nn::OutputRange>& ranges() const { return model->target.ranges; }
};

// Views the model that it was made of, which must outlive it.
struct ModelPlan {
  const nn::TrainedModel* model = nullptr;
  std::vector<PlanInput> inputs;

  // All inputs are numbers whose columns have no names: they come in as one matrix (rows, inputs).
  bool matrix = false;
  bool bytes = false;   // of such a matrix
  bool single = false;  // the numbers are rounded to 32 bits first, as training keeps such data

  std::vector<PlanFeature> features;

  // At least one. The answer is the mean of theirs, weighted with their shares, which add up to 1.
  std::vector<PlanNetwork> networks;

  nn::Task task() const { return model->target.task; }
  bool is_regression() const { return task() == nn::Task::kRegression; }
  bool is_mean() const { return networks.size() > 1; }
  const std::vector<float>& whitening() const { return model->inputs.whitening; }

  // The classes, or the targets; "prediction" and the like where these have no names.
  std::vector<std::string> output_names() const;

  // Where the networks come from, for an export to repeat: tool, sweep, trial, epoch, metric, value
  // and task of the weights' metadata. Of a model with members: tool, sweep, task, and under
  // "ensemble" the trials, folds, epochs and shares of its networks; a trial's value is not that of
  // the mean.
  std::vector<std::pair<std::string, std::string>> origin() const;
};

// Throws nn::DataError where a network's weights do not fit its settings.
ModelPlan plan_model(const nn::TrainedModel& model);

// "relu" and so on, as the setting `activation` has it.
std::string_view name_of(nn::Activation activation);

// The spellings of a level that an export knows where it cannot fold letters: as the table has it,
// in lower case, and its ASCII letters in upper case. Without those that mean another level.
std::vector<std::pair<std::string, std::size_t>> level_spellings(
    const std::vector<std::string>& levels);

// The texts that mean a missing value, by the model's reading rules.
std::vector<std::string> missing_texts(const ModelPlan& plan);

}  // namespace hpsearch::reports
