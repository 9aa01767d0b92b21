#include "nn/training/trainer.h"

#include <cmath>
#include <thread>

#include <gtest/gtest.h>

#include "nn/base/random.h"
#include "nn/network/mlp.h"
#include "tests/support/reference_net.h"

namespace hpsearch::nn {
namespace {

std::shared_ptr<const Dataset> digits() {
  static const auto data = std::make_shared<const Dataset>(load_dataset({"digits", {}}));
  return data;
}

TrainingData digits_data() {
  return prepare(digits(), {}, Preprocess::kUnit);
}

Settings small() {
  Settings settings;
  settings.hidden = {32};
  settings.dropout = 0.2;
  settings.l2 = 1e-4;
  settings.learning_rate = 0.05;
  settings.batch_size = 50;  // 1150 training rows: 23 full batches
  return settings;
}

std::vector<EpochRecord> train(const Settings& settings,
                               const TrainingData& data,
                               std::uint64_t seed,
                               int epochs) {
  Trainer trainer(settings, data, seed);
  std::vector<EpochRecord> records;
  for (int i = 0; i < epochs; ++i) {
    records.push_back(*trainer.train_epoch());
  }
  return records;
}

void expect_same_bits(const EpochRecord& a, const EpochRecord& b) {
  EXPECT_EQ(a.epoch, b.epoch);
  EXPECT_EQ(a.train_loss, b.train_loss);
  EXPECT_EQ(a.train_accuracy, b.train_accuracy);
  EXPECT_EQ(a.val_loss, b.val_loss);
  EXPECT_EQ(a.val_accuracy, b.val_accuracy);
  EXPECT_EQ(a.grad_norm, b.grad_norm);
  EXPECT_EQ(a.weight_norm, b.weight_norm);
  EXPECT_EQ(a.update_ratio, b.update_ratio);
}

// Whole epochs, including the order of rows and the dropout masks, against plain loops in float64.
TEST(Trainer, EqualsTheReferenceOverTwoEpochs) {
  const TrainingData data = digits_data();
  Settings settings = small();
  settings.batch_size = 64;  // the last batch is short: 1150 = 17 * 64 + 62
  constexpr std::uint64_t kSeed = 99;
  const auto records = train(settings, data, kSeed, 2);

  const Mlp initial(settings, 64, 10, 64, kSeed);
  test::ReferenceNet net;
  for (const LinearLayer& layer : initial.layers()) {
    test::ReferenceLayer r{layer.in, layer.out, {}, std::vector<double>(layer.out)};
    for (std::size_t i = 0; i < layer.in; ++i) {
      for (std::size_t j = 0; j < layer.out; ++j) {
        r.weights.push_back(static_cast<double>(layer.weights[i * padded(layer.out) + j]));
      }
    }
    net.layers.push_back(std::move(r));
  }
  test::ReferenceNet velocity = net;
  for (auto& layer : velocity.layers) {
    std::fill(layer.weights.begin(), layer.weights.end(), 0.0);
  }
  auto load = [&](std::span<const std::uint32_t> rows) {
    test::ReferenceBatch batch;
    for (const std::uint32_t row : rows) {
      for (std::size_t c = 0; c < 64; ++c) {
        batch.x.push_back(data.dataset->features[row * 64 + c] / 16.0);
      }
      batch.labels.push_back(data.dataset->labels[row]);
    }
    return batch;
  };
  std::uint32_t step = 0;
  for (const EpochRecord& record : records) {
    std::vector<std::uint32_t> order = data.split.train;
    Stream stream(kSeed, Purpose::kShuffle, 0, static_cast<std::uint32_t>(record.epoch));
    shuffle(order, stream);
    double loss = 0.0;
    std::size_t correct = 0;
    for (std::size_t start = 0; start < order.size(); start += 64) {
      const std::size_t rows = std::min<std::size_t>(64, order.size() - start);
      auto batch = load(std::span(order).subspan(start, rows));
      std::vector<std::uint16_t> bits(rows * 32);
      fill_u16(kSeed, Purpose::kDropout, 1, step++, bits);
      batch.masks.emplace_back();
      for (const std::uint16_t b : bits) {
        batch.masks[0].push_back(b / 65536.0 >= std::round(0.2 * 65536.0) / 65536.0 ? 1.25 : 0.0);
      }
      const auto pass = test::reference_pass(net, batch, settings.l2);
      loss += pass.loss * static_cast<double>(rows);
      correct += pass.correct;
      for (std::size_t l = 0; l < net.layers.size(); ++l) {
        for (std::size_t i = 0; i < net.layers[l].weights.size(); ++i) {
          double& v = velocity.layers[l].weights[i];
          v = settings.momentum * v + pass.gradient.layers[l].weights[i];
          net.layers[l].weights[i] -= settings.learning_rate * v;
        }
        for (std::size_t i = 0; i < net.layers[l].bias.size(); ++i) {
          double& v = velocity.layers[l].bias[i];
          v = settings.momentum * v + pass.gradient.layers[l].bias[i];
          net.layers[l].bias[i] -= settings.learning_rate * v;
        }
      }
    }
    const double n = static_cast<double>(order.size());
    const auto validation = test::reference_pass(net, load(data.split.validation));
    // float32 against float64 over 36 updates; accuracies may differ by a borderline row.
    EXPECT_NEAR(record.train_loss, loss / n, 1e-5);
    EXPECT_NEAR(record.train_accuracy, static_cast<double>(correct) / n, 1.5 / n);
    EXPECT_NEAR(record.val_loss, validation.loss, 1e-5);
    EXPECT_NEAR(
        record.val_accuracy,
        static_cast<double>(validation.correct) / static_cast<double>(data.split.validation.size()),
        1.5 / static_cast<double>(data.split.validation.size()));
    double norm = 0.0;
    for (const auto& layer : net.layers) {
      for (const double w : layer.weights) {
        norm += w * w;
      }
    }
    EXPECT_NEAR(record.weight_norm, std::sqrt(norm), 1e-4);
  }
}

TEST(Trainer, GivesTheSameBitsOnEveryThread) {
  const TrainingData data = digits_data();
  const auto alone = train(small(), data, 5, 3);
  std::vector<std::vector<EpochRecord>> together(4);
  {
    std::vector<std::jthread> threads;
    for (auto& records : together) {
      threads.emplace_back([&] { records = train(small(), data, 5, 3); });
    }
  }
  for (const auto& records : together) {
    for (std::size_t i = 0; i < alone.size(); ++i) {
      expect_same_bits(records[i], alone[i]);
    }
  }
}

TEST(Trainer, TakesTheSeedOfTheSettingsBeforeThatOfTheTrial) {
  const TrainingData data = digits_data();
  Settings settings = small();
  settings.seed = 8;
  expect_same_bits(train(settings, data, 1, 1)[0], train(small(), data, 8, 1)[0]);
  EXPECT_NE(train(small(), data, 1, 1)[0].train_loss, train(small(), data, 8, 1)[0].train_loss);
}

TEST(Trainer, ContinuesOnAnotherThread) {
  const TrainingData data = digits_data();
  Trainer trainer(small(), data, 5);
  trainer.train_epoch();
  EpochRecord second;
  std::jthread([&] { second = *trainer.train_epoch(); }).join();
  expect_same_bits(second, train(small(), data, 5, 2)[1]);
}

TEST(Trainer, LearnsTheDigits) {
  const auto records = train(small(), digits_data(), 1, 15);
  EXPECT_GT(records.back().val_accuracy, 0.95);
  EXPECT_LT(records.back().train_loss, 0.3 * records.front().train_loss);
}

TEST(Trainer, EndsAnEpochThatDiverges) {
  Settings settings = small();
  settings.learning_rate = 1e6;
  const TrainingData data = digits_data();
  Trainer trainer(settings, data, 1);
  std::optional<EpochRecord> record;
  for (int i = 0; i < 20 && (!record || !record->diverged()); ++i) {
    record = trainer.train_epoch();
  }
  EXPECT_TRUE(record->diverged());
}

TEST(Trainer, StopsAtTheNextBatch) {
  std::stop_source stop;
  stop.request_stop();
  const TrainingData data = digits_data();
  Trainer trainer(small(), data, 1);
  EXPECT_FALSE(trainer.train_epoch(stop.get_token()).has_value());
  EXPECT_FALSE(trainer.evaluate(data.split.test, stop.get_token()).has_value());
}

TEST(Trainer, EvaluationHasNoEffectOnTraining) {
  const TrainingData data = digits_data();
  Trainer trainer(small(), data, 5);
  trainer.train_epoch();
  const Evaluation first = *trainer.evaluate(data.split.test);
  EXPECT_EQ(trainer.evaluate(data.split.test)->loss, first.loss);
  expect_same_bits(*trainer.train_epoch(), train(small(), data, 5, 2)[1]);
}

TEST(Trainer, TrainsWithABatchLargerThanTheData) {
  Settings settings = small();
  settings.batch_size = 1'000'000;
  const auto record = train(settings, digits_data(), 1, 1)[0];
  EXPECT_GT(record.grad_norm, 0.0);
  EXPECT_GT(record.update_ratio, 0.0);
}

TEST(Trainer, ShuffledLabelsTeachNothing) {
  auto shuffled = std::make_shared<Dataset>(*digits());
  Stream stream(1, Purpose::kShuffle);
  shuffle(shuffled->labels, stream);
  const TrainingData data = prepare(shuffled, {}, Preprocess::kUnit);
  const auto record = train(small(), data, 1, 5).back();
  const double n = static_cast<double>(data.split.validation.size());
  EXPECT_NEAR(record.val_accuracy, 0.1, 4.0 * std::sqrt(0.1 * 0.9 / n));
}

// d2l's multilayer perceptron from scratch: 784-256-10, weights N(0, 0.01^2), SGD 0.1, batch 256,
// ten epochs. The bands contain eight PyTorch runs.
TEST(Trainer, ReproducesPyTorchOnFashionMnist) {
  std::shared_ptr<const Dataset> dataset;
  try {
    dataset = std::make_shared<const Dataset>(load_dataset({"fashion-mnist", {}}));
  } catch (const std::exception& error) {
    GTEST_SKIP() << error.what();
  }
  SplitSpec split;
  split.validation = PartSize::source_test();
  split.test = PartSize::none();
  Settings settings;
  settings.hidden = {256};
  settings.init = Initialiser::kNormal;
  settings.learning_rate = 0.1;
  settings.momentum = 0.0;
  settings.batch_size = 256;
  const auto records = train(settings, prepare(dataset, split, Preprocess::kUnit), 1, 10);
  EXPECT_NEAR(records[0].train_loss, 1.045, 0.065);
  EXPECT_NEAR(records[1].train_loss, 0.60, 0.02);
  EXPECT_NEAR(records[4].train_loss, 0.455, 0.015);
  EXPECT_NEAR(records[9].train_loss, 0.385, 0.010);
  EXPECT_NEAR(records[9].train_accuracy, 0.864, 0.006);
  const double best =
      std::max({records[7].val_accuracy, records[8].val_accuracy, records[9].val_accuracy});
  EXPECT_NEAR(best, 0.850, 0.015);
}

}  // namespace
}  // namespace hpsearch::nn
