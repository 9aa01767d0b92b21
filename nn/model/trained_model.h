// A trained network with all that it needs to predict new rows: what `best.safetensors` holds.
//
// The file is one of safetensors. Its tensors are those of nn/network/weights.h, then the large
// arrays of the preprocessing, whose names begin with kPreprocessPrefix. Its metadata has what
// runner/run/weights_metadata.h writes for people, and these keys:
//   model            kModelVersion, which tells a file that can predict from older ones
//   precision        f32 or bf16: what the products were computed in
//   products         JSON: {"batch_rows":B,"evaluation_rows":E}, the rows of a product in training;
//                    products of other shapes may differ in their last bits
//   features         inputs of the network
//   pipeline         of a table: FeaturePipeline as JSON
//   bins             JSON, with embedding: ple: {"inputs":[...],"edges":[...]}, the number of each
//                    input in bins, and how many edges it has
//   embedded         JSON, with embedding: pbld: the numbers of the inputs that have one
//   scaling          of other data: JSON, {"numbers":"bytes","scale":S,"shift":T} for all columns
//                    alike, or without S and T where tensors have one number for each column; or
//                    {"numbers":"real","centre":[...],"factor":[...],"fill":[...]}
//   target_names     JSON: the target's column, or several; empty where columns have no names
//   training_target  JSON: of the rows that were trained on, {"class_rows":[...]} or
//                    {"mean":[...]} in the targets' own units: what a trivial answer is
//   threshold        of two classes, unless 0.5: the probability above which a row gets the label
//                    of the second (label_threshold.h)
//   target_scaling   JSON, for a regression: {"mean":[...],"deviation":[...]} by output; with
//                    clip_predictions also "least" and "most", which limit the output itself
//   members          of several networks alone: JSON, a list of {"share":S,"settings":{...},
//                    "precision":P,"products":{...},"target_scaling":{...}} as above; `model` is
//                    then kEnsembleVersion, which older programs refuse. The tensors of the k-th
//                    network begin with "members.<k>.", and the file has no others of a network.
// Tensors: "preprocess.scale" and "preprocess.shift" (features) of bytes; "preprocess.whitening"
// (features, features) of pca_whiten, whose row k maps the scaled features to the k-th input;
// "preprocess.edges" of the bins, those of one input after those of another (piecewise_linear.h).
// "linear.weight" (features, outputs) and "linear.bias" (outputs), if there are any, are a linear
// model that reads the same features (linear_baseline.h), and `linear_rows` is to how many rows it
// was fitted.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nn/data/feature_pipeline.h"
#include "nn/data/training_data.h"
#include "nn/files/safetensors.h"
#include "nn/network/mlp.h"
#include "nn/network/weights.h"
#include "nn/settings/settings.h"

namespace hpsearch::nn {

inline constexpr std::string_view kModelVersion = "1";
inline constexpr std::string_view kEnsembleVersion = "2";
inline constexpr std::string_view kPreprocessPrefix = "preprocess.";
inline constexpr std::string_view kLinearPrefix = "linear.";

// What the outputs mean.
struct ModelTarget {
  Task task = Task::kClassification;
  std::vector<std::string> names = {};       // of the target columns, where columns have names
  std::vector<std::string> classes = {};     // in the order of the outputs; for binary, 0 and 1
  std::vector<TargetScaling> scaling = {};   // (targets) of a regression
  std::vector<NumberStyle> styles = {};      // (targets) of a table whose targets are numbers
  std::vector<std::size_t> class_rows = {};  // (classes) of the rows that were trained on
  std::vector<double> training_mean = {};    // (targets) likewise, in the targets' own units
  double threshold = 0.5;  // of binary: the second class is the label where it is more probable

  std::size_t targets() const { return task == Task::kRegression ? scaling.size() : 1; }
  std::vector<OutputRange> ranges = {};  // (targets) that limit the outputs; empty: none do

  // Of the network: one a class, one for binary, one a target for regression.
  std::size_t outputs() const;
};

// How rows become inputs of the network: by the pipeline of a table, or by the scaling of bytes or
// numbers; then by the whitening, if there is one.
struct ModelInputs {
  std::size_t features = 0;
  std::shared_ptr<const FeaturePipeline> pipeline;  // null: not a table
  ColumnScaling scaling;         // of data that is no table; maps nothing behind a pipeline
  std::vector<float> whitening;  // (features, features), row-major; empty: none
  ImageShape image;
  std::vector<std::uint32_t> waved = {};  // features with a periodic embedding
  std::vector<BinnedInput> binned = {};   // features that the network reads in bins, too

  // Of the network.
  NetworkInputs of_network() const {
    NetworkInputs inputs(features);
    inputs.waved = waved;
    inputs.binned = binned;
    return inputs;
  }
  bool takes_bytes() const { return !scaling.scale.empty(); }
};

// The rows of the products in training: the same shapes give the same bits.
struct ProductRows {
  std::size_t batch = 1;
  std::size_t evaluation = 1;
};

struct TrainedModel {
  Settings settings;
  Precision precision = Precision::kF32;  // kF32 or kBf16
  ProductRows products;
  WeightSet weights;
  ModelInputs inputs;
  ModelTarget target;
  TensorMetadata metadata;  // of its file: sweep, trial, epoch, metric, value, preprocess, ...

  // A model of several networks, whose answer is the mean of theirs: of probabilities, or of
  // numbers in the targets' own units. All read the same inputs and have the same targets; the
  // scaling of a regression's targets is each member's own. Then this object has no weights itself.
  // Empty: one network. A member has no members.
  std::vector<TrainedModel> members = {};
  std::vector<double> shares = {};  // (members) in the mean; above 0, and together 1

  // What linear_baseline.h fits; empty where it did not, and in older files.
  WeightSet linear = {};
  std::size_t linear_rows = 0;
};

// What a trained network's data says about it.
ModelInputs inputs_of(const TrainingData& data);  // without embeddings, which are the network's
ModelTarget target_of(const TrainingData& data);

// The model of a trained network. `settings`: those that it was trained with.
TrainedModel model_of(const Mlp& network, const Settings& settings, const TrainingData& data);

// Writes the model's file. `metadata`: what else it shall say; "settings" is required, as the JSON
// object of all settings. The same model and metadata give the same bytes. Throws as
// write_safetensors().
FileChecksum write_model(const std::filesystem::path& path,
                         const TrainedModel& model,
                         TensorMetadata metadata);

// Throws DataError for a file that is damaged, that has no model (an older version wrote it), or
// whose parts do not fit together.
TrainedModel load_model(const std::filesystem::path& path);

// The network's own tensors of a file that may be a model.
WeightSet network_weights(std::vector<LoadedTensor> tensors);

}  // namespace hpsearch::nn
