// Small textbook experiments with known results: the network, its loss and its optimizer against
// figures that other programs computed in float64.

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "nn/base/compute_thread.h"
#include "nn/data/synthetic.h"
#include "nn/network/mlp.h"
#include "nn/training/optimizer.h"
#include "tests/support/fixture.h"

namespace hpsearch::nn {
namespace {

// A linear model with given initial weights, trained batch by batch in the order of the rows.
class LinearModel {
 public:
  LinearModel(const Dataset& data, std::size_t batch, Settings settings)
      : data_(data),
        batch_(batch),
        settings_(linear(settings)),
        mlp_(settings_, data.columns, 1, batch, 1),
        parameters_(mlp_.parameters()),
        optimizer_(settings_, parameters_) {}

  void start_from(const std::vector<double>& weights) {
    for (std::size_t i = 0; i < weights.size(); ++i) {
      layer().weights[i * padded(1)] = static_cast<float>(weights[i]);
    }
  }

  // Returns the mean loss over the epoch's batches, each before its update.
  double train(std::size_t rows, double rate) {
    double loss = 0.0;
    for (std::size_t start = 0; start < rows; start += batch_) {
      const BatchLoss part = mlp_.forward_backward(load(start), 0);
      loss += part.loss / static_cast<double>(rows);
      optimizer_.step(parameters_, rate);
    }
    return loss;
  }

  // The mean loss over some rows, and the number that are classified correctly.
  BatchLoss evaluate(std::size_t begin, std::size_t end) {
    BatchLoss all;
    for (std::size_t start = begin; start < end; start += batch_) {
      const BatchLoss part = mlp_.evaluate(load(start));
      all.loss += part.loss / static_cast<double>(end - begin);
      all.correct += part.correct;
    }
    return all;
  }

  LinearLayer& layer() { return mlp_.layers()[0]; }
  double weight(std::size_t i) { return static_cast<double>(layer().weights[i * padded(1)]); }
  double bias() { return static_cast<double>(layer().bias[0]); }
  double norm() { return weight_norm(parameters_); }

 private:
  static Settings linear(Settings settings) {
    settings.hidden = {};
    settings.init = Initialiser::kZero;
    settings.momentum = 0.0;
    return settings;
  }

  BatchTargets load(std::size_t start) {
    for (std::size_t r = 0; r < batch_; ++r) {
      for (std::size_t c = 0; c < data_.columns; ++c) {
        const std::size_t i = (start + r) * data_.columns + c;
        mlp_.inputs()[r * mlp_.input_stride() + c] = data_.real_features.empty()
                                                         ? static_cast<float>(data_.features[i])
                                                         : data_.real_features[i];
      }
    }
    BatchTargets targets{.task = data_.task};
    if (data_.task == Task::kRegression) {
      values_.resize(batch_);
      std::transform(data_.targets.begin() + static_cast<std::ptrdiff_t>(start),
                     data_.targets.begin() + static_cast<std::ptrdiff_t>(start + batch_),
                     values_.begin(), [](double y) { return static_cast<float>(y); });
      targets.values = values_;
      if (settings_.loss == LossKind::kHuber) {
        targets.regression = RegressionLoss::kHuber;
        targets.huber_delta = settings_.huber_delta;
      }
    } else {
      targets.labels = std::span(data_.labels).subspan(start, batch_);
    }
    return targets;
  }

  const Dataset& data_;
  std::vector<float> values_;  // of the batch, if it is a regression
  std::size_t batch_;
  Settings settings_;
  Mlp mlp_;
  std::vector<Parameter> parameters_;
  Optimizer optimizer_;
};

// d2l section 3.7: 200 inputs and 20 rows, with and without weight decay, in two programs.
TEST(Textbook, WeightDecayEndsWhereItsReferenceEnds) {
  const ComputeThread guard;
  const auto cases = test::read_fixture("synthetic.json")["linear"]["cases"];
  const Dataset data = make_linear_synthetic();
  for (const char* name :
       {"scratch_lambda0", "scratch_lambda3", "concise_lambda0", "concise_lambda3"}) {
    const std::string which = name;
    Settings settings;
    settings.l2 = which.ends_with("3") ? 3.0 : 0.0;
    if (which.starts_with("scratch")) {
      settings.loss = LossKind::kHuber;  // half the squared error, this far from its delta
      settings.huber_delta = 1e6;
    }
    LinearModel model(data, 5, settings);
    model.start_from(linear_synthetic_weights());
    for (int epoch = 0; epoch < 100; ++epoch) {
      model.train(20, 0.003);
    }
    const auto& expected = cases[which];
    const double norm = expected["w_l2"].get<double>();
    EXPECT_NEAR(model.norm(), norm, 1e-4 * norm) << which;
    const double test = expected["test"].get<double>();
    EXPECT_NEAR(model.evaluate(20, 120).loss, test, 1e-3 * test) << which;
    EXPECT_NEAR(model.bias(), expected["b"].get<double>(), 1e-4) << which;
  }
}

// 200 points of two classes, no bias, full batches of gradient descent from zero.
TEST(Textbook, LogisticRegressionFollowsItsReference) {
  const ComputeThread guard;
  Settings settings;
  settings.bias = false;
  const Dataset data = make_logistic();
  LinearModel model(data, 200, settings);
  EXPECT_NEAR(model.train(200, 0.01), std::log(2.0), 1e-6);
  EXPECT_NEAR(model.weight(0), 0.005375898818197083, 1e-7);
  EXPECT_NEAR(model.weight(1), 0.004802817957101631, 1e-7);
  for (int step = 1; step < 101; ++step) {
    model.train(200, 0.01);
  }
  // The reference adds 1e-7 inside its logarithms.
  EXPECT_NEAR(model.weight(0), 0.388095935, 1e-5);
  EXPECT_NEAR(model.weight(1), 0.346527432, 1e-5);
  const BatchLoss end = model.evaluate(0, 200);
  EXPECT_NEAR(end.loss, 0.41562137, 1e-5);
  EXPECT_EQ(end.correct, 185U);
}

// A single neuron can learn AND and OR, but not XOR.
TEST(Textbook, ANeuronLearnsTheGatesThatALineSeparates) {
  const ComputeThread guard;
  struct Gate {
    Dataset data;
    double weight, bias, loss;
    std::size_t correct;
  };
  const std::vector<Gate> gates{
      {make_and(), 7.412442683594064, -11.291274731006883, 0.017430466191912835, 4},
      {make_or(), 8.661822975391463, -3.8657538493765693, 0.009297153201149818, 4},
      {make_nand(), -7.412442683594061, 11.29127473100688, 0.017430466191912835, 4},
      {make_xor(), 0.0, 0.0, 0.6931471805599453, 2}};
  for (const Gate& gate : gates) {
    LinearModel model(gate.data, 4, {});
    for (int step = 0; step < 2000; ++step) {
      model.train(4, 0.5);
    }
    EXPECT_NEAR(model.weight(0), gate.weight, 1e-3);
    EXPECT_NEAR(model.weight(1), gate.weight, 1e-3);
    EXPECT_NEAR(model.bias(), gate.bias, 1e-3);
    const BatchLoss end = model.evaluate(0, 4);
    EXPECT_NEAR(end.loss, gate.loss, 1e-5);
    EXPECT_EQ(end.correct, gate.correct);
  }
}

}  // namespace
}  // namespace hpsearch::nn
