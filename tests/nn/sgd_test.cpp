#include "nn/sgd.h"

#include <cmath>

#include <gtest/gtest.h>

#include "tests/support/fixture.h"
#include "tests/support/reference_net.h"

namespace hpsearch::nn {
namespace {

using Matrix = std::vector<std::vector<double>>;

test::ReferenceLayer layer_from(const Matrix& weights, const std::vector<double>& bias) {
  test::ReferenceLayer layer{weights.size(), bias.size(), {}, bias};
  for (const auto& row : weights) {
    layer.weights.insert(layer.weights.end(), row.begin(), row.end());
  }
  return layer;
}

// Between the reference's matrices without padding and the trainer's with it.
void copy(const test::ReferenceLayer& from, FloatBuffer& weights, FloatBuffer& bias) {
  for (std::size_t i = 0; i < from.in; ++i) {
    for (std::size_t j = 0; j < from.out; ++j) {
      weights[i * padded(from.out) + j] = static_cast<float>(from.weights[i * from.out + j]);
    }
  }
  std::transform(from.bias.begin(), from.bias.end(), bias.begin(),
                 [](double b) { return static_cast<float>(b); });
}

void copy(const LinearLayer& from, test::ReferenceLayer& to) {
  for (std::size_t i = 0; i < to.in; ++i) {
    for (std::size_t j = 0; j < to.out; ++j) {
      to.weights[i * to.out + j] = static_cast<double>(from.weights[i * padded(to.out) + j]);
    }
  }
  for (std::size_t j = 0; j < to.out; ++j) {
    to.bias[j] = static_cast<double>(from.bias[j]);
  }
}

// Ten steps of a 3-4-3 tanh net against PyTorch's trajectory (tests/fixtures/optimizers.json).
void expect_trajectory(const std::string& name) {
  const auto fixture = test::read_fixture("optimizers.json");
  const auto& c = fixture["cases"][name];
  test::ReferenceNet net;
  net.activation = test::ReferenceActivation::kTanh;
  const auto& init = fixture["init"];
  for (const auto& [w, b] : {std::pair{"W1", "b1"}, std::pair{"W2", "b2"}}) {
    net.layers.push_back(layer_from(init[w].get<Matrix>(), init[b].get<std::vector<double>>()));
  }
  test::ReferenceBatch batch;
  for (const auto& row : fixture["x"].get<Matrix>()) {
    batch.x.insert(batch.x.end(), row.begin(), row.end());
  }
  batch.labels = fixture["y"].get<std::vector<std::uint32_t>>();

  Settings settings;
  settings.learning_rate = c["config"]["lr"].get<double>();
  settings.momentum = c["config"].value("momentum", 0.0);
  settings.l2 = c["config"].value("weight_decay", 0.0);
  std::vector<LinearLayer> layers;
  for (const auto& r : net.layers) {
    const std::size_t size = padded(r.in) * padded(r.out);
    LinearLayer layer{r.in,
                      r.out,
                      FloatBuffer(size),
                      FloatBuffer(padded(r.out)),
                      FloatBuffer(size),
                      FloatBuffer(padded(r.out))};
    copy(r, layer.weights, layer.bias);
    layers.push_back(std::move(layer));
  }
  Sgd sgd(settings, layers);
  Sgd measured(settings, layers);
  std::vector<LinearLayer> twin = layers;

  for (const auto& step : c["steps"]) {
    const auto pass = test::reference_pass(net, batch);
    EXPECT_NEAR(pass.loss, step["loss_data"].get<double>(), 1e-5);
    double weights = 0.0;
    double gradient = 0.0;
    for (std::size_t l = 0; l < layers.size(); ++l) {
      copy(pass.gradient.layers[l], layers[l].weight_gradient, layers[l].bias_gradient);
      copy(pass.gradient.layers[l], twin[l].weight_gradient, twin[l].bias_gradient);
      for (std::size_t i = 0; i < net.layers[l].weights.size(); ++i) {
        const double w = net.layers[l].weights[i];
        weights += w * w;
        gradient += std::pow(pass.gradient.layers[l].weights[i] + settings.l2 * w, 2);
      }
      for (const double g : pass.gradient.layers[l].bias) {
        gradient += g * g;
      }
    }
    const test::ReferenceNet before = net;
    sgd.step(layers);
    const Sgd::Norms norms = measured.measured_step(twin);
    double moved = 0.0;
    for (std::size_t l = 0; l < layers.size(); ++l) {
      EXPECT_EQ(layers[l].weights, twin[l].weights);
      EXPECT_EQ(layers[l].bias, twin[l].bias);
      copy(layers[l], net.layers[l]);
      for (std::size_t i = 0; i < net.layers[l].weights.size(); ++i) {
        moved += std::pow(net.layers[l].weights[i] - before.layers[l].weights[i], 2);
      }
      const std::string number = std::to_string(l + 1);
      const auto expected = layer_from(step["after"]["W" + number].get<Matrix>(),
                                       step["after"]["b" + number].get<std::vector<double>>());
      for (std::size_t i = 0; i < expected.weights.size(); ++i) {
        EXPECT_NEAR(net.layers[l].weights[i], expected.weights[i], 1e-5)
            << name << " step " << step["step"];
      }
      for (std::size_t j = 0; j < expected.bias.size(); ++j) {
        EXPECT_NEAR(net.layers[l].bias[j], expected.bias[j], 1e-5)
            << name << " step " << step["step"];
      }
    }
    EXPECT_NEAR(norms.gradient, std::sqrt(gradient), 1e-5);
    EXPECT_NEAR(norms.ratio, std::sqrt(moved / weights), 1e-5);
  }
}

TEST(Sgd, FollowsPyTorchWithoutMomentum) {
  expect_trajectory("sgd");
}
TEST(Sgd, FollowsPyTorchWithMomentum) {
  expect_trajectory("momentum");
}
TEST(Sgd, FollowsPyTorchWithMomentumAndL2OnWeightsOnly) {
  expect_trajectory("momentum_l2_weights");
}

}  // namespace
}  // namespace hpsearch::nn
