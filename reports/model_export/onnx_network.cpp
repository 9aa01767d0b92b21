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
  NetworkWriter(OnnxGraph& graph, const ModelPlan& plan) : graph_(graph), plan_(plan) {}

  // The features, behind them their periodic embeddings, then their bins.
  std::string inputs(const std::string& x) {
    std::vector<std::string> parts{x};
    if (plan_.waves) {
      parts.push_back(waves(x, *plan_.waves));
    }
    if (!plan_.bins().input.empty()) {
      parts.push_back(bins(x, plan_.bins()));
    }
    return parts.size() == 1
               ? x
               : graph_.node("Concat", parts, {onnx_attribute("axis", std::int64_t{1})});
  }

  std::string layer(std::size_t l, const std::string& x) {
    const PlanLayer& layer = plan_.layers[l];
    const auto name = [&](std::string_view what) { return fmt::format("layers.{}.{}", l, what); };
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
          {onnx_attribute("epsilon", static_cast<float>(plan_.model->settings.bn_epsilon))});
    }
    return activation(layer, z);
  }

 private:
  // All cosines side by side, then a product whose matrix has a block for each embedded feature.
  std::string waves(const std::string& x, const PlanWaves& waves) {
    const std::size_t count = waves.inputs.size();
    const std::size_t frequencies = waves.frequencies();
    const std::size_t outputs = count * nn::kWaves;
    std::vector<std::int64_t> inputs;
    std::vector<float> angular;
    std::vector<float> matrix(count * frequencies * outputs);
    for (std::size_t i = 0; i < count * frequencies; ++i) {
      const std::size_t of = i / frequencies;
      inputs.push_back(waves.inputs[of]);
      angular.push_back(2.0F * std::numbers::pi_v<float> * waves.frequency->values[i]);
      for (std::size_t j = of * nn::kWaves; j < (of + 1) * nn::kWaves; ++j) {
        matrix[i * outputs + j] = waves.weight->values[j * frequencies + i % frequencies];
      }
    }
    const std::string turned =
        graph_.node("Mul", {gather(x, inputs), graph_.floats("angular frequency", angular)});
    const std::string angle =
        graph_.node("Add", {turned, graph_.floats("phase", waves.phase->values)});
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

  std::string number(const std::string& name, float value) {
    return graph_.floats(name, std::span<const float>(&value, 1));
  }

  std::string activation(const PlanLayer& layer, const std::string& z) {
    switch (layer.activation) {
      case nn::Activation::kLinear:
        return z;
      case nn::Activation::kStep:
        return graph_.node(
            "Cast", {graph_.node("Greater", {z, number("zero", 0.0F)})},
            {onnx_attribute("to", std::int64_t{static_cast<int>(OnnxType::kFloat)})});
      case nn::Activation::kSigmoid:
        return graph_.node("Sigmoid", {z});
      case nn::Activation::kTanh:
        return graph_.node("Tanh", {z});
      case nn::Activation::kRelu:
        return graph_.node("Relu", {z});
      case nn::Activation::kLeakyRelu:
        return graph_.node(
            "LeakyRelu", {z},
            {onnx_attribute("alpha", static_cast<float>(plan_.model->settings.slope))});
      case nn::Activation::kElu:
        return graph_.node(
            "Elu", {z}, {onnx_attribute("alpha", static_cast<float>(plan_.model->settings.alpha))});
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
  const ModelPlan& plan_;
};

}  // namespace

std::string onnx_inputs(OnnxGraph& graph, const ModelPlan& plan, const std::string& x) {
  return NetworkWriter(graph, plan).inputs(x);
}

std::string onnx_layers(OnnxGraph& graph, const ModelPlan& plan, const std::string& inputs) {
  NetworkWriter writer(graph, plan);
  std::string x = inputs;
  for (std::size_t l = 0; l < plan.layers.size(); ++l) {
    x = writer.layer(l, x);
  }
  return x;
}

}  // namespace hpsearch::reports
