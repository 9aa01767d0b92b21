// Whole epochs with the techniques beyond plain gradient descent.

#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include "nn/data/gather.h"
#include "nn/network/mlp.h"
#include "nn/network/model_summary.h"
#include "nn/training/gradient_check.h"
#include "nn/training/optimizer.h"
#include "nn/training/pretrain.h"
#include "nn/training/sanity.h"
#include "nn/training/trainer.h"
#include "tests/nn/small_data.h"

namespace hpsearch::nn {
namespace {

const TrainingData& digits() {
  static const TrainingData data =
      prepare(std::make_shared<const Dataset>(load_dataset({"digits", {}})), {});
  return data;
}

// The first `rows` training rows of the digits.
TrainingData some_digits(std::size_t rows) {
  TrainingData data = digits();
  data.split.train.resize(rows);
  return data;
}

Settings small() {
  Settings settings;
  settings.hidden = {16};
  settings.learning_rate = 0.05;
  settings.batch_size = 32;
  return settings;
}

std::vector<FloatBuffer> weights_of(const Trainer& trainer) {
  std::vector<FloatBuffer> weights;
  for (const LinearLayer& layer : trainer.network().layers()) {
    weights.push_back(layer.weights);
  }
  return weights;
}

std::optional<double> value_of(const EpochRecord& record, const std::string& name, int epoch) {
  for (const SeriesValue& v : record.series) {
    if (v.name == name && v.epoch == epoch) {
      return v.value;
    }
  }
  return std::nullopt;
}

TEST(Techniques, FullBatchesAreOneUpdateAnEpoch) {
  const TrainingData data = some_digits(100);
  Settings settings = small();
  settings.batch_size.reset();
  Trainer full(settings, data, 1);
  settings.batch_size = 100;
  Trainer hundred(settings, data, 1);
  full.train_epoch();
  hundred.train_epoch();
  EXPECT_EQ(weights_of(full), weights_of(hundred));
}

TEST(Techniques, BatchNormalisationLeavesOutATailOfOneRow) {
  const TrainingData data = some_digits(65);
  Settings settings = small();
  settings.batch_norm = true;
  Trainer trainer(settings, data, 1);
  settings.drop_last = true;
  Trainer dropping(settings, data, 1);
  const EpochRecord record = *trainer.train_epoch();
  EXPECT_EQ(record.train_loss, dropping.train_epoch()->train_loss);
  EXPECT_EQ(weights_of(trainer), weights_of(dropping));
  // Without batch normalisation, that row counts.
  settings.batch_norm = settings.drop_last = false;
  Trainer plain(settings, data, 1);
  settings.drop_last = true;
  Trainer plain_dropping(settings, data, 1);
  plain.train_epoch();
  plain_dropping.train_epoch();
  EXPECT_NE(weights_of(plain), weights_of(plain_dropping));
}

TEST(Techniques, EvaluationChangesNoStatistics) {
  Settings settings = small();
  settings.batch_norm = true;
  settings.dropout = 0.3;
  Trainer trainer(settings, digits(), 1);
  Trainer twin(settings, digits(), 1);
  trainer.train_epoch();
  twin.train_epoch();
  const BatchNorm& norm = *trainer.network().hidden()[0].norm;
  const FloatBuffer mean = norm.running_mean;
  const FloatBuffer variance = norm.running_variance;
  const auto first = trainer.evaluate(digits().split.test);
  EXPECT_EQ(trainer.evaluate(digits().split.test)->loss, first->loss);
  EXPECT_EQ(norm.running_mean, mean);
  EXPECT_EQ(norm.running_variance, variance);
  trainer.train_epoch();
  twin.train_epoch();
  EXPECT_EQ(weights_of(trainer), weights_of(twin));
}

// Diagnostics do not change a bit of training.
TEST(Techniques, DiagnosticsAreTakenAtSomeEpochsAndChangeNothing) {
  Settings settings = small();
  settings.hidden = {16, 12};
  settings.epochs = 7;
  settings.l2 = 0.01;
  Trainer some(settings, digits(), 1);
  Trainer none(settings, digits(), 1);
  Trainer all(settings, digits(), 1);
  none.look_into(Diagnostics::kNone);
  all.look_into(Diagnostics::kAll);
  for (int epoch = 1; epoch <= 7; ++epoch) {
    const EpochRecord record = *some.train_epoch();
    const EpochRecord full = *all.train_epoch();
    const EpochRecord plain = *none.train_epoch();
    EXPECT_EQ(record.val_loss, plain.val_loss);
    EXPECT_EQ(full.val_loss, plain.val_loss);
    const bool looked = std::set<int>{1, 2, 4, 7}.contains(epoch);
    for (const char* name :
         {"activation_mean_1", "activation_std_2", "dead_units_1", "gradient_mean_3",
          "gradient_std_1", "delta_std_2", "update_ratio_3"}) {
      EXPECT_EQ(value_of(record, name, epoch).has_value(), looked) << name << epoch;
      EXPECT_TRUE(value_of(full, name, epoch).has_value()) << name << epoch;
      EXPECT_FALSE(value_of(plain, name, epoch).has_value()) << name << epoch;
    }
    EXPECT_EQ(value_of(record, "initial_loss", 0).has_value(), epoch == 1);
    EXPECT_NEAR(value_of(record, "penalty", epoch).value(),
                0.005 * record.weight_norm * record.weight_norm, 1e-6);
  }
  EXPECT_EQ(weights_of(some), weights_of(none));
  EXPECT_EQ(weights_of(all), weights_of(none));
}

TEST(Techniques, SmallWeightsStartAtTheLossOfGuessing) {
  Settings settings = small();
  settings.init = Initialiser::kNormal;
  Trainer trainer(settings, digits(), 1);
  EXPECT_NEAR(value_of(*trainer.train_epoch(), "initial_loss", 0).value(), std::log(10.0), 0.003);
  settings.init_std = 1.0;
  Trainer loud(settings, digits(), 1);
  EXPECT_GT(value_of(*loud.train_epoch(), "initial_loss", 0).value(), 5.0);
}

TEST(Techniques, TheRateFollowsItsSchedule) {
  Settings settings = small();
  settings.schedule = {.kind = ScheduleKind::kExponential, .factor = 0.5};
  Trainer trainer(settings, digits(), 1);
  for (const double expected : {0.05, 0.025, 0.0125}) {
    EXPECT_DOUBLE_EQ(trainer.train_epoch()->learning_rate, expected);
  }
}

// A textbook experiment: units that start equal stay equal, and dropout breaks the symmetry.
TEST(Techniques, EqualUnitsStayEqualWithoutDropout) {
  Settings settings = small();
  settings.init = Initialiser::kConstant;
  auto differ = [&] {
    Trainer trainer(settings, digits(), 1);
    trainer.train_epoch();
    trainer.train_epoch();
    const LinearLayer& layer = trainer.network().layers()[0];
    double largest = 0.0;
    for (std::size_t i = 0; i < layer.in; ++i) {
      for (std::size_t j = 1; j < layer.out; ++j) {
        const float d = layer.weights[i * layer.columns() + j] - layer.weights[i * layer.columns()];
        largest = std::max(largest, std::abs(static_cast<double>(d)));
      }
    }
    return largest;
  };
  EXPECT_EQ(differ(), 0.0);
  settings.dropout = 0.5;
  EXPECT_GT(differ(), 0.01);
}

// The hidden layers start where the Boltzmann machines stopped.
TEST(Techniques, PretrainingGivesTheHiddenLayersTheirWeights) {
  const TrainingData data = some_digits(200);
  Settings settings = small();
  settings.hidden = {12, 8};
  settings.activation = Activation::kSigmoid;
  settings.pretrain = {.rbm = true, .epochs = 3, .learning_rate = 0.1};
  settings.learning_rate = 1e-30;  // the epoch itself changes nothing
  Trainer trainer(settings, data, 5);
  const EpochRecord record = *trainer.train_epoch();
  const auto gather = [&](std::span<const std::uint32_t> rows, float* out, std::size_t stride) {
    std::vector<std::uint32_t> own;
    for (const std::uint32_t row : rows) {
      own.push_back(data.split.train[row]);
    }
    gather_rows(*data.dataset, data.scaling, own, out, stride);
  };
  const auto expected = pretrain_stack({.inputs = 64,
                                        .widths = {12, 8},
                                        .epochs = 3,
                                        .learning_rate = 0.1,
                                        .batch_rows = 32,
                                        .seed = 5},
                                       200, gather);
  for (std::size_t l = 0; l < 2; ++l) {
    EXPECT_EQ(trainer.network().layers()[l].weights, expected->layers[l].weights());
    EXPECT_EQ(trainer.network().layers()[l].bias, expected->layers[l].hidden_bias());
    const std::string name = "pretrain_error_" + std::to_string(l + 1);
    for (int epoch = 1; epoch <= 3; ++epoch) {
      EXPECT_TRUE(value_of(record, name, epoch).has_value());
    }
    EXPECT_LT(*value_of(record, name, 3), *value_of(record, name, 1));
  }
}

TEST(Techniques, AStopEndsPretraining) {
  Settings settings = small();
  settings.activation = Activation::kSigmoid;
  settings.pretrain.rbm = true;
  Trainer trainer(settings, digits(), 5);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(trainer.train_epoch(stop.get_token()).has_value());
}

double share_near_zero(const Settings& settings) {
  Trainer trainer(settings, digits(), 1);
  for (int i = 0; i < 10; ++i) {
    trainer.train_epoch();
  }
  const LinearLayer& layer = trainer.network().layers()[0];
  std::size_t small_ones = 0;
  for (std::size_t i = 0; i < layer.in; ++i) {
    for (std::size_t j = 0; j < layer.out; ++j) {
      small_ones += std::abs(layer.weights[i * layer.columns() + j]) < 1e-3F ? 1U : 0U;
    }
  }
  return static_cast<double>(small_ones) / static_cast<double>(layer.in * layer.out);
}

// In softmax regression, L1 makes weights vanish, and L2 makes them small.
TEST(Techniques, L1IsSparseAndL2IsNot) {
  Settings settings = small();
  settings.hidden = {};
  settings.init = Initialiser::kTorchDefault;
  settings.momentum = 0.0;
  settings.learning_rate = 0.1;
  const double none = share_near_zero(settings);
  settings.l1 = 1e-2;
  const double l1 = share_near_zero(settings);
  settings.l1 = 0.0;
  settings.l2 = 1e-2;
  const double l2 = share_near_zero(settings);
  EXPECT_GT(l1, 5.0 * none);
  EXPECT_GT(l1, 3.0 * l2);
}

TEST(ModelSummary, HasTorchsummarysNumbers) {
  Settings settings;
  settings.hidden = {50};
  settings.bias = false;
  settings.batch_norm = true;
  settings.dropout = 0.5;
  const ModelSummary model = summarise_model(settings, 784, 10, 100);
  const std::vector<std::pair<std::string, std::size_t>> expected{{"Linear-1", 39200},
                                                                  {"BatchNorm-2", 100},
                                                                  {"ReLU-3", 0},
                                                                  {"Dropout-4", 0},
                                                                  {"Linear-5", 500}};
  ASSERT_EQ(model.rows.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(model.rows[i].name, expected[i].first);
    EXPECT_EQ(model.rows[i].parameters, expected[i].second);
  }
  EXPECT_EQ(model.rows[0].detail, "no bias");
  EXPECT_EQ(model.rows[1].detail, "epsilon 1e-05, momentum 0.1");
  EXPECT_EQ(model.parameters, 39800U);
  constexpr double kMegabyte = 1024.0 * 1024.0;
  EXPECT_NEAR(model.input_bytes / kMegabyte, 0.299072265625, 1e-9);
  EXPECT_NEAR(model.pass_bytes / kMegabyte, 100 * 0.0016021728515625, 1e-9);
  EXPECT_NEAR(model.parameter_bytes / kMegabyte, 0.151824951171875, 1e-9);
}

TEST(ModelSummary, CountsTheParametersThatANetworkHas) {
  Settings scaled;
  scaled.hidden = {20};
  scaled.scaling = true;
  scaled.activation = Activation::kMish;
  const ModelSummary summary = summarise_model(scaled, 30, 4, 1);
  EXPECT_EQ(summary.rows.front().name, "Scaling-1");
  EXPECT_EQ(summary.rows[2].name, "Mish-3");
  EXPECT_EQ(summary.parameters, 30U + 30U * 20U + 20U + 20U * 4U + 4U);
  Settings settings;
  settings.hidden = {256, 256};
  EXPECT_EQ(summarise_model(settings, 784, 10, 1).parameters, 269322U);
  settings.hidden = {256};
  EXPECT_EQ(summarise_model(settings, 784, 10, 1).parameters, 203530U);
  settings.activation = Activation::kMaxout;
  EXPECT_EQ(summarise_model(settings, 784, 10, 1).parameters, 2 * 785U * 256U + 2570U);
}

TEST(GradientCheck, FindsThemRightWithinFloat32) {
  for (const bool norm : {false, true}) {
    for (const Activation kind : {Activation::kRelu, Activation::kTanh, Activation::kMaxout}) {
      Settings settings = small();
      settings.activation = kind;
      settings.batch_norm = norm;
      settings.dropout = 0.2;
      settings.input_dropout = 0.1;
      const auto rows = std::span(digits().split.train).first(32);
      const auto checks = check_gradients(settings, digits(), rows, 3);
      EXPECT_EQ(checks.size(), norm ? 6U : 4U);
      for (const GradientCheck& check : checks) {
        EXPECT_LT(check.largest_error, 1e-2) << check.parameter;
        // The gradient of a bias before batch normalisation is pure rounding.
        EXPECT_EQ(check.compared == 0, norm && check.parameter == "layers.0.bias");
      }
    }
  }
}

// Also behind an output layer that starts at zero.
TEST(GradientCheck, ReachesEveryArrayOfNtk) {
  Settings settings = small();
  settings.activation = Activation::kMish;
  settings.parametrization = Parametrization::kNtk;
  settings.scaling = true;
  const auto checks =
      check_gradients(settings, digits(), std::span(digits().split.train).first(32), 3);
  ASSERT_EQ(checks.size(), 5U);
  EXPECT_EQ(checks[0].parameter, "scaling");
  for (const GradientCheck& check : checks) {
    EXPECT_LT(check.largest_error, 1e-2) << check.parameter;
    EXPECT_GT(check.compared, 0U) << check.parameter;
  }
}

TEST(Sanity, KnowsTheLossOfGuessingAndThePenalty) {
  Settings settings;
  settings.hidden = {256};
  settings.init = Initialiser::kNormal;
  settings.l2 = 0.01;
  const InitialLoss initial = initial_loss(settings, digits(), 1);
  EXPECT_NEAR(initial.expected, std::log(10.0), 1e-6);
  EXPECT_NEAR(initial.loss, initial.expected, 0.003);
  // l2/2 * weights * deviation^2.
  const double expected = 0.005 * (64.0 * 256.0 + 2560.0) * 1e-4;
  EXPECT_NEAR(initial_penalty(settings, digits(), 1), expected, 0.03 * expected);
}

TEST(Sanity, LearnsTwentyRowsByHeartOrSaysThatItDoesNot) {
  Settings settings = small();
  settings.dropout = 0.9;  // must be ignored
  const Overfit learnt = overfit(settings, digits(), 1, 20, 1000);
  EXPECT_EQ(learnt.rows, 20U);
  EXPECT_TRUE(learnt.learnt);
  EXPECT_EQ(learnt.accuracy, 1.0);
  EXPECT_LT(learnt.updates, 1000);
  settings.init = Initialiser::kZero;
  const Overfit stuck = overfit(settings, digits(), 1, 20, 200);
  EXPECT_FALSE(stuck.learnt);
  EXPECT_EQ(stuck.updates, 200);
}

TEST(Sanity, FindsTheLearningRatesThatWork) {
  Settings settings = small();
  settings.momentum = 0.0;
  const RangeTest test = range_test(settings, digits(), 1, 1e-6, 100.0, 200);
  ASSERT_TRUE(test.falls_from && test.steepest && test.diverges_above);
  EXPECT_LT(*test.falls_from, *test.steepest);
  EXPECT_LT(*test.steepest, *test.diverges_above);
  EXPECT_GT(*test.steepest, 0.01);
  EXPECT_GT(*test.diverges_above, 0.5);
}

// The loss of a row or two jumps from update to update; it must not pass for the rate's doing.
TEST(Sanity, FindsTheLearningRatesOfTinyBatches) {
  for (const int rows : {1, 2}) {
    Settings settings = small();
    settings.momentum = 0.0;
    settings.batch_size = rows;
    const RangeTest test = range_test(settings, digits(), 1, 1e-6, 100.0, 200);
    ASSERT_TRUE(test.falls_from && test.steepest && test.diverges_above) << rows;
    EXPECT_GT(*test.falls_from, 1e-3) << "a single update at a lower rate moves nothing";
    EXPECT_LT(*test.steepest, *test.diverges_above);
    EXPECT_GT(*test.diverges_above, 0.05);
  }
}

}  // namespace
}  // namespace hpsearch::nn
