// The members of a model of several networks, in its file.
#include <cmath>
#include <iterator>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "nn/files/data_error.h"
#include "nn/model/model_parts.h"

namespace hpsearch::nn {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

// For people; the reader hands them on.
constexpr const char* kOrigins[] = {"trial", "fold", "epoch"};

std::string prefix_of(std::size_t member) {
  return fmt::format("members.{}.", member);
}

// Keys that each member has for itself, as JSON.
constexpr const char* kOwn[] = {"settings", "products", "target_scaling", "embedded", "bins"};

// `own`: what describe_embeddings() says of it.
Json json_of(const TrainedModel& member, double share, const TensorMetadata& own) {
  Json json{{"share", share}};
  for (const char* key : kOrigins) {
    if (const auto found = member.metadata.find(key); found != member.metadata.end()) {
      json[key] = found->second;
    }
  }
  json["settings"] = parse_ordered_json(member.metadata.at("settings"));
  json["precision"] = member.precision == Precision::kBf16 ? "bf16" : "f32";
  json["products"] = parse_ordered_json(products_text(member.products));
  if (member.target.task == Task::kRegression) {
    json["target_scaling"] = parse_ordered_json(target_scaling_text(member.target));
  }
  for (const auto& [key, value] : own) {
    json[key] = parse_ordered_json(value);
  }
  return json;
}

[[noreturn]] void refuse(const fs::path& path, const std::string& fault) {
  throw DataError(path.string(), fault, "take a file that this version of hpsearch wrote");
}

// The file that the member would have alone.
SafetensorsFile file_of(const Json& member, std::size_t number, SafetensorsFile& all) {
  SafetensorsFile file{all.metadata, {}};
  file.metadata.erase("members");
  if (number > 0) {  // the linear model stands beside all of them: the first one hands it on
    file.metadata.erase(kLinearRows);
  }
  file.metadata["model"] = kModelVersion;
  for (const char* key : kOwn) {
    file.metadata.erase(key);
    if (member.contains(key)) {
      file.metadata[key] = json_text(member.at(key));
    }
  }
  file.metadata["precision"] = member.at("precision").get<std::string>();
  for (const char* key : kOrigins) {
    file.metadata.erase(key);
    if (member.contains(key)) {
      file.metadata[key] = member.at(key).get<std::string>();
    }
  }
  const std::string prefix = prefix_of(number);
  for (LoadedTensor& tensor : all.tensors) {
    if (tensor.name.starts_with(kPreprocessPrefix) ||
        (number == 0 && tensor.name.starts_with(kLinearPrefix))) {
      file.tensors.push_back(tensor);
    } else if (tensor.name.starts_with(prefix)) {
      tensor.name.erase(0, prefix.size());
      file.tensors.push_back(std::move(tensor));
      tensor = {};
    }
  }
  return file;
}

}  // namespace

void describe_members(const TrainedModel& model,
                      TensorMetadata& metadata,
                      std::vector<NamedTensor>& tensors,
                      EdgeLists& edges) {
  Json list = Json::array();
  for (std::size_t m = 0; m < model.members.size(); ++m) {
    std::vector<NamedTensor> own = named_tensors(model.members[m].weights);
    TensorMetadata embeddings;
    describe_embeddings(model.members[m].inputs, embeddings, own, edges);
    list.push_back(json_of(model.members[m], model.shares[m], embeddings));
    for (NamedTensor& tensor : own) {
      tensor.name.insert(0, prefix_of(m));
      tensors.push_back(std::move(tensor));
    }
  }
  metadata["model"] = kEnsembleVersion;
  metadata["members"] = json_text(list);
}

TrainedModel read_members(const fs::path& path, SafetensorsFile file) {
  const auto text = file.metadata.find("members");
  const Json list = text == file.metadata.end() ? Json() : parse_ordered_json(text->second);
  if (!list.is_array() || list.empty()) {
    refuse(path, "its list of networks is damaged");
  }
  const TensorMetadata metadata = file.metadata;
  TrainedModel model;
  double sum = 0.0;
  try {
    for (std::size_t m = 0; m < list.size(); ++m) {
      TrainedModel member = read_model(path, file_of(list.at(m), m, file));
      if (m > 0 && (member.inputs.features != model.members.front().inputs.features ||
                    member.target.outputs() != model.members.front().target.outputs())) {
        refuse(path, "its networks do not fit together");
      }
      model.shares.push_back(list.at(m).at("share").get<double>());
      sum += model.shares.back();
      if (!(model.shares.back() > 0.0)) {
        refuse(path, "a network's share of the mean is not above 0");
      }
      model.members.push_back(std::move(member));
    }
  } catch (const Json::exception& error) {
    refuse(path, fmt::format("its list of networks is not what this version of hpsearch reads ({})",
                             error.what()));
  }
  constexpr double kRounding = 1e-6;
  if (std::abs(sum - 1.0) > kRounding) {
    refuse(path, "the shares of its networks do not add up to 1");
  }
  model.linear = std::exchange(model.members.front().linear, {});
  model.linear_rows = std::exchange(model.members.front().linear_rows, 0);
  // Each could make the features alone, but one for all is enough.
  const TrainedModel& first = model.members.front();
  for (TrainedModel& member : model.members) {
    member.inputs.pipeline = first.inputs.pipeline;
  }
  model.settings = first.settings;
  model.precision = first.precision;
  model.products = first.products;
  model.inputs = first.inputs;
  model.inputs.waved.clear();  // each network has its own
  model.inputs.binned.clear();
  model.target = first.target;
  model.metadata = metadata;
  return model;
}

}  // namespace hpsearch::nn
