// What is trained with `parametrization: ntk`, factors of the inputs and rates by group, against
// PyTorch and against the standard parametrization.
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "nn/training/optimizer.h"
#include "tests/nn/training/pytorch_steps.h"

namespace hpsearch::nn {
namespace {

TEST(NtkTraining, FollowsPyTorchStepByStep) {
  const auto& fixture = test::read_fixture("ntk_training.json");
  for (const auto& [name, c] : fixture["cases"].items()) {
    const Settings settings = make_settings(recipe_of(c, name == "selu_classes"));
    follow_pytorch(name, c, matrix(fixture["x"]), settings, NetworkInputs(5), 7);
  }
}

// A parameter in another unit is the same training: W by its gradient u dL/dv, and v = u W.
TEST(NtkTraining, IsThatOfTheWeightsInTheirOwnUnit) {
  constexpr std::size_t kRows = 3;
  constexpr double kUnit = 0.37;
  const std::vector<SettingMap> rules{
      {{"momentum", 0.0}, {"l2", 0.05}, {"l1", 0.02}, {"weight_decay", 0.3}},
      {{"momentum", 0.8}, {"grad_clip", 0.7}, {"l2", 0.05}},
      {{"nesterov", true}, {"l1", 0.02}},
      {{"optimizer", std::string("adagrad")}, {"epsilon", 0.1}},
      {{"optimizer", std::string("rmsprop")}, {"momentum", 0.5}, {"epsilon", 0.1}},
      {{"optimizer", std::string("adam")}, {"epsilon", 0.1}, {"l2", 0.05}},
      {{"optimizer", std::string("adamw")}, {"epsilon", 1e-9}, {"weight_decay", 0.3}},
  };
  for (SettingMap rule : rules) {
    const std::string what = rule.begin()->first + " of " + std::to_string(rule.size());
    rule["parametrization"] = std::string("ntk");
    const Settings settings = make_settings(rule);
    FloatBuffer w(kRows * kLanes);
    FloatBuffer of_w(w.size());
    for (std::size_t i = 0; i < w.size(); ++i) {
      w[i] = std::sin(static_cast<float>(i));
    }
    FloatBuffer v(w.size());
    FloatBuffer of_v(w.size());
    for (std::size_t i = 0; i < w.size(); ++i) {
      v[i] = static_cast<float>(kUnit * static_cast<double>(w[i]));
    }
    const std::vector<Parameter> in_w{{.name = "",
                                       .value = w,
                                       .gradient = of_w,
                                       .weight = true,
                                       .rows = kRows,
                                       .stride = kLanes}};
    const std::vector<Parameter> in_v{{.name = "",
                                       .value = v,
                                       .gradient = of_v,
                                       .weight = true,
                                       .rows = kRows,
                                       .stride = kLanes,
                                       .unit = kUnit}};
    Optimizer one(settings, in_w);
    Optimizer other(settings, in_v);
    EXPECT_NEAR(other.penalty(in_v), one.penalty(in_w), 1e-6) << what;
    for (int step = 0; step < 5; ++step) {
      for (std::size_t i = 0; i < w.size(); ++i) {
        of_v[i] = std::cos(static_cast<float>(i) * 0.7F + static_cast<float>(step)) + v[i];
        of_w[i] = static_cast<float>(kUnit * static_cast<double>(of_v[i]));
      }
      const auto expected = one.measured_step(in_w, 0.1);
      const auto norms = other.measured_step(in_v, 0.1);
      EXPECT_NEAR(norms.gradient, expected.gradient, 1e-5) << what;
      EXPECT_NEAR(norms.ratio, expected.ratio, 1e-5) << what;
      for (std::size_t i = 0; i < w.size(); ++i) {
        ASSERT_NEAR(static_cast<double>(v[i]) / kUnit, static_cast<double>(w[i]), 1e-5) << what;
      }
    }
  }
}

TEST(NtkTraining, HasRatesByGroupAndNoPenaltyOnFactors) {
  Settings settings;
  settings.momentum = 0.0;
  settings.bias_rate = 0.1;
  settings.scaling_rate = 6.0;
  settings.l2 = 0.5;
  settings.weight_decay = 0.25;
  settings.decay_bias = true;
  FloatBuffer values[3] = {FloatBuffer(16, 1.0F), FloatBuffer(16, 1.0F), FloatBuffer(16, 1.0F)};
  FloatBuffer gradient(16, 2.0F);
  const std::vector<Parameter> parameters{
      {.name = "", .value = values[0], .gradient = gradient, .weight = true, .stride = 16},
      {.name = "",
       .value = values[1],
       .gradient = gradient,
       .stride = 16,
       .group = RateGroup::kBias},
      {.name = "",
       .value = values[2],
       .gradient = gradient,
       .stride = 16,
       .group = RateGroup::kScaling}};
  Optimizer optimizer(settings, parameters);
  optimizer.step(parameters, 0.01);
  EXPECT_FLOAT_EQ(values[0][0], 1.0F - 0.01F * 0.25F - 0.01F * 2.5F);
  EXPECT_FLOAT_EQ(values[1][0], 1.0F - 0.001F * 0.25F - 0.001F * 2.5F);
  EXPECT_FLOAT_EQ(values[2][0], 1.0F - 0.06F * 2.0F);
}

}  // namespace
}  // namespace hpsearch::nn
