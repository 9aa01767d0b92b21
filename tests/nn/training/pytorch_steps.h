// Training steps of a whole network, against those of PyTorch in a fixture.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "nn/base/compute_thread.h"
#include "nn/network/mlp.h"
#include "nn/settings/schedule.h"
#include "nn/training/optimizer.h"
#include "tests/support/fixture.h"

namespace hpsearch::nn {

using Matrix = std::vector<std::vector<double>>;

inline Matrix matrix(const nlohmann::json& json) {
  return json.front().is_array() ? json.get<Matrix>() : Matrix{json.get<std::vector<double>>()};
}

// The rows of an embedding's weights lie one after another, those of other weights in their stride.
inline std::size_t stride_of(const Parameter& p) {
  return p.name.starts_with("embedding.") && p.name != "embedding.bias" ? kLanes : p.stride;
}

// "layers.0.weight" is W1 there, "layers.0.bias" b1.
inline std::string name_in_fixture(const std::string& name) {
  if (name.starts_with("embedding.")) {
    return name.substr(10);
  }
  return name == "scaling"
             ? name
             : std::string(name.ends_with("weight") ? "W" : "b") + static_cast<char>(name[7] + 1);
}

// The settings that the cases of both fixtures share.
inline SettingMap recipe_of(const nlohmann::json& c, bool classes) {
  return {{"hidden", ValueList{std::int64_t{6}, std::int64_t{6}}},
          {"activation", std::string(classes ? "selu" : "mish")},
          {"scaling", true},
          {"parametrization", std::string("ntk")},
          {"optimizer", std::string("adamw")},
          {"beta1", 0.9},
          {"beta2", 0.95},
          {"epsilon", 1e-9},
          {"learning_rate", c["learning_rate"].get<double>()},
          {"bias_rate", 0.1},
          {"scaling_rate", 6.0},
          {"weight_decay", c["weight_decay"].get<double>()},
          {"weight_decay_schedule", std::string("flat_cos")},
          {"schedule", std::string("coslog4")}};
}

// All numbers of PyTorch's in `expected`, where W stands for what the network multiplies by as
// W / sqrt(fan_in).
inline void expect_near(const std::vector<Parameter>& parameters,
                        const nlohmann::json& expected,
                        bool gradients,
                        double tolerance,
                        const std::string& where) {
  std::size_t compared = 0;
  for (const Parameter& p : parameters) {
    if (!expected.contains(name_in_fixture(p.name))) {
      continue;
    }
    ++compared;
    const Matrix values = matrix(expected[name_in_fixture(p.name)]);
    for (std::size_t i = 0; i < values.size(); ++i) {
      for (std::size_t j = 0; j < values[i].size(); ++j) {
        const std::size_t at = i * stride_of(p) + j;
        const double found = gradients ? static_cast<double>(p.gradient[at])
                                       : static_cast<double>(p.value[at]) / p.unit;
        EXPECT_NEAR(found, values[i][j], tolerance)
            << where << ", " << p.name << "[" << i << "][" << j << "]";
      }
    }
  }
  EXPECT_EQ(compared, expected.size()) << where;
}

// Twenty full-batch steps from the case's initial values; an epoch is one update. Compares losses,
// and the rates, gradients and parameters that a step of the fixture has.
inline void follow_pytorch(const std::string& name,
                           const nlohmann::json& c,
                           const Matrix& x,
                           const Settings& settings,
                           const NetworkInputs& inputs,
                           std::size_t parameter_count) {
  const ComputeThread guard;
  const bool classes = name == "selu_classes";
  Mlp network(settings, inputs, classes ? 3 : 1, x.size(), 1);
  const std::vector<Parameter> parameters = network.parameters();
  ASSERT_EQ(parameters.size(), parameter_count);
  for (const Parameter& p : parameters) {
    const Matrix values = matrix(c["init"][name_in_fixture(p.name)]);
    for (std::size_t i = 0; i < values.size(); ++i) {
      for (std::size_t j = 0; j < values[i].size(); ++j) {
        p.value[i * stride_of(p) + j] = static_cast<float>(values[i][j] * p.unit);
      }
    }
  }
  BatchTargets targets;
  std::vector<float> numbers;
  std::vector<std::uint32_t> labels;
  if (classes) {
    labels = c["y"].get<std::vector<std::uint32_t>>();
    targets.labels = labels;
  } else {
    numbers = c["y"].get<std::vector<float>>();
    targets = {.task = Task::kRegression, .values = numbers};
  }
  Optimizer optimizer(settings, parameters);
  const LearningRate rate(settings.schedule, settings.learning_rate, 1, 20);
  int step = 0;
  for (const auto& expected : c["steps"]) {
    const std::string where = name + ", step " + std::to_string(step);
    for (std::size_t r = 0; r < x.size(); ++r) {
      for (std::size_t i = 0; i < x[r].size(); ++i) {
        network.inputs()[r * network.input_stride() + i] = static_cast<float>(x[r][i]);
      }
    }
    const BatchLoss loss = network.forward_backward(targets, 0);
    EXPECT_NEAR(loss.loss / loss.weight, expected["loss"].get<double>(), 2e-5) << where;
    if (expected.contains("gradient")) {
      expect_near(parameters, expected["gradient"], true, 2e-6, where);
    }
    const double now = rate.at(step + 1, 0);
    if (expected.contains("rate")) {
      EXPECT_NEAR(now, expected["rate"].get<double>(), 1e-12) << where;
    }
    optimizer.fade_decay(fade_at(settings.weight_decay_schedule, rate.share_done(step + 1, 0)));
    optimizer.step(parameters, now);
    ++step;
    if (expected.contains("after")) {
      expect_near(parameters, expected["after"], false, 1e-4, where);
    }
  }
}

}  // namespace hpsearch::nn
