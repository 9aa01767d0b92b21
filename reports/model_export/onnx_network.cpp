#include "reports/model_export/onnx_network.h"

#include <cstdint>
#include <numbers>
#include <span>
#include <vector>

#include <fmt/format.h>

namespace hpsearch::reports {
namespace {

std::int64_t whole(std::size_t number) {
  return static_cast<std::int64_t>(number);
}

class NetworkWriter {
 public:
  NetworkWriter(OnnxGraph& graph, const PlanNetwork& network, const std::string& prefix)
      : graph_(graph), network_(network), prefix_(prefix) {}

  // The features, behind them their periodic embeddings, then their bins.
  std::string inputs(const std::string& x) {
    std::vector<std::string> parts{x};
    if (network_.waves) {
      parts.push_back(waves(x, *network_.waves));
    }
    if (!network_.bins.input.empty()) {
      parts.push_back(bins(x, network_.bins));
    }
    return parts.size() == 1
               ? x
               : graph_.node("Concat", parts, {onnx_attribute("axis", std::int64_t{1})});
  }

  std::string layer(std::size_t l, const std::string& x) {
    const PlanLayer& layer = network_.layers[l];
    const auto name = [&](std::string_view what) {
      return fmt::format("{}layers.{}.{}", prefix_, l, what);
    };
    const std::int64_t columns = whole(layer.pieces() * layer.out());
    std::string z = graph_.node(
        "Gemm",
        {x, graph_.floats(name("weight"), layer.weight->values, {whole(layer.in()), columns}),
         graph_.floats(name("bias"), layer.bias->values)});
    if (layer.norm) {
      z = graph_.node(
          "BatchNormalization",
          {z, graph_.floats(name("norm.gamma"), layer.norm->gamma->values),
           graph_.floats(name("norm.beta"), layer.norm->beta->values),
           graph_.floats(name("norm.running_mean"), layer.norm->mean->values),
           graph_.floats(name("norm.running_variance"), layer.norm->variance->values)},
          {onnx_attribute("epsilon", static_cast<float>(network_.settings().bn_epsilon))});
    }
    return activation(layer, z);
  }

 private:
  // All cosines side by side, then a product whose matrix has a block for each embedded feature.
  // Whole turns are taken out in double precision: an angle of tens of radians has too few digits
  // left as a float.
  std::string waves(const std::string& x, const PlanWaves& waves) {
    const std::size_t count = waves.inputs.size();
    const std::size_t frequencies = waves.frequencies();
    const std::size_t outputs = count * nn::kWaves;
    std::vector<std::int64_t> inputs;
    std::vector<double> frequency;
    std::vector<double> phase;  // in turns
    std::vector<float> matrix(count * frequencies * outputs);
    for (std::size_t i = 0; i < count * frequencies; ++i) {
      const std::size_t of = i / frequencies;
      inputs.push_back(waves.inputs[of]);
      frequency.push_back(static_cast<double>(waves.frequency->values[i]));
      phase.push_back(static_cast<double>(waves.phase->values[i]) / (2.0 * std::numbers::pi));
      for (std::size_t j = of * nn::kWaves; j < (of + 1) * nn::kWaves; ++j) {
        matrix[i * outputs + j] = waves.weight->values[j * frequencies + i % frequencies];
      }
    }
    const std::string turned = graph_.node("Mul", {cast(gather(x, inputs), OnnxType::kDouble),
                                                   graph_.doubles("frequency", frequency)});
    const std::string turns = graph_.node("Add", {turned, graph_.doubles("phase in turns", phase)});
    const std::string rest = graph_.node("Sub", {turns, graph_.node("Floor", {turns})});
    const std::string angle = graph_.node(
        "Mul", {cast(rest, OnnxType::kFloat), number("turn", 2.0F * std::numbers::pi_v<float>)});
    return graph_.node("Gemm", {graph_.node("Cos", {angle}),
                                graph_.floats("weights of the waves", matrix,
                                              {whole(count * frequencies), whole(outputs)}),
                                graph_.floats("biases of the waves", waves.bias->values)});
  }

  std::string bins(const std::string& x, const PlanBins& bins) {
    std::vector<float> widths;
    for (std::size_t i = 0; i < bins.low.size(); ++i) {
      widths.push_back(bins.high[i] - bins.low[i]);
    }
    const std::vector<std::int64_t> inputs(bins.input.begin(), bins.input.end());
    const std::string above =
        graph_.node("Sub", {gather(x, inputs), graph_.floats("low", bins.low)});
    const std::string share = graph_.node("Div", {above, graph_.floats("width", widths)});
    return graph_.node("Min", {graph_.node("Relu", {share}), number("end of a bin", 1.0F)});
  }

  std::string gather(const std::string& x, const std::vector<std::int64_t>& columns) {
    return graph_.node("Gather", {x, graph_.integers("columns", columns)},
                       {onnx_attribute("axis", std::int64_t{1})});
  }

  std::string cast(const std::string& value, OnnxType type) {
    return graph_.node("Cast", {value},
                       {onnx_attribute("to", std::int64_t{static_cast<int>(type)})});
  }

  std::string number(const std::string& name, float value) {
    return graph_.floats(name, std::span<const float>(&value, 1));
  }

  std::string activation(const PlanLayer& layer, const std::string& z) {
    switch (layer.activation) {
      case nn::Activation::kLinear:
        return z;
      case nn::Activation::kStep:
        return cast(graph_.node("Greater", {z, number("zero", 0.0F)}), OnnxType::kFloat);
      case nn::Activation::kSigmoid:
        return graph_.node("Sigmoid", {z});
      case nn::Activation::kTanh:
        return graph_.node("Tanh", {z});
      case nn::Activation::kRelu:
        return graph_.node("Relu", {z});
      case nn::Activation::kLeakyRelu:
        return graph_.node(
            "LeakyRelu", {z},
            {onnx_attribute("alpha", static_cast<float>(network_.settings().slope))});
      case nn::Activation::kElu:
        return graph_.node(
            "Elu", {z}, {onnx_attribute("alpha", static_cast<float>(network_.settings().alpha))});
      case nn::Activation::kMish:
        return graph_.node("Mul", {z, graph_.node("Tanh", {graph_.node("Softplus", {z})})});
      case nn::Activation::kSilu:
        return graph_.node("Mul", {z, graph_.node("Sigmoid", {z})});
      case nn::Activation::kGelu: {  // x / 2 (1 + erf(x / sqrt 2))
        const std::string inner =
            graph_.node("Mul", {z, number("root of a half", 0.70710678118654752F)});
        const std::string outer =
            graph_.node("Add", {graph_.node("Erf", {inner}), number("one", 1.0F)});
        return graph_.node("Mul", {graph_.node("Mul", {z, number("half", 0.5F)}), outer});
      }
      case nn::Activation::kSelu:
        return graph_.node("Selu", {z},
                           {onnx_attribute("alpha", 1.6732632423543772F),
                            onnx_attribute("gamma", 1.0507009873554805F)});
      case nn::Activation::kMaxout:
        break;
    }
    const std::vector<std::int64_t> shape{0, whole(layer.pieces()), whole(layer.out())};
    const std::vector<std::int64_t> axes{1};
    return graph_.node("ReduceMax",
                       {graph_.node("Reshape", {z, graph_.integers("shape of maxout", shape)})},
                       {onnx_attribute("axes", axes), onnx_attribute("keepdims", std::int64_t{0})});
  }

  OnnxGraph& graph_;
  const PlanNetwork& network_;
  const std::string& prefix_;
};

}  // namespace

std::string onnx_network(OnnxGraph& graph,
                         const PlanNetwork& network,
                         const std::string& prefix,
                         const std::string& x) {
  NetworkWriter writer(graph, network, prefix);
  std::string z = writer.inputs(x);
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    z = writer.layer(l, z);
  }
  return z;
}

}  // namespace hpsearch::reports
