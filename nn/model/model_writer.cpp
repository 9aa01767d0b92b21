// What a model's file says of it.
#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "nn/model/model_parts.h"

namespace hpsearch::nn {
namespace {

using Json = nlohmann::ordered_json;

bool are_alike(const std::vector<float>& values) {
  return std::all_of(values.begin(), values.end(), [&](float x) { return x == values.front(); });
}

bool has_one_scaling(const ColumnScaling& scaling) {
  return are_alike(scaling.scale) && are_alike(scaling.shift);
}

Json scaling_json(const ColumnScaling& scaling) {
  if (scaling.scale.empty()) {
    return {{"numbers", "real"},
            {"centre", scaling.centre},
            {"factor", scaling.factor},
            {"fill", scaling.fill}};
  }
  Json json{{"numbers", "bytes"}};
  if (has_one_scaling(scaling)) {
    json["scale"] = scaling.scale.front();
    json["shift"] = scaling.shift.front();
  }
  return json;
}

Json bins_json(const std::vector<BinnedInput>& binned) {
  Json json{{"inputs", Json::array()}, {"edges", Json::array()}};
  for (const BinnedInput& input : binned) {
    json["inputs"].push_back(input.input);
    json["edges"].push_back(input.edges.size());
  }
  return json;
}

Json training_json(const ModelTarget& target) {
  return target.task == Task::kRegression ? Json{{"mean", target.training_mean}}
                                          : Json{{"class_rows", target.class_rows}};
}

Json target_scaling_json(const ModelTarget& target) {
  Json json{{"mean", Json::array()}, {"deviation", Json::array()}};
  for (const TargetScaling& scaling : target.scaling) {
    json["mean"].push_back(scaling.mean);
    json["deviation"].push_back(scaling.deviation);
  }
  for (const OutputRange& range : target.ranges) {
    json["least"].push_back(range.least);
    json["most"].push_back(range.most);
  }
  return json;
}

}  // namespace

std::string products_text(const ProductRows& products) {
  return json_text(Json{{"batch_rows", products.batch}, {"evaluation_rows", products.evaluation}});
}

std::string target_scaling_text(const ModelTarget& target) {
  return json_text(target_scaling_json(target));
}

void describe_embeddings(const ModelInputs& inputs,
                         TensorMetadata& metadata,
                         std::vector<NamedTensor>& tensors,
                         EdgeLists& edges) {
  if (!inputs.waved.empty()) {
    metadata["embedded"] = json_text(Json(inputs.waved));
  }
  if (inputs.binned.empty()) {
    return;
  }
  metadata["bins"] = json_text(bins_json(inputs.binned));
  std::vector<float>& all = edges.emplace_back();
  for (const BinnedInput& input : inputs.binned) {
    all.insert(all.end(), input.edges.begin(), input.edges.end());
  }
  tensors.push_back({std::string(kEdges), {all.size()}, all, all.size()});
}

std::vector<NamedTensor> describe_model(const TrainedModel& model,
                                        TensorMetadata& metadata,
                                        EdgeLists& edges) {
  const ModelInputs& inputs = model.inputs;
  std::vector<NamedTensor> tensors = named_tensors(model.weights);
  metadata["model"] = kModelVersion;
  metadata["precision"] = model.precision == Precision::kBf16 ? "bf16" : "f32";
  metadata["products"] = products_text(model.products);
  metadata["features"] = fmt::format("{}", inputs.features);
  metadata["target_names"] = json_text(Json(model.target.names));
  metadata["training_target"] = json_text(training_json(model.target));
  if (model.target.task == Task::kBinary && model.target.threshold != 0.5) {
    metadata["threshold"] = fmt::format("{}", model.target.threshold);
  }
  if (model.target.task == Task::kRegression) {
    metadata["target_scaling"] = target_scaling_text(model.target);
  }
  if (inputs.pipeline != nullptr) {
    metadata["pipeline"] = inputs.pipeline->to_json();
  } else {
    metadata["scaling"] = json_text(scaling_json(inputs.scaling));
    if (inputs.takes_bytes() && !has_one_scaling(inputs.scaling)) {
      tensors.push_back({kScale, {inputs.features}, inputs.scaling.scale, inputs.features});
      tensors.push_back({kShift, {inputs.features}, inputs.scaling.shift, inputs.features});
    }
  }
  if (!inputs.whitening.empty()) {
    tensors.push_back(
        {kWhitening, {inputs.features, inputs.features}, inputs.whitening, inputs.features});
  }
  if (!model.linear.empty()) {
    metadata[kLinearRows] = fmt::format("{}", model.linear_rows);
    for (NamedTensor& tensor : named_tensors(model.linear)) {
      tensor.name = tensor.name.ends_with("bias") ? kLinearBias : kLinearWeight;
      tensors.push_back(std::move(tensor));
    }
  }
  describe_embeddings(inputs, metadata, tensors, edges);
  return tensors;
}

}  // namespace hpsearch::nn
