#include "reports/model_export/c_inputs.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "reports/model_export/c_text.h"

namespace hpsearch::reports {
namespace {

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
  return text + c_part(bends ? "scale_bent" : "scale");
}

std::string whiten(const ModelPlan& plan) {
  return "\n/* [to][from] */\n" +
         c_numbers("static const float whitening[FEATURES * FEATURES]", plan.whitening()) +
         c_part("whiten");
}

}  // namespace

std::string c_inputs(const ModelPlan& plan) {
  std::string text = scale(plan);
  std::string calls = "  scale(x);\n";
  if (!plan.whitening().empty()) {
    text += whiten(plan);
    calls += "  whiten(x, z);\n  memcpy(x, z, FEATURES * sizeof *x);\n";
  } else {
    calls += "  (void)z;\n";
  }
  return text + fmt::format("\nstatic void prepare(double *x, double *z)\n{{\n{}}}\n", calls);
}

}  // namespace hpsearch::reports
