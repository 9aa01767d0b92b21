// Which of an earlier sweep's trials can be used, with handmade observations.
#include "search/sweep/earlier.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hpsearch::search {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// In the form of a message: "3 failed".
std::vector<std::string> unused(const EarlierResults& results) {
  std::vector<std::string> texts;
  for (const EarlierResults::Unused& part : results.unused) {
    texts.push_back(std::to_string(part.trials) + " " + part.why);
  }
  return texts;
}

std::optional<nn::Value> no_default(const std::string& /*setting*/,
                                    const nn::SettingMap& /*values*/) {
  return std::nullopt;
}

struct Earlier {
  SweepSpec there;
  SweepSpec here;
  std::vector<EarlierTrial> trials;
  DefaultOf default_of = no_default;

  Earlier() {
    there.space = {{"learning_rate", Numeric{1e-4, 1.0, true, 0.0, false}}};
    here.space = there.space;
    there.settings["epochs"] = here.settings["epochs"] = std::int64_t{20};
  }

  EarlierTrial& add(ParamSet params, TrialState state = TrialState::kComplete, int stage = 0) {
    EarlierTrial trial;
    trial.result.number = trials.size();
    trial.result.stage = stage;
    trial.result.state = state;
    trial.result.params = std::move(params);
    trial.result.epochs = 20;
    if (state == TrialState::kComplete || state == TrialState::kPruned) {
      trial.result.score = 0.25;
    }
    trial.epochs = 20;
    trials.push_back(std::move(trial));
    return trials.back();
  }

  EarlierResults results() const { return earlier_results(there, trials, here, default_of); }
};

TEST(EarlierResults, TakesCompletePrunedAndDivergedTrialsAsTheyAre) {
  Earlier e;
  e.add({{"learning_rate", 0.1}});
  e.add({{"learning_rate", 0.2}}, TrialState::kPruned).result.epochs = 3;
  e.add({{"learning_rate", 0.9}}, TrialState::kDiverged);
  const EarlierResults results = e.results();
  ASSERT_EQ(results.used.size(), 3U);
  EXPECT_EQ(results.used[0].params, e.trials[0].result.params);
  EXPECT_EQ(results.used[0].score, 0.25);
  EXPECT_EQ(results.used[1].state, TrialState::kPruned);
  EXPECT_EQ(results.used[1].epochs, 3);
  EXPECT_EQ(results.used[2].state, TrialState::kDiverged);
  EXPECT_EQ(results.used[2].score, std::nullopt);
  EXPECT_THAT(results.unused, IsEmpty());
  EXPECT_THAT(results.differences, IsEmpty());
}

TEST(EarlierResults, LeavesOutFailedAndUnfinishedTrials) {
  Earlier e;
  e.add({{"learning_rate", 0.1}}, TrialState::kFailed);
  e.add({{"learning_rate", 0.1}}, TrialState::kInterrupted);
  e.add({{"learning_rate", 0.1}}, TrialState::kRunning);
  e.add({{"learning_rate", 0.1}}, TrialState::kQueued);
  e.add({{"learning_rate", 0.1}}, TrialState::kInterrupted).set_aside = true;
  e.add({{"learning_rate", 0.1}});
  const EarlierResults results = e.results();
  ASSERT_EQ(results.used.size(), 1U);
  EXPECT_EQ(results.used[0].number, 5U) << "as it was numbered there";
  EXPECT_THAT(unused(results), ElementsAre("1 failed", "3 unfinished", "1 after its stop"));
}

TEST(EarlierResults, LeavesOutValuesBeyondTheRangeByTheirParameter) {
  Earlier e;
  e.there.space = {{"dropout", Numeric{}}, {"learning_rate", Numeric{1e-4, 1.0, true, 0.0, false}}};
  e.here.space = {{"dropout", Numeric{0.0, 0.5, false, 0.0, false}},
                  {"learning_rate", Numeric{1e-3, 0.1, true, 0.0, false}}};
  e.add({{"dropout", 0.5}, {"learning_rate", 0.1}});   // both at an edge
  e.add({{"dropout", 0.0}, {"learning_rate", 1e-3}});  // likewise
  e.add({{"dropout", 0.6}, {"learning_rate", 0.5}});   // counted once, by the first reason
  e.add({{"dropout", 0.1}, {"learning_rate", 0.2}});
  e.add({{"dropout", 0.1}, {"learning_rate", 1e-4}});
  const EarlierResults results = e.results();
  EXPECT_EQ(results.used.size(), 2U);
  EXPECT_THAT(unused(results), ElementsAre("1 with dropout outside its range here",
                                           "2 with learning_rate outside its range here"));
}

TEST(EarlierResults, TakesOnlyValuesThatADistributionHas) {
  Earlier e;
  e.here.space = {{"batch_size", Numeric{16.0, 64.0, false, 16.0, true}},
                  {"momentum", Normal{0.9, 0.1, false, 0.0, 0.99, false}},
                  {"optimizer", Categorical{{std::string("sgd"), std::string("adam")}}},
                  {"width", Categorical{{std::int64_t{8}, std::int64_t{16}}, {}, true}}};
  e.there.space = e.here.space;
  const auto params = [](nn::Value batch, nn::Value momentum, nn::Value optimizer,
                         nn::Value width) {
    return ParamSet{{"batch_size", std::move(batch)},
                    {"momentum", std::move(momentum)},
                    {"optimizer", std::move(optimizer)},
                    {"width", std::move(width)}};
  };
  const std::string sgd = "sgd";
  e.add(params(std::int64_t{32}, 0.5, sgd, std::int64_t{16}));
  e.add(params(48.0, std::int64_t{0}, sgd, 8.0));  // the same numbers with other types
  e.add(params(std::int64_t{40}, 0.5, sgd, std::int64_t{16}));
  e.add(params(std::int64_t{128}, 0.5, sgd, std::int64_t{16}));
  e.add(params(std::string("full"), 0.5, sgd, std::int64_t{16}));
  e.add(params(std::int64_t{32}, 0.995, sgd, std::int64_t{16}));
  e.add(params(std::int64_t{32}, 0.5, std::string("rmsprop"), std::int64_t{16}));
  e.add(params(std::int64_t{32}, 0.5, sgd, std::int64_t{12}));
  const EarlierResults results = e.results();
  ASSERT_EQ(results.used.size(), 2U);
  EXPECT_EQ(results.used[1].params, params(std::int64_t{48}, 0.0, sgd, std::int64_t{8}))
      << "in the types that they have here";
  EXPECT_THAT(unused(results), ElementsAre("1 with batch_size between its steps here",
                                           "2 with batch_size outside its range here",
                                           "1 with momentum outside its range here",
                                           "1 with optimizer outside its choices here",
                                           "1 with width outside its choices here"));
}

TEST(EarlierResults, TakesWhatASearchedParameterWasThereFromItsFileOrTheDefault) {
  Earlier e;
  e.here.space.insert(e.here.space.begin(), {"dropout", Numeric{0.0, 0.5, false, 0.0, false}});
  e.add({{"learning_rate", 0.1}});
  EXPECT_THAT(unused(e.results()), ElementsAre("1 without a value for dropout"));
  e.default_of = [](const std::string& name, const nn::SettingMap&) {
    return name == "dropout" ? std::optional(nn::Value(0.0)) : std::nullopt;
  };
  ASSERT_EQ(e.results().used.size(), 1U);
  EXPECT_EQ(e.results().used[0].params.at("dropout"), nn::Value(0.0));
  e.there.settings["dropout"] = 0.25;
  EXPECT_EQ(e.results().used.at(0).params.at("dropout"), nn::Value(0.25));
  EXPECT_THAT(e.results().differences, IsEmpty()) << "it is searched";
  e.there.settings["dropout"] = 0.75;
  EXPECT_THAT(unused(e.results()), ElementsAre("1 with dropout 0.75 outside its range here"))
      << "all trials had it";
}

// The default of momentum depends on each trial's optimizer.
TEST(EarlierResults, AsksForDefaultsAmongTheValuesOfTheTrial) {
  Earlier e;
  e.there.space.push_back({"optimizer", Categorical{{std::string("rmsprop"), std::string("sgd")}}});
  e.here.space = {{"momentum", Numeric{}}};
  e.default_of = [](const std::string& name, const nn::SettingMap& values) {
    return name == "momentum" && values.contains("optimizer")
               ? std::optional(
                     nn::Value(values.at("optimizer") == nn::Value(std::string("sgd")) ? 0.9 : 0.0))
               : std::nullopt;
  };
  e.add({{"learning_rate", 0.1}, {"optimizer", std::string("sgd")}});
  e.add({{"learning_rate", 0.1}, {"optimizer", std::string("rmsprop")}});
  const EarlierResults results = e.results();
  ASSERT_EQ(results.used.size(), 2U);
  EXPECT_EQ(results.used[0].params, (ParamSet{{"momentum", 0.9}}));
  EXPECT_EQ(results.used[1].params, (ParamSet{{"momentum", 0.0}}));
}

TEST(EarlierResults, HasNoValuesOfParametersThatAreNotActiveHere) {
  Earlier e;
  e.there.space = {{"momentum", Numeric{}},
                   {"optimizer", Categorical{{std::string("adam"), std::string("sgd")}}}};
  e.here.space = e.there.space;
  e.here.space[0].when = Expression::parse("optimizer == 'sgd'");
  e.here.space.push_back({"rho", Numeric{}, 0, 0.0, 1.0, Expression::parse("momentum > 0.5")});
  e.add({{"momentum", 0.4}, {"optimizer", std::string("sgd")}});
  e.add({{"momentum", 0.9}, {"optimizer", std::string("adam")}});
  e.add({{"optimizer", std::string("adam")}});
  e.add({{"momentum", 0.9}, {"optimizer", std::string("sgd")}});  // rho would be active
  e.add({{"optimizer", std::string("sgd")}});
  const EarlierResults results = e.results();
  ASSERT_EQ(results.used.size(), 3U);
  EXPECT_EQ(results.used[0].params,
            (ParamSet{{"momentum", 0.4}, {"optimizer", std::string("sgd")}}));
  EXPECT_EQ(results.used[1].params, (ParamSet{{"optimizer", std::string("adam")}}));
  EXPECT_EQ(results.used[2].params, (ParamSet{{"optimizer", std::string("adam")}}));
  EXPECT_THAT(unused(results),
              ElementsAre("1 without a value for momentum", "1 without a value for rho"));
}

TEST(EarlierResults, KeepsTheConstraints) {
  Earlier e;
  e.here.constraints = {Expression::parse("learning_rate < 0.5")};
  e.add({{"learning_rate", 0.1}});
  e.add({{"learning_rate", 0.6}});
  e.add({{"learning_rate", 0.7}});
  EXPECT_EQ(e.results().used.size(), 1U);
  EXPECT_THAT(unused(e.results()), ElementsAre("2 violating the constraints here"));
}

TEST(EarlierResults, SaysOnceWhatWasSearchedThereAndIsAnotherValueHere) {
  Earlier e;
  e.there.space.push_back({"momentum", Numeric{}});
  e.here.settings["momentum"] = 0.9;
  e.add({{"learning_rate", 0.1}, {"momentum", 0.9}});
  EXPECT_THAT(e.results().differences, IsEmpty());
  e.add({{"learning_rate", 0.1}, {"momentum", 0.8}});
  e.add({{"learning_rate", 0.1}, {"momentum", 0.7}});
  const EarlierResults results = e.results();
  EXPECT_EQ(results.used.size(), 3U);
  EXPECT_EQ(results.used[1].params, (ParamSet{{"learning_rate", 0.1}}));
  EXPECT_THAT(results.differences, ElementsAre("momentum was searched there and is 0.9 here"));
}

TEST(EarlierResults, SaysWhichFixedSettingsDiffer) {
  Earlier e;
  e.there.settings["hidden"] = nn::ValueList{std::int64_t{16}};
  e.here.settings["hidden"] = nn::ValueList{std::int64_t{32}};
  e.there.settings["gain"] = std::int64_t{1};
  e.here.settings["gain"] = 1.0;  // the same
  e.there.space.push_back({"nesterov", Fixed{true}});
  e.here.space.push_back({"nesterov", Fixed{false}});
  e.add({{"learning_rate", 0.1}, {"nesterov", true}});
  const EarlierResults results = e.results();
  ASSERT_EQ(results.used.size(), 1U);
  EXPECT_EQ(results.used[0].params.at("nesterov"), nn::Value(false)) << "a parameter of this space";
  EXPECT_THAT(results.differences, ElementsAre("hidden was [16] there and is [32] here",
                                               "nesterov was true there and is false here"));
}

// Stages as in coarse_to_fine: 3 epochs, then 20.
TEST(EarlierResults, TakesOfStagesTheLastThatHasCompleteTrials) {
  Earlier e;
  e.there.search.stages = {{0.5, 3}, {0.3, 20}, {0.2, 40}};
  for (int i = 0; i < 4; ++i) {
    e.add({{"learning_rate", 0.1}}).epochs = 3;
  }
  e.add({{"learning_rate", 0.2}}, TrialState::kDiverged, 1);
  e.add({{"learning_rate", 0.3}}, TrialState::kComplete, 1);
  e.add({{"learning_rate", 0.3}}, TrialState::kInterrupted, 2).epochs = 40;
  const EarlierResults results = e.results();
  ASSERT_EQ(results.used.size(), 2U);
  EXPECT_EQ(results.used[0].number, 4U);
  EXPECT_EQ(results.used[0].stage, 0) << "a stage of this sweep it is not";
  EXPECT_THAT(unused(results),
              ElementsAre("4 from an earlier stage (trained for 3 of 40 epochs)", "1 unfinished"));
}

TEST(EarlierResults, SaysHowLongTheTrialsOfEarlierStagesTrained) {
  Earlier e;
  e.there.search.stages = {{0.5, 2}, {0.3, 7}, {0.2, 20}};
  e.add({{"learning_rate", 0.1}}).epochs = 2;
  e.add({{"learning_rate", 0.1}}, TrialState::kPruned, 1).epochs = 7;
  e.add({{"learning_rate", 0.1}}, TrialState::kComplete, 2);
  EXPECT_THAT(unused(e.results()),
              ElementsAre("2 from earlier stages (trained for 2 to 7 of 20 epochs)"));
}

TEST(EarlierResults, SaysThatTrialsWereTrainedForAnotherTime) {
  Earlier e;
  e.add({{"learning_rate", 0.1}});
  e.add({{"learning_rate", 0.1}}).epochs = 10;
  e.here.settings["epochs"] = std::int64_t{40};
  EXPECT_THAT(e.results().differences,
              ElementsAre("its trials trained for 10 to 20 epochs, those here train for 40"));
  e.here.search.stages = {{0.5, 10}, {0.5, 20}};  // the last stage competes
  e.trials.pop_back();
  EXPECT_THAT(e.results().differences, IsEmpty());
}

// If epochs are searched here, each trial's value is the number it was meant to train, whatever its
// file said.
TEST(EarlierResults, KnowsHowManyEpochsATrialOfAStageTrained) {
  Earlier e;
  e.here.space.insert(e.here.space.begin(), {"epochs", Numeric{1.0, 30.0, false, 1.0, true}});
  e.here.settings.clear();
  e.add({{"learning_rate", 0.1}}).epochs = 7;
  ASSERT_EQ(e.results().used.size(), 1U);
  EXPECT_EQ(e.results().used[0].params.at("epochs"), nn::Value(std::int64_t{7}));
}

// 0 switches a penalty off; the lower end of a log range nearly does.
TEST(EarlierResults, TakesAZeroForTheLowerEndOfALogRange) {
  Earlier e;
  e.here.space = {{"l2", Numeric{1e-6, 1.0, true, 0.0, false}},
                  {"units", Numeric{4.0, 64.0, true, 1.0, true}}};
  e.there.space = e.here.space;
  e.add({{"l2", 0.0}, {"units", std::int64_t{8}}});
  e.add({{"l2", 1e-9}, {"units", std::int64_t{8}}});
  const EarlierResults results = e.results();
  ASSERT_EQ(results.used.size(), 1U);
  EXPECT_EQ(results.used[0].params.at("l2"), nn::Value(1e-6));
  EXPECT_THAT(unused(results), ElementsAre("1 with l2 outside its range here"));
}

}  // namespace
}  // namespace hpsearch::search
