// Whole networks and whole epochs for the tasks other than plain classification.

#include <cmath>
#include <limits>
#include <random>
#include <utility>

#include <gtest/gtest.h>

#include "nn/base/compute_thread.h"
#include "nn/network/mlp.h"
#include "nn/training/trainer.h"
#include "tests/nn/small_data.h"

namespace hpsearch::nn {
namespace {

// A network's gradients against finite differences of its mean loss, for every task and weighting.
TEST(Tasks, HaveTheGradientsOfTheirMeanLoss) {
  const ComputeThread guard;
  const std::vector<std::uint32_t> labels{1, 0, 1, 1, 0, 1};
  const std::vector<float> values{0.5F, -1.0F, 2.0F, 0.0F, 1.0F, -0.25F};
  const std::vector<double> weights{2.0, 0.25};
  const std::vector<BatchTargets> cases{
      {.labels = labels, .class_weights = weights},
      {.task = Task::kBinary, .labels = labels},
      {.task = Task::kBinary, .labels = labels, .class_weights = weights},
      {.task = Task::kRegression, .values = values}};
  for (const BatchTargets& targets : cases) {
    Settings settings;
    settings.hidden = {5};
    Mlp mlp(settings, 3, targets.task == Task::kClassification ? 2 : 1, 8, 7);
    std::mt19937 random(4);
    std::normal_distribution<float> normal;
    for (std::size_t r = 0; r < 6; ++r) {
      for (std::size_t i = 0; i < 3; ++i) {
        mlp.inputs()[r * mlp.input_stride() + i] = normal(random);
      }
    }
    mlp.forward_backward(targets, 0);
    for (std::size_t l = 0; l < 2; ++l) {
      LinearLayer& layer = mlp.layers()[l];
      for (std::size_t i = 0; i < layer.weights.size(); ++i) {
        const bool real = i / padded(layer.out) < layer.in && i % padded(layer.out) < layer.out;
        if (!real) {
          EXPECT_EQ(layer.weight_gradient[i], 0.0F);
          continue;
        }
        const float weight = layer.weights[i];
        auto mean_at = [&](float w) {
          layer.weights[i] = w;
          const BatchLoss loss = mlp.evaluate(targets);
          return loss.loss / loss.weight;
        };
        constexpr float kStep = 0.00390625F;
        const double slope = (mean_at(weight + kStep) - mean_at(weight - kStep)) / 0.0078125;
        layer.weights[i] = weight;
        // float32 losses of about 1, over a step of 1 / 256.
        EXPECT_NEAR(static_cast<double>(layer.weight_gradient[i]), slope, 2e-4)
            << to_text(targets.task) << ", layer " << l << ", weight " << i;
      }
    }
  }
}

// y = 3 x + 40 for x = 0 ... 19, and a last row off the line.
TrainingData line() {
  std::vector<double> targets;
  for (int x = 0; x < 20; ++x) {
    targets.push_back(3.0 * x + 40.0);
  }
  targets.push_back(110.0);  // 100 on the line
  return split_at(numbered(std::move(targets)), 20);
}

Settings linear() {
  Settings settings;
  settings.hidden = {};
  settings.learning_rate = 0.5;
  settings.batch_size = 20;
  return settings;
}

TEST(Tasks, RegressionFindsALine) {
  const TrainingData data = line();
  Trainer trainer(linear(), data, 1);
  EpochRecord record;
  for (int i = 0; i < 400; ++i) {
    record = *trainer.train_epoch();
  }
  EXPECT_NEAR(record.train_loss, 0.0, 1e-9);
  // The last row has x / 19 = 20 / 19: the line continues to 100, and the row lies 10 above it.
  EXPECT_NEAR(record.val_rmse, 10.0, 1e-3);
  EXPECT_NEAR(record.val_mae, 10.0, 1e-3);
  EXPECT_NEAR(record.val_loss * data.targets[0].deviation * data.targets[0].deviation, 100.0, 0.02);
  EXPECT_TRUE(std::isnan(record.val_r2)) << "one row has no variance";
  EXPECT_TRUE(std::isnan(record.train_accuracy) && std::isnan(record.val_accuracy));
  EXPECT_FALSE(record.diverged());
  const Evaluation all = *trainer.evaluate(data.split.train);
  EXPECT_NEAR(all.r2, 1.0, 1e-6);
}

TEST(Tasks, RegressionReportsItsErrorsInTheTargetsUnits) {
  const TrainingData data = line();
  Trainer trainer(linear(), data, 1);
  trainer.train_epoch();
  const Evaluation e = *trainer.evaluate(data.split.train);
  EXPECT_NEAR(e.rmse, std::sqrt(e.loss) * data.targets[0].deviation, 1e-4 * e.rmse);
  // Population variance of 3 x + 40 over 0 ... 19.
  EXPECT_NEAR(e.r2, 1.0 - e.rmse * e.rmse / (9.0 * (400.0 - 1.0) / 12.0), 1e-6);
}

TEST(Tasks, RegressionFindsTwoLinesInUnitsFarApart) {
  // 3 x + 40 and 5e6 - 1e5 x; the last row is 10 above the first and 3e5 below the second.
  std::vector<double> targets;
  for (int x = 0; x < 20; ++x) {
    targets.push_back(3.0 * x + 40.0);
    targets.push_back(5e6 - 1e5 * x);
  }
  targets.insert(targets.end(), {110.0, 2'700'000.0});
  Dataset dataset = labelled(Task::kRegression, std::vector<std::uint32_t>(21), 0);
  dataset.labels.clear();
  dataset.targets = std::move(targets);
  dataset.outputs = 2;
  const TrainingData data = split_at(std::move(dataset), 20);
  Trainer trainer(linear(), data, 1);
  EpochRecord record;
  for (int i = 0; i < 400; ++i) {
    record = *trainer.train_epoch();
  }
  EXPECT_NEAR(record.train_loss, 0.0, 1e-9);
  EXPECT_NEAR(record.val_mae, (10.0 + 3e5) / 2.0, 5.0);
  EXPECT_NEAR(record.val_rmse, (10.0 + 300000.0) / 2.0, 10.0);
  const double first = 10.0 / data.targets[0].deviation;
  const double second = 3e5 / data.targets[1].deviation;
  EXPECT_NEAR(record.val_loss, (first * first + second * second) / 2.0, 1e-3);
  EXPECT_NEAR(trainer.evaluate(data.split.train)->r2, 1.0, 1e-6);
}

TEST(Tasks, RegressionDiverges) {
  const TrainingData data = line();
  Settings settings = linear();
  settings.learning_rate = 1e6;
  Trainer trainer(settings, data, 1);
  std::optional<EpochRecord> record;
  for (int i = 0; i < 20 && (!record || !record->diverged()); ++i) {
    record = trainer.train_epoch();
  }
  EXPECT_TRUE(record->diverged());
}

TrainingData threshold(std::size_t train) {
  std::vector<std::uint32_t> labels;
  for (std::uint32_t x = 0; x < 40; ++x) {
    labels.push_back(x % 20 < 15 ? 0 : 1);
  }
  return split_at(labelled(Task::kBinary, std::move(labels), 2), train);
}

// Rows 0 ... 39 have the features 0 ... 39; of the first 20 rows, the last five are of class 1.
TEST(Tasks, BinarySeparatesTwoClasses) {
  const TrainingData data = threshold(20);
  Settings settings = linear();
  settings.learning_rate = 5.0;
  Trainer trainer(settings, data, 1);
  EpochRecord record;
  for (int i = 0; i < 300; ++i) {
    record = *trainer.train_epoch();
  }
  EXPECT_EQ(record.train_accuracy, 1.0);
  EXPECT_LT(record.train_loss, 0.1);
  // All validation rows lie above the threshold, so every one is classified as class 1.
  EXPECT_EQ(record.val_accuracy, 0.25);
  EXPECT_EQ(record.val_balanced_accuracy, 0.5);
  EXPECT_NEAR(record.val_f1, 0.5 * 2.0 * 5.0 / (5.0 + 20.0), 1e-12);
  EXPECT_EQ(record.val_auc, 1.0);
  EXPECT_TRUE(std::isnan(record.val_rmse));
}

TEST(Tasks, BinaryHasNoAucOverOneClass) {
  const TrainingData data = threshold(35);  // rows 35 ... 39 are all of class 1
  Trainer trainer(linear(), data, 1);
  const EpochRecord record = *trainer.train_epoch();
  EXPECT_TRUE(std::isnan(record.val_auc));
  EXPECT_TRUE(std::isfinite(record.val_balanced_accuracy));
  EXPECT_FALSE(record.diverged());
}

// One weighted batch: its loss before the first update, computed by hand from the same network.
TEST(Tasks, ClassWeightsMakeTheTrainingLossAWeightedMean) {
  const TrainingData data = threshold(20);
  Settings settings = linear();
  settings.class_weights = {ClassWeights::Kind::kList, {1.0, 6.0}};
  Trainer weighted(settings, data, 3);
  settings.class_weights = {};
  Trainer plain(settings, data, 3);
  double of_class[2] = {0.0, 0.0};
  for (const std::uint32_t row : data.split.train) {
    of_class[data.dataset->labels[row]] += plain.evaluate(std::span(&row, 1))->loss;
  }
  const double expected = (of_class[0] + 6.0 * of_class[1]) / (15.0 + 6.0 * 5.0);
  // Both networks are still equal, and evaluate() ignores class weights.
  EXPECT_NEAR(weighted.evaluate(data.split.train)->loss, plain.evaluate(data.split.train)->loss,
              0.0);
  const EpochRecord record = *weighted.train_epoch();
  EXPECT_NEAR(record.train_loss, expected, 1e-6);
  EXPECT_NEAR(plain.train_epoch()->train_loss, (of_class[0] + of_class[1]) / 20.0, 1e-6);
}

TEST(Tasks, BalancedWeightsFindTheRareClass) {
  // One row in ten is of class 1, and no threshold separates the classes.
  std::vector<std::uint32_t> labels(200);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    labels[i] = i % 10 == 3 ? 1 : 0;
  }
  Dataset dataset = labelled(Task::kClassification, labels, 2);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    dataset.features[i] = static_cast<std::uint8_t>(100 + (labels[i] == 1 ? 15 : 0) + i * 37 % 40);
  }
  const TrainingData data = split_at(dataset, 100);
  Settings settings = linear();
  settings.learning_rate = 0.5;
  auto balanced_accuracy = [&] {
    Trainer trainer(settings, data, 1);
    for (int i = 0; i < 100; ++i) {
      trainer.train_epoch();
    }
    return trainer.train_epoch()->val_balanced_accuracy;
  };
  const double plain = balanced_accuracy();
  settings.class_weights = {ClassWeights::Kind::kBalanced};
  EXPECT_GT(balanced_accuracy(), plain + 0.1);
}

TEST(Tasks, RefuseWeightsThatDoNotFit) {
  Settings settings = linear();
  settings.class_weights = {ClassWeights::Kind::kBalanced};
  const TrainingData data = line();
  EXPECT_THROW(Trainer(settings, data, 1), SettingError);
}

// A line goes on beyond the training targets; clipped predictions do not.
TEST(Tasks, ClipTheirPredictionsToTheRangeOfTheTrainingTargets) {
  std::vector<double> targets(40);
  for (std::size_t i = 0; i < targets.size(); ++i) {
    targets[i] = 100.0 + 3.0 * static_cast<double>(i);
  }
  const TrainingData data = split_at(numbered(targets), 24);
  const SettingMap free{
      {"hidden", ValueList{}}, {"batch_size", std::int64_t{8}}, {"learning_rate", 0.1}};
  SettingMap clips = free;
  clips["clip_predictions"] = true;
  Trainer plain(make_settings(free), data, 1);
  Trainer clipped(make_settings(clips), data, 1);
  for (int epoch = 0; epoch < 200; ++epoch) {
    const auto a = plain.train_epoch();
    const auto b = clipped.train_epoch();
    ASSERT_EQ(a->train_loss, b->train_loss) << "training does not clip";
  }
  std::vector<float> outputs;
  const auto collect = [&](std::span<const std::uint32_t> rows, const float* z,
                           std::size_t stride) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      outputs.push_back(z[i * stride]);
    }
  };
  plain.predict(data.split.validation, collect);
  const std::vector<float> unclipped = std::exchange(outputs, {});
  clipped.predict(data.split.validation, collect);
  const double most = 100.0 + 3.0 * 23.0;
  std::size_t beyond = 0;
  double squares = 0.0;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const double expected = std::min(most, data.targets[0].in_own_units(unclipped[i]));
    EXPECT_NEAR(data.targets[0].in_own_units(outputs[i]), expected, 1e-4);
    beyond += data.targets[0].in_own_units(unclipped[i]) > most ? 1U : 0U;
    squares += std::pow(expected - targets[24 + i], 2);
  }
  EXPECT_GT(beyond, 8U);
  const auto judged = clipped.evaluate(data.split.validation);
  EXPECT_NEAR(judged->rmse, std::sqrt(squares / 16.0), 1e-4);
  EXPECT_NEAR(judged->loss, squares / 16.0 / std::pow(data.targets[0].deviation, 2), 1e-4);
}

TEST(Tasks, ShowADivergedNetworkInSpiteOfClipping) {
  const ComputeThread guard;
  Settings settings;
  settings.hidden = {};
  Mlp mlp(settings, 1, 1, 3, 1);
  mlp.clip_outputs({{-1.0F, 1.0F}});
  const std::vector<float> values{0.0F, 0.0F, 0.0F};
  mlp.layers()[0].weights[0] = 1.0F;
  mlp.inputs()[0] = 5.0F;
  mlp.inputs()[16] = -0.25F;
  mlp.inputs()[32] = -5.0F;
  const BatchTargets targets{.task = Task::kRegression, .values = values};
  EXPECT_FLOAT_EQ(static_cast<float>(mlp.evaluate(targets).loss), 2.0625F);
  mlp.inputs()[0] = std::numeric_limits<float>::infinity();
  EXPECT_TRUE(std::isnan(mlp.evaluate(targets).loss));
}

}  // namespace
}  // namespace hpsearch::nn
