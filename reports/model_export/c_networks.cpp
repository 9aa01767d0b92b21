#include "reports/model_export/c_networks.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "reports/model_export/c_text.h"

namespace hpsearch::reports {
namespace {

std::string upper(std::string_view name) {
  std::string text(name);
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return text;
}

template <class Whole>
std::string whole_numbers(std::string_view declaration, const std::vector<Whole>& numbers) {
  std::vector<std::string> items;
  items.reserve(numbers.size());
  for (const Whole number : numbers) {
    items.push_back(std::to_string(number));
  }
  return c_array(declaration, items);
}

// Of a row, the most numbers that a network keeps in one array.
std::size_t widest(const ModelPlan& plan) {
  std::size_t widest = plan.features.size();
  for (const PlanNetwork& network : plan.networks) {
    for (const PlanLayer& layer : network.layers) {
      widest = std::max({widest, layer.in(), layer.pieces() * layer.out()});
    }
  }
  return widest;
}

std::vector<double> norm_factor(const PlanLayer::Norm& norm, double epsilon) {
  std::vector<double> factor;
  for (std::size_t i = 0; i < norm.gamma->values.size(); ++i) {
    factor.push_back(static_cast<double>(norm.gamma->values[i]) /
                     std::sqrt(static_cast<double>(norm.variance->values[i]) + epsilon));
  }
  return factor;
}

// The parameter of a layer's activation, as single precision has it.
double parameter(const PlanLayer& layer, const nn::Settings& settings) {
  switch (layer.activation) {
    case nn::Activation::kLeakyRelu:
      return static_cast<double>(static_cast<float>(settings.slope));
    case nn::Activation::kElu:
      return static_cast<double>(static_cast<float>(settings.alpha));
    default:
      return 0.0;
  }
}

// The names of the arrays end with `suffix`.
std::string arrays_of(const PlanLayer& layer, const std::string& suffix, double epsilon) {
  const auto floats = [&](std::string_view name, const nn::LoadedTensor& tensor) {
    return c_numbers(fmt::format("static const float {}_{}[]", name, suffix), tensor.values);
  };
  std::string text = "\n" + floats("weight", *layer.weight) + floats("bias", *layer.bias);
  if (layer.norm) {
    text += floats("mean", *layer.norm->mean);
    text += c_numbers(fmt::format("static const double factor_{}[]", suffix),
                      norm_factor(*layer.norm, epsilon));
    text += floats("beta", *layer.norm->beta);
  }
  return text;
}

std::string layers(const ModelPlan& plan) {
  std::string text = c_part("network");
  std::vector<std::string> networks;
  for (std::size_t m = 0; m < plan.networks.size(); ++m) {
    const PlanNetwork& network = plan.networks[m];
    std::vector<std::string> rows;
    for (std::size_t l = 0; l < network.layers.size(); ++l) {
      const PlanLayer& layer = network.layers[l];
      const std::string suffix = fmt::format("{}_{}", m, l);
      text += arrays_of(layer, suffix, network.settings().bn_epsilon);
      rows.push_back(fmt::format(
          "{{{1}, {2}, {3}, weight_{0}, bias_{0}, {4}, {5}, {6}}}", suffix, layer.in(), layer.out(),
          layer.pieces(),
          layer.norm ? fmt::format("mean_{0}, factor_{0}, beta_{0}", suffix) : "NULL, NULL, NULL",
          upper(name_of(layer.activation)), c_number(parameter(layer, network.settings()))));
    }
    text += "\n" + c_array(fmt::format("static const Layer layers_of_{}[]", m), rows);
    networks.push_back(
        fmt::format("{{{}, layers_of_{}, {}}}", c_number(network.share), m, network.layers.size()));
  }
  return text + "\n" + c_array("static const Network networks[NETWORKS]", networks);
}

// Networks without them have none of either.
std::string waves(const ModelPlan& plan) {
  std::string text = fmt::format("\nenum {{ WAVES = {} }};\n", nn::kWaves) + c_part("waves") + "\n";
  std::vector<std::string> rows;
  for (std::size_t m = 0; m < plan.networks.size(); ++m) {
    if (!plan.networks[m].waves) {
      rows.emplace_back("{0, 0, NULL, NULL, NULL, NULL, NULL}");
      continue;
    }
    const PlanWaves& waves = *plan.networks[m].waves;
    text += whole_numbers(fmt::format("static const size_t wave_input_{}[]", m), waves.inputs);
    for (const auto& [name, tensor] :
         {std::pair{"frequency", waves.frequency}, std::pair{"phase", waves.phase},
          std::pair{"weight", waves.weight}, std::pair{"bias", waves.bias}}) {
      text += c_numbers(fmt::format("static const float wave_{}_{}[]", name, m), tensor->values);
    }
    rows.push_back(
        fmt::format("{{{1}, {2}, wave_input_{0}, wave_frequency_{0}, wave_phase_{0}, "
                    "wave_weight_{0}, wave_bias_{0}}}",
                    m, waves.inputs.size(), waves.frequencies()));
  }
  return text + c_array("static const Waves waves[NETWORKS]", rows);
}

std::string bins(const ModelPlan& plan) {
  std::string text = c_part("bins") + "\n";
  std::vector<std::string> rows;
  for (std::size_t m = 0; m < plan.networks.size(); ++m) {
    const PlanBins& bins = plan.networks[m].bins;
    if (bins.input.empty()) {
      rows.emplace_back("{0, 0, NULL, NULL, NULL}");
      continue;
    }
    text += whole_numbers(fmt::format("static const size_t bin_input_{}[]", m), bins.input);
    text += c_numbers(fmt::format("static const float bin_low_{}[]", m), bins.low);
    text += c_numbers(fmt::format("static const float bin_high_{}[]", m), bins.high);
    rows.push_back(fmt::format("{{{1}, {2}, bin_input_{0}, bin_low_{0}, bin_high_{0}}}", m,
                               bins.input.size(), bins.first));
  }
  return text + c_array("static const Bins bins[NETWORKS]", rows);
}

bool has_ranges(const ModelPlan& plan) {
  return std::any_of(plan.networks.begin(), plan.networks.end(),
                     [](const PlanNetwork& network) { return !network.ranges().empty(); });
}

// The limits of networks without any let all numbers pass.
std::string ranges(const ModelPlan& plan) {
  std::vector<double> least;
  std::vector<double> most;
  for (const PlanNetwork& network : plan.networks) {
    for (std::size_t t = 0; t < network.scaling().size(); ++t) {
      const bool limited = !network.ranges().empty();
      least.push_back(limited ? static_cast<double>(network.ranges()[t].least)
                              : std::numeric_limits<double>::lowest());
      most.push_back(limited ? static_cast<double>(network.ranges()[t].most)
                             : std::numeric_limits<double>::max());
    }
  }
  return c_numbers("static const double least[NETWORKS * OUTPUTS]", least) +
         c_numbers("static const double most[NETWORKS * OUTPUTS]", most);
}

std::string targets(const ModelPlan& plan) {
  switch (plan.task()) {
    case nn::Task::kBinary:
      return fmt::format("\nstatic const double threshold = {};\n",
                         c_number(plan.model->target.threshold)) +
             c_part("binary");
    case nn::Task::kClassification:
      return c_part("classes");
    case nn::Task::kRegression:
      break;
  }
  std::vector<double> mean;
  std::vector<double> deviation;
  for (const PlanNetwork& network : plan.networks) {
    for (const nn::TargetScaling& scaling : network.scaling()) {
      mean.push_back(scaling.mean);
      deviation.push_back(scaling.deviation);
    }
  }
  const std::string text =
      "\n" + c_numbers("static const double target_mean[NETWORKS * OUTPUTS]", mean) +
      c_numbers("static const double target_deviation[NETWORKS * OUTPUTS]", deviation);
  return has_ranges(plan) ? text + ranges(plan) + c_part("regression_clipped")
                          : text + c_part("regression");
}

}  // namespace

std::string c_networks(const ModelPlan& plan) {
  std::string text =
      fmt::format("\nenum {{ NETWORKS = {}, WIDEST = {} }};\n", plan.networks.size(), widest(plan));
  text += layers(plan);
  std::string calls;
  if (std::any_of(plan.networks.begin(), plan.networks.end(),
                  [](const PlanNetwork& network) { return network.waves.has_value(); })) {
    text += waves(plan);
    calls += "  add_waves(&waves[network], x);\n";
  }
  if (std::any_of(plan.networks.begin(), plan.networks.end(),
                  [](const PlanNetwork& network) { return !network.bins.input.empty(); })) {
    text += bins(plan);
    calls += "  add_bins(&bins[network], x);\n";
  }
  text += fmt::format(
      "\n/* From the features x to the network's outputs, which it returns: x or z. */\n"
      "static double *run(size_t network, double *x, double *z)\n{{\n"
      "  size_t i;\n{}"
      "  for (i = 0; i < networks[network].count; ++i) {{\n"
      "    double *input = x;\n"
      "    run_layer(&networks[network].layers[i], x, z);\n"
      "    x = z;\n    z = input;\n  }}\n  return x;\n}}\n",
      calls);
  return text + targets(plan) + c_part("answer");
}

}  // namespace hpsearch::reports
