// Models from their files.
#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "nn/base/utf8.h"
#include "nn/files/data_error.h"
#include "nn/model/model_parts.h"
#include "nn/model/trained_model.h"

namespace hpsearch::nn {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

// Reads a file that has been read as tensors and metadata.
class ModelReader {
 public:
  ModelReader(fs::path path, SafetensorsFile file)
      : path_(std::move(path)), file_(std::move(file)) {}

  TrainedModel read() {
    check_version();
    TrainedModel model;
    try {
      read_target(model.target);
      read_inputs(model.inputs);
      const Json products = json("products");
      model.products = {products.at("batch_rows").get<std::size_t>(),
                        products.at("evaluation_rows").get<std::size_t>()};
      model.settings = make_settings(settings());
      read_linear(model);
    } catch (const Json::exception& error) {
      refuse(fmt::format("its description is not what this version of hpsearch reads ({})",
                         error.what()));
    } catch (const SettingError& error) {
      refuse(
          fmt::format("its settings are not those of this version of hpsearch ({})", error.what()));
    }
    model.precision = text("precision") == "bf16" ? Precision::kBf16 : Precision::kF32;
    model.weights = network_weights(std::move(file_.tensors));
    model.metadata = std::move(file_.metadata);
    check_sizes(model);
    return model;
  }

 private:
  [[noreturn]] void refuse(const std::string& fault) const {
    throw DataError(path_.string(), fault, "take a file that this version of hpsearch wrote");
  }

  void check_version() const {
    const auto version = file_.metadata.find("model");
    if (version == file_.metadata.end()) {
      const auto tool = file_.metadata.find("tool");
      throw DataError(
          path_.string(),
          tool == file_.metadata.end()
              ? "is no model of hpsearch"
              : fmt::format("was written by an older version ({}), which did not keep the "
                            "preprocessing's numbers",
                            tool->second),
          "train it again with this version: hpsearch report --best > best.yaml && hpsearch run "
          "best.yaml");
    }
    if (version->second != kModelVersion) {
      refuse(fmt::format("is a model of version {}, but this program reads versions {} and {}",
                         in_quotes(version->second), kModelVersion, kEnsembleVersion));
    }
  }

  const std::string& text(const std::string& key) const {
    const auto found = file_.metadata.find(key);
    if (found == file_.metadata.end()) {
      refuse(fmt::format("its metadata have no {}", in_quotes(key)));
    }
    return found->second;
  }

  Json json(const std::string& key) const {
    Json value = parse_ordered_json(text(key));
    if (value.is_discarded()) {
      refuse(fmt::format("its metadata {} is no JSON", in_quotes(key)));
    }
    return value;
  }

  // A setting: a scalar, or a list of scalars.
  Value value_of(const Json& json) const {
    switch (json.type()) {
      case Json::value_t::boolean:
        return json.get<bool>();
      case Json::value_t::number_integer:
      case Json::value_t::number_unsigned:
        return json.get<std::int64_t>();
      case Json::value_t::number_float:
        return json.get<double>();
      case Json::value_t::array: {
        ValueList list;
        for (const Json& item : json) {
          if (item.is_structured()) {
            refuse("a setting is a list of lists");
          }
          list.push_back(value_of(item));
        }
        return list;
      }
      default:
        return json.get<std::string>();
    }
  }

  SettingMap settings() const {
    SettingMap map;
    const Json object = json("settings");
    for (const auto& [name, value] : object.items()) {
      map.emplace(name, value_of(value));
    }
    return map;
  }

  void read_target(ModelTarget& target) const {
    const std::string& task = text("task");
    target.task = task == to_text(Task::kRegression) ? Task::kRegression
                  : task == to_text(Task::kBinary)   ? Task::kBinary
                                                     : Task::kClassification;
    target.names = json("target_names").get<std::vector<std::string>>();
    const Json training = json("training_target");
    if (target.task != Task::kRegression) {
      target.classes = json("classes").get<std::vector<std::string>>();
      target.class_rows = training.at("class_rows").get<std::vector<std::size_t>>();
      if (file_.metadata.contains("threshold")) {
        target.threshold = json("threshold").get<double>();
      }
      return;
    }
    target.training_mean = training.at("mean").get<std::vector<double>>();
    const Json scaling = json("target_scaling");
    for (std::size_t i = 0; i < scaling.at("mean").size(); ++i) {
      target.scaling.push_back(
          {scaling.at("mean").at(i).get<double>(), scaling.at("deviation").at(i).get<double>()});
      if (scaling.contains("least")) {
        target.ranges.push_back(
            {scaling.at("least").at(i).get<float>(), scaling.at("most").at(i).get<float>()});
      }
    }
  }

  const std::vector<float>& tensor(const std::string& name) const { return find(name).values; }

  // At least one dimension.
  const std::vector<std::size_t>& shape_of(const std::string& name) const {
    const std::vector<std::size_t>& shape = find(name).shape;
    if (shape.empty()) {
      refuse(fmt::format("its tensor {} has no dimension", in_quotes(name)));
    }
    return shape;
  }

  const LoadedTensor& find(const std::string& name) const {
    const auto found =
        std::find_if(file_.tensors.begin(), file_.tensors.end(),
                     [&](const LoadedTensor& tensor) { return tensor.name == name; });
    if (found == file_.tensors.end()) {
      refuse(fmt::format("it has no tensor {}", in_quotes(name)));
    }
    return *found;
  }

  void read_scaling(ModelInputs& inputs) const {
    const Json json = this->json("scaling");
    ColumnScaling& scaling = inputs.scaling;
    if (json.at("numbers") == "real") {
      scaling.centre = json.at("centre").get<std::vector<double>>();
      scaling.factor = json.at("factor").get<std::vector<double>>();
      scaling.fill = json.at("fill").get<std::vector<double>>();
    } else if (json.contains("scale")) {
      scaling.scale.assign(inputs.features, json.at("scale").get<float>());
      scaling.shift.assign(inputs.features, json.at("shift").get<float>());
    } else {
      scaling.scale = tensor(kScale);
      scaling.shift = tensor(kShift);
    }
  }

  void read_linear(TrainedModel& model) const {
    if (!file_.metadata.contains(kLinearRows)) {
      return;
    }
    model.linear_rows = json(kLinearRows).get<std::size_t>();
    model.linear = {{"layers.0.weight", shape_of(kLinearWeight), tensor(kLinearWeight)},
                    {"layers.0.bias", shape_of(kLinearBias), tensor(kLinearBias)}};
    const std::size_t outputs = model.target.outputs();
    if (model.linear[0].shape != std::vector{model.inputs.features, outputs} ||
        model.linear[1].shape != std::vector{outputs}) {
      refuse("its parts do not fit together");
    }
  }

  void read_bins(ModelInputs& inputs) const {
    const Json json = this->json("bins");
    const std::vector<float>& edges = tensor(kEdges);
    auto next = edges.begin();
    for (std::size_t i = 0; i < json.at("edges").size(); ++i) {
      const auto count = json.at("edges").at(i).get<std::ptrdiff_t>();
      if (count < 2 || count > edges.end() - next ||
          std::adjacent_find(next, next + count, std::not_fn(std::less<>())) != next + count ||
          !std::isfinite(*next) || !std::isfinite(next[count - 1])) {
        refuse("its bins are damaged");
      }
      inputs.binned.push_back({json.at("inputs").at(i).get<std::uint32_t>(), {next, next + count}});
      next += count;
    }
    if (next != edges.end()) {
      refuse("its bins are damaged");
    }
  }

  void read_inputs(ModelInputs& inputs) {
    if (file_.metadata.contains("bins")) {
      read_bins(inputs);
    }
    if (file_.metadata.contains("embedded")) {
      inputs.waved = json("embedded").get<std::vector<std::uint32_t>>();
    }
    // From the weights, which are in the file: nothing is made for a number that somebody wrote.
    const std::size_t rows = shape_of("layers.0.weight").front();
    const std::size_t embeddings = inputs.of_network().all();  // of no features yet
    inputs.features = rows > embeddings ? rows - embeddings : 0;
    if (json("features") != inputs.features) {
      refuse("its parts do not fit together");
    }
    if (file_.metadata.contains("image")) {
      const Json image = json("image");
      inputs.image = {image.at(0).get<std::uint32_t>(), image.at(1).get<std::uint32_t>()};
    }
    if (file_.metadata.contains("pipeline")) {
      inputs.pipeline =
          std::make_shared<const FeaturePipeline>(FeaturePipeline::from_json(text("pipeline")));
      // The features of a pipeline come scaled.
      inputs.scaling.centre.assign(inputs.features, 0.0);
      inputs.scaling.factor.assign(inputs.features, 1.0);
      inputs.scaling.fill.assign(inputs.features, 0.0);
    } else {
      read_scaling(inputs);
    }
    if (text("preprocess") == name_of(Preprocess::kPcaWhiten)) {
      inputs.whitening = tensor(kWhitening);
    }
  }

  void check_sizes(TrainedModel& model) const {
    const ModelInputs& in = model.inputs;
    const ModelTarget& out = model.target;
    if (in.pipeline != nullptr) {
      model.target.styles = in.pipeline->target().styles;
    }
    const bool regression = out.task == Task::kRegression;
    const auto one_each = [&](std::size_t size) { return size == in.features; };
    const bool scaled = in.takes_bytes()
                            ? one_each(in.scaling.scale.size()) && one_each(in.scaling.shift.size())
                            : one_each(in.scaling.centre.size()) &&
                                  one_each(in.scaling.factor.size()) &&
                                  one_each(in.scaling.fill.size());
    const bool whitened = in.whitening.empty() || in.whitening.size() == in.features * in.features;
    const bool targets =
        regression ? !out.scaling.empty() && out.training_mean.size() == out.scaling.size()
                   : out.classes.size() > 1 && out.class_rows.size() == out.classes.size() &&
                         (out.task != Task::kBinary || out.classes.size() == 2) &&
                         out.threshold >= 0.0 && out.threshold <= 1.0;
    const auto& weights = model.weights;
    const auto first = std::find_if(weights.begin(), weights.end(), [](const LoadedTensor& tensor) {
      return tensor.name == "layers.0.weight";
    });
    const bool layers = first != weights.end() && first->shape.size() > 1 &&
                        first->shape.front() == in.of_network().all() &&
                        !weights.back().shape.empty() &&
                        weights.back().shape.back() == out.outputs();
    const bool binned =
        std::all_of(in.binned.begin(), in.binned.end(),
                    [&](const BinnedInput& input) { return input.input < in.features; });
    const bool waved = std::all_of(in.waved.begin(), in.waved.end(),
                                   [&](std::uint32_t input) { return input < in.features; });
    const bool named = out.names.empty() || out.names.size() == out.targets();
    if (in.features == 0 || !scaled || !whitened || !targets || !layers || !named || !binned ||
        !waved || (in.pipeline != nullptr && !one_each(in.pipeline->features())) ||
        model.products.batch == 0) {
      refuse("its parts do not fit together");
    }
  }

  fs::path path_;
  SafetensorsFile file_;
};

}  // namespace

TrainedModel read_model(const fs::path& path, SafetensorsFile file) {
  return ModelReader(path, std::move(file)).read();
}

FileChecksum write_model(const fs::path& path, const TrainedModel& model, TensorMetadata metadata) {
  EdgeLists edges;
  std::vector<NamedTensor> tensors = describe_model(model, metadata, edges);
  if (!model.members.empty()) {
    describe_members(model, metadata, tensors, edges);
  }
  return write_safetensors(path, tensors, metadata);
}

TrainedModel load_model(const fs::path& path) {
  SafetensorsFile file = read_safetensors(path);
  const auto version = file.metadata.find("model");
  return version != file.metadata.end() && version->second == kEnsembleVersion
             ? read_members(path, std::move(file))
             : read_model(path, std::move(file));
}

}  // namespace hpsearch::nn
