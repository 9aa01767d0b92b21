#include "nn/training/pretrain.h"

#include <cmath>
#include <filesystem>
#include <numeric>

#include <gtest/gtest.h>

#include "nn/data/gather.h"
#include "nn/data/training_data.h"

namespace hpsearch::nn {
namespace {

// The digits, scaled to [0, 1], with all rows for training.
class Pretraining : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    data_ = std::make_unique<Dataset>(load_dataset({.source = "digits"}));
    std::vector<std::uint32_t> all(data_->rows);
    std::iota(all.begin(), all.end(), 0U);
    scaling_ = fit_scaling(*data_, all, Preprocess::kUnit);
  }
  static void TearDownTestSuite() { data_.reset(); }

  static RowGatherer gatherer() {
    return [](std::span<const std::uint32_t> rows, float* out, std::size_t stride) {
      gather_rows(*data_, scaling_, rows, out, stride);
    };
  }
  static PretrainSpec spec(std::vector<std::size_t> widths, int epochs = 3) {
    return {
        .inputs = 64, .widths = std::move(widths), .epochs = epochs, .batch_rows = 20, .seed = 11};
  }
  static Pretrained train(const PretrainSpec& spec) {
    return *pretrain_stack(spec, data_->rows, gatherer());
  }

  static std::unique_ptr<Dataset> data_;
  static ColumnScaling scaling_;
};

std::unique_ptr<Dataset> Pretraining::data_;
ColumnScaling Pretraining::scaling_;

void expect_same(const Rbm& a, const Rbm& b) {
  EXPECT_EQ(a.weights(), b.weights());
  EXPECT_EQ(a.visible_bias(), b.visible_bias());
  EXPECT_EQ(a.hidden_bias(), b.hidden_bias());
}

TEST_F(Pretraining, MakesReconstructionsBetterEpochByEpoch) {
  const Pretrained stack = train(spec({48, 24}, 8));
  ASSERT_EQ(stack.layers.size(), 2U);
  EXPECT_EQ(stack.layers[1].visible(), 48U);
  EXPECT_EQ(stack.layers[1].hidden(), 24U);
  for (const std::vector<double>& errors : stack.reconstruction_error) {
    ASSERT_EQ(errors.size(), 8U);
    for (std::size_t epoch = 1; epoch < errors.size(); ++epoch) {
      EXPECT_LT(errors[epoch], errors[epoch - 1]);
    }
    EXPECT_LT(errors.back(), 0.6 * errors.front());
  }
}

// A machine with (almost) zero weights and biases reconstructs 1/2 everywhere.
TEST_F(Pretraining, MeasuresTheErrorOverAllRowsTheShortLastBatchToo) {
  PretrainSpec untrained = spec({8}, 1);
  untrained.learning_rate = 1e-12;
  ASSERT_NE(data_->rows % untrained.batch_rows, 0U);
  double expected = 0.0;
  for (const std::uint8_t byte : data_->features) {
    expected += std::pow(byte / 16.0 - 0.5, 2) / static_cast<double>(data_->features.size());
  }
  EXPECT_NEAR(train(untrained).reconstruction_error[0][0], expected, 1e-3);
}

TEST_F(Pretraining, GivesTheSameBitsTwiceAndOthersForAnotherSeed) {
  const Pretrained first = train(spec({20, 10}));
  const Pretrained second = train(spec({20, 10}));
  EXPECT_EQ(first.reconstruction_error, second.reconstruction_error);
  for (std::size_t layer = 0; layer < 2; ++layer) {
    expect_same(first.layers[layer], second.layers[layer]);
  }
  PretrainSpec other = spec({20, 10});
  other.seed = 12;
  EXPECT_NE(train(other).reconstruction_error, first.reconstruction_error);
}

TEST_F(Pretraining, LeavesTheLowerLayersAsTheyAreWhileItTrainsTheNext) {
  const Pretrained one = train(spec({20}));
  const Pretrained three = train(spec({20, 10, 5}));
  expect_same(three.layers[0], one.layers[0]);
  expect_same(three.layers[1], train(spec({20, 10})).layers[1]);
}

TEST_F(Pretraining, TrainsALayerOnTheProbabilitiesOfTheOneBelow) {
  const PretrainSpec whole = spec({20, 10});
  Pretrained stack = train(whole);
  // Repeats the second layer by hand, update by update.
  Rbm& below = stack.layers[0];
  Rbm above(20, 10, 20);
  Stream weights(whole.seed, Purpose::kPretrain, 4);
  above.initialise(weights);
  std::uint32_t update = 0;
  for (std::uint32_t epoch = 0; epoch < 3; ++epoch) {
    std::vector<std::uint32_t> order(data_->rows);
    std::iota(order.begin(), order.end(), 0U);
    Stream shuffling(whole.seed, Purpose::kPretrain, 5, epoch);
    shuffle(order, shuffling);
    for (std::size_t start = 0; start < order.size(); start += 20) {
      const std::size_t rows = std::min<std::size_t>(20, order.size() - start);
      gatherer()(std::span(order).subspan(start, rows), below.inputs().data(), padded(64));
      below.propagate(rows, above.inputs().data());
      Stream sampling(whole.seed, Purpose::kPretrain, 6, update++);
      above.update(rows, sampling, whole.learning_rate);
    }
  }
  expect_same(above, stack.layers[1]);
}

TEST_F(Pretraining, EndsAtTheNextBatchWhenAskedTo) {
  std::stop_source stop;
  int batches = 0;
  const auto counting = [&](std::span<const std::uint32_t> rows, float* out, std::size_t stride) {
    gatherer()(rows, out, stride);
    if (++batches == 5) {
      stop.request_stop();
    }
  };
  EXPECT_FALSE(pretrain_stack(spec({8}), data_->rows, counting, stop.get_token()));
  EXPECT_EQ(batches, 5);
}

TEST_F(Pretraining, TakesBatchesLargerThanTheData) {
  PretrainSpec large = spec({8}, 2);
  large.batch_rows = 1'000'000;
  const auto stack = pretrain_stack(large, 7, gatherer());
  ASSERT_TRUE(stack);
  EXPECT_EQ(stack->layers[0].batch_rows(), 7U);
  EXPECT_EQ(stack->reconstruction_error[0].size(), 2U);
}

}  // namespace
}  // namespace hpsearch::nn
