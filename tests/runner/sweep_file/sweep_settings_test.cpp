// Settings and parameters of a sweep file: maps, words and lists, and what does not go together.

#include <gtest/gtest.h>

#include "nn/settings/settings.h"
#include "tests/runner/sweep_file/sweep_file_support.h"

namespace hpsearch::runner {
namespace {

TEST(SweepSettings, ReadsASettingThatIsAMap) {
  const auto spec = read(std::string(kData) +
                         "model: {activation: sigmoid, pretrain: {method: rbm, epochs: 3}}\n"
                         "training: {schedule: {type: step, every: 5, factor: 0.5}}\n"
                         "parameters: {schedule.warmup: {min: 0, max: 2}}\n");
  EXPECT_EQ(spec.settings.at("schedule"), nn::Value(std::string("step")));
  EXPECT_EQ(spec.settings.at("schedule.every"), nn::Value(std::int64_t{5}));
  EXPECT_EQ(spec.settings.at("schedule.factor"), nn::Value(0.5));
  EXPECT_EQ(spec.settings.at("pretrain"), nn::Value(std::string("rbm")));
  EXPECT_EQ(spec.settings.at("pretrain.epochs"), nn::Value(std::int64_t{3}));
  EXPECT_EQ(spec.space.at(0).name, "schedule.warmup");
}

TEST(SweepSettings, RefusesASettingsMapThatSaysTooMuchOrTooLittle) {
  EXPECT_EQ(messages(std::string(kData) + "training: {schedule: {type: cosine, every: 5}}\n"),
            "s.yaml:2:37: error: schedule: cosine has no 'every'; it takes final, warmup\n");
  EXPECT_EQ(messages(std::string(kData) + "training: {schedule: step}\n"),
            "s.yaml:2:12: error: schedule: step needs 'every'; write schedule: {type: step, every: "
            "..., factor: ...}\n");
  EXPECT_EQ(messages(std::string(kData) + "training: {schedule: {type: exponential}}\n"),
            "s.yaml:2:12: error: schedule: exponential needs 'factor'; write schedule: {type: "
            "exponential, factor: ...}\n");
  EXPECT_EQ(messages(std::string(kData) + "training: {schedule: {type: stepp, every: 1}}\n"),
            "s.yaml:2:29: error: 'schedule' must be one of constant, step, exponential, "
            "inverse_time, cosine, one_cycle, plateau, coslog4, flat_cos; found stepp; did you mean "
            "'step'?\n");
  EXPECT_EQ(messages(std::string(kData) + "parameters: {schedule.factor: {min: 0.1, max: 1}}\n"),
            "s.yaml:2:14: error: 'schedule.factor' has no effect with schedule: constant; it needs "
            "step, exponential, plateau\n");
  EXPECT_EQ(messages(std::string(kData) + "parameters: {schedule: {type: step, every: 5}}\n"),
            "s.yaml:2:14: error: 'schedule' as a map belongs in 'training'; to vary a key of it, "
            "make that a parameter of its own, such as schedule.factor: {min: ..., max: ...}\n");
}

// What contradicts itself at one end of a range only is seen too.
TEST(SweepSettings, TriesEachParameterAtItsEnds) {
  EXPECT_EQ(messages(std::string(kData) + "model: {batch_norm: true}\n"
                                          "parameters: {batch_size: {min: 1, max: 64}}\n"),
            "s.yaml:2:9: error: 'batch_norm' cannot normalise a batch of one row; set batch_size "
            "to 2 or more (batch_norm: true, batch_size: 1)\n");
  EXPECT_EQ(messages(std::string(kData) + "parameters: {schedule: {values: [cosine, step]}}\n"),
            "s.yaml:2:14: error: schedule: step needs 'every'; write schedule: {type: step, every: "
            "..., factor: ...}\n");
  EXPECT_EQ(messages(std::string(kData) + "model: {dropout: [0.2, 0.5]}\n"
                                          "parameters: {hidden_layers: {min: 1, max: 3}, "
                                          "hidden_units: {min: 4, max: 8}}\n")
                .substr(0, 46),
            "s.yaml:2:9: error: 'dropout' has 2 values for ");
}

TEST(SweepSettings, TriesParametersInPairs) {
  const std::string expected =
      "error: 'batch_norm' cannot normalise a batch of one row; set batch_size to 2 or more "
      "(batch_norm: true, batch_size: 1)\n";
  for (const char* values :
       {"{batch_norm: {values: [true, false]}, batch_size: {values: [1, 32]}}",
        "{batch_norm: {values: [false, true]}, batch_size: {values: [32, 1]}}"}) {
    EXPECT_EQ(messages(std::string(kData) + "parameters: " + values + "\n"),
              "s.yaml:2:14: " + expected);
  }
}

// Trying pairs stays cheap for long lists: some of their values stand for all.
TEST(SweepSettings, ReadsLongListsOfChoices) {
  std::string seeds;
  std::string sizes;
  for (int i = 2; i < 5000; ++i) {
    seeds += std::to_string(i) + ", ";
    sizes += std::to_string(i) + ", ";
  }
  const auto spec = read(std::string(kData) + "parameters: {seed: {values: [" + seeds +
                         "1]}, batch_size: {values: [" + sizes + "1]}, hidden_layers: {values: [" +
                         "1, 2]}, hidden_units: {min: 1, max: 64}}\n");
  EXPECT_EQ(spec.space.size(), 4U);
}

TEST(SweepSettings, RefusesAParameterWithoutEffect) {
  EXPECT_EQ(
      messages(std::string(kData) +
               "parameters: {rho: {min: 0.5, max: 0.9}, slope: {min: 0, max: 1}}\n"),
      "s.yaml:2:14: error: 'rho' has no effect with optimizer: sgd; it needs rmsprop\n"
      "s.yaml:2:41: error: 'slope' has no effect with activation: relu; it needs leaky_relu\n");
  EXPECT_EQ(messages(std::string(kData) +
                     "parameters: {rho: {min: 0.5, max: 0.9}, optimizer: {values: [sgd, rmsprop]}, "
                     "init_std: {min: 0.1, max: 1}}\nmodel: {init: normal}\n"),
            "");
}

TEST(SweepSettings, SaysNothingOfWhatFollowsFromAnotherMistake) {
  EXPECT_EQ(messages(std::string(kData) + "training: {schedule: {type: exponential, factor: 2}}\n"),
            "s.yaml:2:50: error: 'schedule.factor' must be a number above 0 and up to 1; found "
            "2.0\n");
}

TEST(SweepSettings, SuggestsTheChoiceThatWasMeant) {
  EXPECT_EQ(
      messages(std::string(kData) + "training: {optimizer: Adam, batch_size: FULL}\n"),
      "s.yaml:2:23: error: 'optimizer' must be one of sgd, adagrad, rmsprop, adam, adamw; "
      "found Adam; did you mean 'adam'?\n"
      "s.yaml:2:41: error: 'batch_size' must be full, or a whole number from 1 to 1000000000; "
      "found FULL; did you mean 'full'?\n");
}

TEST(SweepSettings, TakesWordsAndListsWhereASettingHasThem) {
  const auto spec = read(std::string(kData) +
                         "model: {hidden: [8, 4], dropout: [0, 0.5], activation: [relu, tanh]}\n"
                         "training: {batch_size: full, max_norm: none, grad_clip: 1}\n");
  const nn::Settings settings = nn::make_settings(spec.settings);
  EXPECT_FALSE(settings.batch_size.has_value());
  EXPECT_EQ(settings.grad_clip, 1.0);
  EXPECT_EQ(settings.dropout.of(1), 0.5);
  EXPECT_EQ(spec.settings.at("dropout"), nn::Value(nn::ValueList{0.0, 0.5}));
  EXPECT_EQ(messages(std::string(kData) + "parameters: {batch_size: {min: full, max: 64}}\n"),
            "s.yaml:2:32: error: 'min' must be a whole number; found 'full'\n");
  EXPECT_EQ(messages(std::string(kData) + "model: {dropout: 1.2}\n"),
            "s.yaml:2:18: error: 'dropout' must be a number from 0 to 1; found 1.2\n");
}

TEST(SweepSettings, ReadsWhetherAllEpochsAreLookedInto) {
  EXPECT_FALSE(read(kData).full_diagnostics);
  EXPECT_TRUE(read(std::string(kData) + "diagnostics: full\n").full_diagnostics);
}

}  // namespace
}  // namespace hpsearch::runner
