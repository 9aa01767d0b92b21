#include "reports/model_export/onnx_graph.h"

#include <bit>

#include <fmt/format.h>

namespace hpsearch::reports {
namespace {

static_assert(std::endian::native == std::endian::little, "raw_data is little-endian");

constexpr std::int64_t kIrVersion = 8;
constexpr std::int64_t kOperatorSet = 17;
constexpr std::int64_t kMlOperatorSet = 3;
constexpr std::string_view kMlDomain = "ai.onnx.ml";
constexpr std::string_view kMlPrefix = "ml.";

// AttributeProto.AttributeType
enum class AttributeType { kFloat = 1, kInteger = 2, kText = 3, kIntegers = 7, kTexts = 8 };

ProtoMessage attribute(std::string_view name, AttributeType type) {
  ProtoMessage message;
  message.text(1, name).integer(20, static_cast<int>(type));
  return message;
}

ProtoMessage value_info(const std::string& name,
                        OnnxType type,
                        const OnnxShape& shape,
                        std::string_view meaning) {
  ProtoMessage dimensions;
  for (const std::int64_t size : shape) {
    ProtoMessage dimension;
    if (size == kRows) {
      dimension.text(2, "rows");
    } else {
      dimension.integer(1, size);
    }
    dimensions.message(1, dimension);
  }
  ProtoMessage tensor;
  tensor.integer(1, static_cast<int>(type)).message(2, dimensions);
  ProtoMessage info;
  info.text(1, name).message(2, ProtoMessage().message(1, tensor));
  if (!meaning.empty()) {
    info.text(3, meaning);
  }
  return info;
}

template <class Number>
std::string_view bytes_of(std::span<const Number> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

}  // namespace

OnnxAttribute onnx_attribute(std::string_view name, std::int64_t value) {
  return attribute(name, AttributeType::kInteger).integer(3, value);
}

OnnxAttribute onnx_attribute(std::string_view name, float value) {
  return attribute(name, AttributeType::kFloat).small_real(2, value);
}

OnnxAttribute onnx_attribute(std::string_view name, std::string_view value) {
  return attribute(name, AttributeType::kText).text(4, value);
}

OnnxAttribute onnx_attribute(std::string_view name, std::span<const std::int64_t> values) {
  OnnxAttribute message = attribute(name, AttributeType::kIntegers);
  for (const std::int64_t value : values) {
    message.integer(8, value);
  }
  return message;
}

OnnxAttribute onnx_attribute(std::string_view name, std::span<const std::string> values) {
  OnnxAttribute message = attribute(name, AttributeType::kTexts);
  for (const std::string& value : values) {
    message.text(9, value);
  }
  return message;
}

std::string OnnxGraph::unused(std::string name) {
  while (!names_.insert(name).second) {
    name += "_";
  }
  return name;
}

std::string OnnxGraph::input(const std::string& name,
                             OnnxType type,
                             const OnnxShape& shape,
                             std::string_view meaning) {
  const std::string unique = unused(name);
  graph_.message(11, value_info(unique, type, shape, meaning));
  return unique;
}

void OnnxGraph::output(const std::string& name,
                       const std::string& value,
                       OnnxType type,
                       const OnnxShape& shape,
                       std::string_view meaning) {
  const std::string unique = unused(name);
  ProtoMessage identity;
  identity.text(1, value).text(2, unique).text(3, "output " + unique).text(4, "Identity");
  graph_.message(1, identity);
  graph_.message(12, value_info(unique, type, shape, meaning));
}

std::string OnnxGraph::constant(const std::string& name,
                                OnnxType type,
                                const OnnxShape& shape,
                                std::string_view bytes) {
  const std::string unique = unused(name);
  ProtoMessage tensor;
  for (const std::int64_t size : shape) {
    tensor.integer(1, size);
  }
  tensor.integer(2, static_cast<int>(type)).text(8, unique).text(9, bytes);
  graph_.message(5, tensor);
  return unique;
}

std::string OnnxGraph::floats(const std::string& name,
                              std::span<const float> values,
                              OnnxShape shape) {
  if (shape.empty()) {
    shape = {static_cast<std::int64_t>(values.size())};
  }
  return constant(name, OnnxType::kFloat, shape, bytes_of(values));
}

std::string OnnxGraph::doubles(const std::string& name, std::span<const double> values) {
  return constant(name, OnnxType::kDouble, {static_cast<std::int64_t>(values.size())},
                  bytes_of(values));
}

std::string OnnxGraph::integers(const std::string& name, std::span<const std::int64_t> values) {
  return constant(name, OnnxType::kInteger, {static_cast<std::int64_t>(values.size())},
                  bytes_of(values));
}

std::string OnnxGraph::node(std::string_view kind,
                            std::initializer_list<std::string> inputs,
                            const std::vector<OnnxAttribute>& attributes) {
  return node(kind, std::vector<std::string>(inputs), attributes);
}

std::string OnnxGraph::node(std::string_view kind,
                            const std::vector<std::string>& inputs,
                            const std::vector<OnnxAttribute>& attributes) {
  const bool ml = kind.starts_with(kMlPrefix);
  const std::string_view operation = ml ? kind.substr(kMlPrefix.size()) : kind;
  const std::string name = fmt::format("{} {}", operation, ++nodes_);
  const std::string result = unused(fmt::format("result of {}", name));
  ProtoMessage message;
  for (const std::string& input : inputs) {
    message.text(1, input);
  }
  message.text(2, result).text(3, name).text(4, operation);
  for (const OnnxAttribute& each : attributes) {
    message.message(5, each);
  }
  if (ml) {
    message.text(7, kMlDomain);
  }
  graph_.message(1, message);
  return result;
}

void OnnxGraph::declare(const std::string& value, OnnxType type, const OnnxShape& shape) {
  graph_.message(13, value_info(value, type, shape, ""));
}

std::string OnnxGraph::model(std::string_view producer,
                             std::string_view meaning,
                             std::span<const std::pair<std::string, std::string>> entries) const {
  ProtoMessage graph = graph_;
  graph.text(2, "model");
  ProtoMessage model;
  model.integer(1, kIrVersion).text(2, producer).text(6, meaning).message(7, graph);
  model.message(8, ProtoMessage().text(1, "").integer(2, kOperatorSet));
  model.message(8, ProtoMessage().text(1, kMlDomain).integer(2, kMlOperatorSet));
  for (const auto& [key, value] : entries) {
    model.message(14, ProtoMessage().text(1, key).text(2, value));
  }
  return model.bytes();
}

}  // namespace hpsearch::reports
