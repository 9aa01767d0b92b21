// Networks with periodic embeddings, bins, factors of the inputs and rates by group, against
// PyTorch on inputs that it encodes itself.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "nn/base/compute_thread.h"
#include "nn/network/mlp.h"
#include "nn/settings/schedule.h"
#include "nn/training/optimizer.h"
#include "tests/support/fixture.h"

namespace hpsearch::nn {
namespace {

using Matrix = std::vector<std::vector<double>>;

Matrix matrix(const nlohmann::json& json) {
  return json.front().is_array() ? json.get<Matrix>() : Matrix{json.get<std::vector<double>>()};
}

// The rows of an embedding lie one after another, those of weights in their stride.
std::size_t stride_of(const Parameter& p) {
  return p.name == "embedding.bias"         ? p.stride
         : p.name.starts_with("embedding.") ? kLanes
                                            : p.stride;
}

std::string name_in_fixture(const std::string& name) {
  if (name.starts_with("embedding.")) {
    return name.substr(10);
  }
  return name == "scaling"
             ? name
             : std::string(name.ends_with("weight") ? "W" : "b") + static_cast<char>(name[7] + 1);
}

SettingMap recipe(const nlohmann::json& c, bool classes) {
  return {{"hidden", ValueList{std::int64_t{6}, std::int64_t{6}}},
          {"activation", std::string(classes ? "selu" : "mish")},
          {"scaling", true},
          {"embedding", std::string(classes ? "pbld" : "ple_pbld")},
          {"frequencies", std::int64_t{4}},
          {"parametrization", std::string("ntk")},
          {"optimizer", std::string("adamw")},
          {"beta1", 0.9},
          {"beta2", 0.95},
          {"epsilon", 1e-9},
          {"learning_rate", c["learning_rate"].get<double>()},
          {"bias_rate", 0.1},
          {"scaling_rate", 6.0},
          {"embedding_rate", 0.1},
          {"weight_decay", c["weight_decay"].get<double>()},
          {"weight_decay_schedule", std::string("flat_cos")},
          {"schedule", std::string("coslog4")}};
}

NetworkInputs inputs_of(const nlohmann::json& c) {
  NetworkInputs inputs(5);
  inputs.waved = c["waved"].get<std::vector<std::uint32_t>>();
  for (const auto& bins : c["bins"]) {
    inputs.binned.push_back({bins[0].get<std::uint32_t>(), bins[1].get<std::vector<float>>()});
  }
  return inputs;
}

TEST(EmbeddingTraining, FollowsPyTorchStepByStep) {
  const ComputeThread guard;
  const auto& fixture = test::read_fixture("embedding_training.json");
  for (const auto& [name, c] : fixture["cases"].items()) {
    const bool classes = name == "selu_classes";
    const Settings settings = make_settings(recipe(c, classes));
    const Matrix x = matrix(fixture["x"]);
    Mlp network(settings, inputs_of(c), classes ? 3 : 1, x.size(), 1);
    const std::vector<Parameter> parameters = network.parameters();
    ASSERT_EQ(parameters.size(), 11U);
    for (const Parameter& p : parameters) {
      const Matrix values = matrix(c["init"][name_in_fixture(p.name)]);
      for (std::size_t i = 0; i < values.size(); ++i) {
        for (std::size_t j = 0; j < values[i].size(); ++j) {
          p.value[i * stride_of(p) + j] = static_cast<float>(values[i][j] * p.unit);
        }
      }
    }
    const auto compare = [&](const nlohmann::json& all, bool gradients, double tolerance,
                             const std::string& where) {
      for (const Parameter& p : parameters) {
        if (!all.contains(name_in_fixture(p.name))) {
          continue;
        }
        const Matrix values = matrix(all[name_in_fixture(p.name)]);
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
    };
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
        for (std::size_t i = 0; i < 5; ++i) {
          network.inputs()[r * network.input_stride() + i] = static_cast<float>(x[r][i]);
        }
      }
      const BatchLoss loss = network.forward_backward(targets, 0);
      EXPECT_NEAR(loss.loss / loss.weight, expected["loss"].get<double>(), 2e-5) << where;
      if (expected.contains("gradient")) {
        compare(expected["gradient"], true, 2e-6, where);
      }
      optimizer.fade_decay(fade_at(settings.weight_decay_schedule, rate.share_done(step + 1, 0)));
      optimizer.step(parameters, rate.at(step + 1, 0));
      ++step;
      if (expected.contains("after")) {
        compare(expected["after"], false, 1e-4, where);
      }
    }
  }
}

}  // namespace
}  // namespace hpsearch::nn
