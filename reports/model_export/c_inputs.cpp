#include "reports/model_export/c_inputs.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "reports/assets/assets.h"
#include "reports/model_export/c_text.h"

namespace hpsearch::reports {
namespace {

std::string part(std::string_view name) {
  return "\n" + std::string(asset(fmt::format("model/{}.c", name)));
}

std::string scale(const ModelPlan& plan) {
  std::vector<double> centre;
  std::vector<double> factor;
  std::vector<double> shift;
  std::vector<double> bend;
  for (const PlanFeature& feature : plan.features) {
    centre.push_back(feature.centre);
    factor.push_back(feature.factor);
    shift.push_back(feature.shift);
    bend.push_back(feature.bend);
  }
  const bool bends = std::any_of(bend.begin(), bend.end(), [](double x) { return x > 0.0; });
  std::string text =
      bends ? "\n/* z = (x - centre) * factor + shift, x' = z / sqrt(1 + (bend z)^2) */\n"
            : "\n/* x' = (x - centre) * factor + shift */\n";
  text += c_numbers("static const double centre[FEATURES]", centre);
  text += c_numbers("static const double factor[FEATURES]", factor);
  text += c_numbers("static const double shift[FEATURES]", shift);
  if (bends) {
    text += c_numbers("static const double bend[FEATURES]", bend);
  }
  return text + part(bends ? "scale_bent" : "scale");
}

std::string whiten(const ModelPlan& plan) {
  return "\n/* [to][from] */\n" +
         c_numbers("static const float whitening[FEATURES * FEATURES]", plan.whitening()) +
         part("whiten");
}

std::string waves(const PlanWaves& waves) {
  std::vector<std::string> inputs;
  for (const std::uint32_t input : waves.inputs) {
    inputs.push_back(std::to_string(input));
  }
  return fmt::format("\nenum {{ EMBEDDED = {}, FREQUENCIES = {}, WAVES = {} }};\n", inputs.size(),
                     waves.frequencies(), nn::kWaves) +
         c_array("static const size_t wave_input[]", inputs) +
         c_numbers("static const float wave_frequency[]", waves.frequency->values) +
         c_numbers("static const float wave_phase[]", waves.phase->values) +
         c_numbers("static const float wave_weight[]", waves.weight->values) +
         c_numbers("static const float wave_bias[]", waves.bias->values) + part("waves");
}

std::string bins(const ModelPlan& plan) {
  const PlanBins bins = plan.bins();
  std::vector<std::string> inputs;
  for (const std::size_t input : bins.input) {
    inputs.push_back(std::to_string(input));
  }
  return fmt::format("\nenum {{ BINS = {}, FIRST_BIN = {} }};\n", inputs.size(), bins.first) +
         c_array("static const size_t bin_input[BINS]", inputs) +
         c_numbers("static const float bin_low[BINS]", bins.low) +
         c_numbers("static const float bin_high[BINS]", bins.high) + part("bins");
}

}  // namespace

std::string c_inputs(const ModelPlan& plan) {
  std::string text = scale(plan);
  std::string calls = "  scale(x);\n";
  if (!plan.whitening().empty()) {
    text += whiten(plan);
    calls += "  whiten(x, z);\n  input = x;\n  x = z;\n  z = input;\n";
  }
  if (plan.waves) {
    text += waves(*plan.waves);
    calls += "  add_waves(x);\n";
  }
  if (!plan.bins().input.empty()) {
    text += bins(plan);
    calls += "  add_bins(x);\n";
  }
  return text +
         fmt::format(
             "\n/* From the unscaled features x to the network's outputs, which it returns: x "
             "or z. */\n"
             "static const double *run(double *x, double *z)\n{{\n"
             "  size_t i;\n  double *input;\n{}"
             "  for (i = 0; i < sizeof layers / sizeof layers[0]; ++i) {{\n"
             "    run_layer(&layers[i], x, z);\n"
             "    input = x;\n    x = z;\n    z = input;\n  }}\n  return x;\n}}\n",
             calls);
}

std::size_t c_widest(const ModelPlan& plan) {
  std::size_t widest = plan.features.size();
  for (const PlanLayer& layer : plan.layers) {
    widest = std::max({widest, layer.in(), layer.pieces() * layer.out()});
  }
  return widest;
}

}  // namespace hpsearch::reports
