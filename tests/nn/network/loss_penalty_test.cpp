// Losses with penalties for a linear model o = x w + b, against PyTorch's loss and gradient
// (tests/fixtures/losses.json). One update of gradient descent with rate 1 reveals the gradient.

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "nn/base/compute_thread.h"
#include "nn/network/mlp.h"
#include "nn/training/optimizer.h"
#include "tests/support/fixture.h"

namespace hpsearch::nn {
namespace {

using Matrix = std::vector<std::vector<double>>;

std::vector<float> flat(const Matrix& m) {
  std::vector<float> values;
  for (const auto& row : m) {
    values.insert(values.end(), row.begin(), row.end());
  }
  return values;
}

struct Kind {
  const char* name;  // in the fixture
  Task task;
  RegressionLoss regression = RegressionLoss::kSquared;
};

struct Penalty {
  const char* name;
  double l1, l2;  // the fixture's penalties, converted to the settings' conventions
};

TEST(LossWithPenalty, EqualsPyTorch) {
  const ComputeThread guard;
  const auto fixture = test::read_fixture("losses.json");
  const auto x = fixture["x"].get<Matrix>();
  const auto w = fixture["w"].get<Matrix>();
  const auto b = fixture["b"].get<std::vector<double>>();
  const auto labels = fixture["labels"].get<std::vector<std::uint32_t>>();
  const std::vector<float> zero_one = flat(fixture["targets_binary"].get<Matrix>());
  const std::vector<float> numbers = flat(fixture["targets_regression"].get<Matrix>());
  int compared = 0;
  for (const Kind& kind :
       {Kind{"softmax_ce_mean", Task::kClassification}, Kind{"bce_with_logits_mean", Task::kBinary},
        Kind{"mse_mean", Task::kRegression},
        Kind{"half_mse_mean", Task::kRegression, RegressionLoss::kHuber},
        Kind{"l1_loss_mean", Task::kRegression, RegressionLoss::kAbsolute}}) {
    for (const Penalty& penalty :
         {Penalty{"none", 0.0, 0.0}, Penalty{"l1_half_0.1", 0.05, 0.0},
          Penalty{"l2_half_0.1", 0.0, 0.1}, Penalty{"l2_full_0.1", 0.0, 0.2},
          Penalty{"l1_half_0.1+l2_half_0.1", 0.05, 0.1}}) {
      const std::string which = std::string(kind.name) + "|" + penalty.name;
      const auto& expected = fixture["cases"].at(which);
      Settings settings;
      settings.hidden = {};
      settings.momentum = 0.0;
      settings.l1 = penalty.l1;
      settings.l2 = penalty.l2;
      Mlp mlp(settings, w.size(), b.size(), x.size(), 1);
      LinearLayer& layer = mlp.layers()[0];
      for (std::size_t i = 0; i < w.size(); ++i) {
        for (std::size_t j = 0; j < b.size(); ++j) {
          layer.weights[i * layer.columns() + j] = static_cast<float>(w[i][j]);
        }
      }
      std::copy(b.begin(), b.end(), layer.bias.begin());
      for (std::size_t r = 0; r < x.size(); ++r) {
        std::copy(x[r].begin(), x[r].end(),
                  mlp.inputs().begin() + static_cast<std::ptrdiff_t>(r * mlp.input_stride()));
      }
      BatchTargets targets{.task = kind.task};
      targets.outputs = b.size();
      targets.regression = kind.regression;
      targets.huber_delta = 1e6;
      if (kind.task == Task::kClassification) {
        targets.labels = labels;
      } else {
        targets.values = kind.task == Task::kBinary ? zero_one : numbers;
      }
      const std::vector<Parameter> parameters = mlp.parameters();
      Optimizer optimizer(settings, parameters);
      const BatchLoss loss = mlp.forward_backward(targets, 0);
      const double reg = optimizer.penalty(parameters);
      EXPECT_NEAR(loss.loss / loss.weight, expected["loss_data"].get<double>(), 1e-5) << which;
      EXPECT_NEAR(reg, expected["reg"].get<double>(), 1e-6) << which;
      EXPECT_NEAR(loss.loss / loss.weight + reg, expected["total"].get<double>(), 1e-5) << which;
      optimizer.step(parameters, 1.0);
      for (std::size_t j = 0; j < b.size(); ++j) {
        EXPECT_NEAR(b[j] - static_cast<double>(layer.bias[j]), expected["grad_b"][j].get<double>(),
                    1e-5)
            << which;
        for (std::size_t i = 0; i < w.size(); ++i) {
          EXPECT_NEAR(w[i][j] - static_cast<double>(layer.weights[i * layer.columns() + j]),
                      expected["grad_w"][i][j].get<double>(), 1e-5)
              << which;
        }
      }
      ++compared;
    }
  }
  EXPECT_EQ(compared, 25);
}

}  // namespace
}  // namespace hpsearch::nn
