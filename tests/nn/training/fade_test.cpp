// Dropout and weight decay that fade during training, held to a loop that sets each update's own.
#include <cmath>
#include <numbers>
#include <vector>

#include <gtest/gtest.h>

#include "nn/base/compute_thread.h"
#include "nn/base/random.h"
#include "nn/network/mlp.h"
#include "nn/training/batch_loader.h"
#include "nn/training/optimizer.h"
#include "nn/training/trainer.h"
#include "tests/nn/small_data.h"

namespace hpsearch::nn {
namespace {

constexpr std::uint64_t kSeed = 12;

// 40 rows of 3 numbers in 3 classes, 32 of them to train on: four updates an epoch.
TrainingData small_data() {
  Dataset dataset = labelled(Task::kClassification, std::vector<std::uint32_t>(40), 3);
  dataset.columns = 3;
  dataset.features.resize(120);
  for (std::uint32_t i = 0; i < 120; ++i) {
    dataset.features[i] = static_cast<std::uint8_t>(i * 37 % 101);
    dataset.labels[i / 3] = i / 3 * 5 % 3;
  }
  return split_at(std::move(dataset), 32);
}

SettingMap base() {
  return {{"hidden", ValueList{std::int64_t{20}}},
          {"batch_size", std::int64_t{8}},
          {"epochs", std::int64_t{3}},
          {"optimizer", std::string("adam")},
          {"dropout", 0.4},
          {"input_dropout", 0.25},
          {"weight_decay", 0.5}};
}

double flat_cosine(double t) {
  return t < 0.5 ? 1.0 : 0.5 * (1.0 + std::cos(std::numbers::pi * (2.0 * t - 1.0)));
}

TEST(Fade, GivesEachUpdateItsOwnDropoutAndDecay) {
  const ComputeThread guard;
  const TrainingData data = small_data();
  SettingMap map = base();
  map["dropout_schedule"] = std::string("flat_cos");
  map["weight_decay_schedule"] = std::string("cosine");
  const Settings settings = make_settings(map);
  Trainer trainer(settings, data, kSeed);

  Mlp network(make_settings(base()), 3, 3, 8, kSeed);
  BatchLoader loader(settings, data);
  const std::vector<Parameter> parameters = network.parameters();
  Optimizer optimizer(make_settings(base()), parameters);
  std::uint32_t done = 0;
  for (int epoch = 1; epoch <= 3; ++epoch) {
    trainer.train_epoch();
    std::vector<std::uint32_t> order = data.split.train;
    Stream stream(kSeed, Purpose::kShuffle, 0, static_cast<std::uint32_t>(epoch));
    shuffle(order, stream);
    for (std::size_t start = 0; start < 32; start += 8) {
      // Networks with the present probabilities and the weights of this one: the masks depend on
      // nothing but seed, layer and update.
      const double t = done / 12.0;
      SettingMap now = base();
      now["dropout"] = 0.4 * flat_cosine(t);
      now["input_dropout"] = 0.25 * flat_cosine(t);
      Mlp faded(make_settings(now), 3, 3, 8, kSeed);
      for (std::size_t l = 0; l < 2; ++l) {
        faded.layers()[l].weights = network.layers()[l].weights;
        faded.layers()[l].bias = network.layers()[l].bias;
      }
      faded.forward_backward(loader.for_training(std::span(order).subspan(start, 8), faded),
                             done++);
      for (std::size_t l = 0; l < 2; ++l) {
        network.layers()[l].weight_gradient = faded.layers()[l].weight_gradient;
        network.layers()[l].bias_gradient = faded.layers()[l].bias_gradient;
      }
      optimizer.fade_decay(0.5 + 0.5 * std::cos(std::numbers::pi * t));
      optimizer.step(parameters, 0.01);
    }
    for (std::size_t l = 0; l < 2; ++l) {
      const FloatBuffer& expected = network.layers()[l].weights;
      const FloatBuffer& actual = trainer.network().layers()[l].weights;
      for (std::size_t i = 0; i < expected.size(); ++i) {
        ASSERT_NEAR(actual[i], expected[i], 1e-6F) << "epoch " << epoch << ", layer " << l;
      }
    }
  }
}

TEST(Fade, ShrinksTheWeightsByTheFadedDecay) {
  FloatBuffer value(16, 2.0F);
  FloatBuffer gradient(16);
  const std::vector<Parameter> parameters{{"w", value, gradient, true, 1, 16}};
  Settings settings;
  settings.momentum = 0.0;
  settings.weight_decay = 0.5;
  Optimizer optimizer(settings, parameters);
  optimizer.fade_decay(0.25);
  optimizer.step(parameters, 0.1);
  EXPECT_FLOAT_EQ(value[0], 2.0F * (1.0F - 0.1F * 0.5F * 0.25F));
  optimizer.fade_decay(0.0);
  const float before = value[0];
  optimizer.step(parameters, 0.1);
  EXPECT_EQ(value[0], before);
}

}  // namespace
}  // namespace hpsearch::nn
