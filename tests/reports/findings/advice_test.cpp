#include "reports/findings/advice.h"

#include <cmath>
#include <limits>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/base/random.h"
#include "nn/settings/schedule.h"
#include "tests/reports/made_sweep.h"

namespace hpsearch::reports {
namespace {

using testing::HasSubstr;

const Advice* find(const std::vector<Advice>& all, const std::string& kind) {
  for (const Advice& one : all) {
    if (one.kind == kind) {
      return &one;
    }
  }
  return nullptr;
}

std::vector<Advice> advice_of(MadeSweep& sweep,
                              std::vector<nn::EpochRecord> epochs = {},
                              std::optional<double> initial_loss = {}) {
  return advice({sweep.ranked(), std::move(epochs), initial_loss});
}

// Trials with a learning rate that is best near `best` and a dropout with little influence. Above
// `diverges`, trials diverge.
MadeSweep rates(int trials, double best, double diverges = 1e9, double width = 1.0) {
  MadeSweep sweep({range("dropout", 0.0, 0.5), range("learning_rate", 1e-4, 1.0, true)});
  nn::Stream stream(7, nn::Purpose::kSample);
  for (int i = 0; i < trials; ++i) {
    const double rate = std::pow(10.0, -4.0 * stream.uniform());
    const double off = std::log10(rate / best) / width;
    const double noise = 0.001 * stream.uniform();
    const bool diverged = rate > diverges;
    sweep.add({{"dropout", 0.5 * stream.uniform()}, {"learning_rate", rate}},
              diverged ? std::nullopt : std::optional(0.95 - 0.1 * off * off + noise));
    sweep.data.trials.back().row.best_epoch = 8;
  }
  return sweep;
}

TEST(Advice, NarrowsARangeOfWhichTheBestTakeAPart) {
  MadeSweep sweep = rates(60, 0.01);
  const auto all = advice_of(sweep);
  const Advice* narrow = find(all, "narrow");
  ASSERT_NE(narrow, nullptr);
  EXPECT_EQ(narrow->parameter, "learning_rate");
  EXPECT_THAT(narrow->evidence, HasSubstr("the best 6 of 60 trials lie between"));
  EXPECT_THAT(
      narrow->yaml,
      testing::MatchesRegex("learning_rate: \\{min: 0.00[0-9]+, max: 0.0[0-9]+, scale: log\\}"));
}

TEST(Advice, NarrowsNothingOfFewTrialsAndNothingThatIsChance) {
  MadeSweep few = rates(39, 0.01);
  EXPECT_EQ(find(advice_of(few), "narrow"), nullptr);
  int narrowed = 0;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    MadeSweep chance({range("x", 0.0, 1.0)});
    nn::Stream stream(seed, nn::Purpose::kSample);
    for (int i = 0; i < 60; ++i) {
      chance.add({{"x", stream.uniform()}}, stream.uniform());
    }
    narrowed += find(advice_of(chance), "narrow") == nullptr ? 0 : 1;
  }
  EXPECT_LE(narrowed, 2);
}

TEST(Advice, FixesWhatHasNoInfluenceAtItsBestValue) {
  MadeSweep sweep = rates(80, 0.01);
  const auto all = advice_of(sweep);
  const Advice* fix = find(all, "no_influence");
  ASSERT_NE(fix, nullptr);
  EXPECT_EQ(fix->parameter, "dropout");
  const TrialData& best = sweep.data.trials[sweep.data.ranked.front()];
  EXPECT_EQ(fix->yaml, "dropout: " + nn::to_text(best.params.at("dropout")));
}

TEST(Advice, LeavesOutWhereARateDiverges) {
  MadeSweep sweep = rates(60, 0.01, 0.3);
  const auto all = advice_of(sweep);
  const Advice* diverges = find(all, "divergence");
  ASSERT_NE(diverges, nullptr);
  EXPECT_EQ(diverges->parameter, "learning_rate");
  EXPECT_THAT(diverges->evidence, HasSubstr("or above diverged, none of the other "));
  double lowest = 1.0;
  for (const TrialData& trial : sweep.data.trials) {
    if (!trial.complete()) {
      lowest = std::min(lowest, trial.params.at("learning_rate").number());
    }
  }
  EXPECT_THAT(diverges->yaml, HasSubstr("min: 0.0001, max: 0.3"));
  EXPECT_GE(lowest, 0.3);
}

TEST(Advice, SaysNothingOfDivergenceAnywhere) {
  MadeSweep sweep = rates(60, 0.01);
  for (std::size_t i = 0; i < 60; i += 5) {
    sweep.data.trials[i].row.state = search::TrialState::kDiverged;
  }
  EXPECT_EQ(find(advice_of(sweep), "divergence"), nullptr);
}

TEST(Advice, TrainsLongerWhereTheBestImproveToTheEnd) {
  MadeSweep sweep = rates(20, 0.01);
  EXPECT_EQ(find(advice_of(sweep), "epochs"), nullptr);
  for (std::size_t i = 0; i < 3; ++i) {
    sweep.data.trials[sweep.data.ranked[i]].row.best_epoch = 19;
  }
  const auto all = advice_of(sweep);
  ASSERT_NE(find(all, "epochs"), nullptr);
  EXPECT_EQ(find(all, "epochs")->yaml, "training: {epochs: 40}");
  for (TrialData& trial : sweep.data.trials) {
    trial.row.epochs_done = 19;  // stopped early by `patience`
  }
  EXPECT_EQ(find(advice_of(sweep), "epochs"), nullptr);
}

std::vector<nn::EpochRecord> course(double val_end, double train_end, double accuracy) {
  std::vector<nn::EpochRecord> epochs(10);
  for (int i = 0; i < 10; ++i) {
    nn::EpochRecord& epoch = epochs[static_cast<std::size_t>(i)];
    epoch.epoch = i + 1;
    epoch.val_loss = i < 5 ? 1.0 - 0.1 * i : 0.6 + (val_end - 0.6) * (i - 4) / 5.0;
    epoch.train_loss = 1.0 + (train_end - 1.0) * i / 9.0;
    epoch.train_accuracy = epoch.val_accuracy = accuracy;
  }
  return epochs;
}

// With such a schedule the last epoch is the best one however long it is.
TEST(Advice, DoesNotTrainLongerWhereTheRateEndsAtZero) {
  MadeSweep sweep = rates(20, 0.01);
  for (std::size_t i = 0; i < 20; ++i) {
    sweep.data.trials[i].row.best_epoch = 20;
  }
  std::vector<nn::EpochRecord> epochs(20);
  nn::Schedule schedule;
  for (const nn::ScheduleKind kind :
       {nn::ScheduleKind::kConstant, nn::ScheduleKind::kCoslog4, nn::ScheduleKind::kFlatCos,
        nn::ScheduleKind::kCosine, nn::ScheduleKind::kOneCycle}) {
    schedule.kind = kind;
    const nn::LearningRate rate(schedule, 0.01, 10, 20);
    for (int i = 0; i < 20; ++i) {
      epochs[static_cast<std::size_t>(i)].epoch = i + 1;
      epochs[static_cast<std::size_t>(i)].learning_rate = rate.at(i + 1, 9);
    }
    EXPECT_EQ(find(advice_of(sweep, epochs), "epochs") != nullptr,
              kind == nn::ScheduleKind::kConstant)
        << nn::keys_of(kind).word;
  }
}

TEST(Advice, CountsTheFoldsThatImproveToTheEnd) {
  MadeSweep sweep = rates(20, 0.01);
  for (TrialData& trial : sweep.data.trials) {
    trial.row.best_epoch.reset();
    trial.row.epochs = trial.row.epochs_done = 60;
  }
  const auto folds = [](std::vector<int> best_epochs) {
    std::vector<storage::ReplicateRow> rows;
    for (const int best : best_epochs) {
      storage::ReplicateRow& row = rows.emplace_back();
      row.fold = static_cast<int>(rows.size()) - 1;
      row.best_epoch = best;
      row.epochs_done = 20;
    }
    return rows;
  };
  AdviceInput input{sweep.ranked()};
  input.trainings = {folds({20, 19, 3}), folds({20, 20, 20}), folds({4, 5, 20}), folds({1, 2, 3}),
                     folds({20, 12, 19})};
  const auto all = advice(input);
  ASSERT_NE(find(all, "epochs"), nullptr);
  EXPECT_THAT(find(all, "epochs")->evidence, HasSubstr("3 of the best 5 trials"));
  EXPECT_EQ(find(all, "epochs")->yaml, "training: {epochs: 40}");
  input.trainings[0] = folds({20, 5, 3});
  EXPECT_EQ(find(advice(input), "epochs"), nullptr);
}

TEST(Advice, SearchesARegulariserWhereTheBestOverfits) {
  MadeSweep sweep({range("learning_rate", 1e-4, 1.0, true)});
  sweep.add({{"learning_rate", 0.01}}, 0.9);
  const auto all = advice_of(sweep, course(0.9, 0.1, 0.97));
  ASSERT_NE(find(all, "overfitting"), nullptr);
  EXPECT_EQ(find(all, "overfitting")->yaml, "dropout: {min: 0.0, max: 0.6}");
  EXPECT_THAT(find(all, "overfitting")->evidence,
              HasSubstr("rose from 0.6 at epoch 5 to 0.9 at epoch 10"));
  EXPECT_EQ(find(advice_of(sweep, course(0.65, 0.1, 0.97)), "overfitting"), nullptr);
  EXPECT_EQ(find(advice_of(sweep, course(0.9, 0.6, 0.97)), "overfitting"), nullptr);
}

TEST(Advice, SearchesNoL2BesideWeightDecay) {
  MadeSweep sweep({range("dropout", 0.0, 0.5, false), range("weight_decay", 1e-4, 0.1, true)});
  sweep.add({{"dropout", 0.1}, {"weight_decay", 0.01}}, 0.9);
  EXPECT_EQ(find(advice_of(sweep, course(0.9, 0.1, 0.97)), "overfitting"), nullptr);
}

TEST(Advice, SeesThatTheBestHasNotLearntItsRows) {
  MadeSweep sweep({range("learning_rate", 1e-4, 1.0, true)});
  sweep.add({{"learning_rate", 0.01}}, 0.7);
  EXPECT_NE(find(advice_of(sweep, course(0.6, 0.6, 0.7)), "underfitting"), nullptr);
  EXPECT_EQ(find(advice_of(sweep, course(0.6, 0.6, 0.95)), "underfitting"), nullptr);
  auto regression = course(0.6, 0.6, std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(find(advice_of(sweep, regression), "underfitting"), nullptr);
}

TEST(Advice, HoldsTheFirstLossAgainstGuessing) {
  MadeSweep sweep({range("learning_rate", 1e-4, 1.0, true)});
  sweep.data.sweep.data_json = R"({"classes":10})";
  sweep.add({{"learning_rate", 0.01}}, 0.7);
  EXPECT_NE(find(advice_of(sweep, {}, 9.5), "first_loss"), nullptr);
  EXPECT_EQ(find(advice_of(sweep, {}, 2.5), "first_loss"), nullptr);
  sweep.data.sweep.data_json = "{}";
  EXPECT_EQ(find(advice_of(sweep, {}, 9.5), "first_loss"), nullptr);
}

TEST(Advice, SaysItWhereTheBestTrialDoesNotMoveAtFirst) {
  MadeSweep sweep({range("learning_rate", 1e-4, 1.0, true)});
  sweep.add({{"learning_rate", 0.01}}, 0.7);
  std::vector<nn::EpochRecord> epochs(10);
  for (std::size_t i = 0; i < epochs.size(); ++i) {
    epochs[i].epoch = static_cast<int>(i) + 1;
    epochs[i].train_loss = i < 4 ? 2.29 : 1.0;
    epochs[i].val_loss = epochs[i].train_loss;
    epochs[i].train_accuracy = 0.95;
  }
  const auto all = advice_of(sweep, epochs, 2.3);
  ASSERT_NE(find(all, "flat_start"), nullptr);
  EXPECT_EQ(find(all, "flat_start")->yaml, "batch_norm: {values: [false, true]}");
  epochs[1].train_loss = 2.0;  // a fifth of ten epochs
  EXPECT_EQ(find(advice_of(sweep, epochs, 2.3), "flat_start"), nullptr);
  epochs[1].train_loss = 2.29;
  EXPECT_EQ(find(advice_of(sweep, epochs), "flat_start"), nullptr) << "no first loss was recorded";
  epochs.resize(3);
  EXPECT_EQ(find(advice_of(sweep, epochs, 2.3), "flat_start"), nullptr);
}

TEST(Advice, AsksForTenTrialsAParameterOnceTheSweepHasEnded) {
  MadeSweep sweep = rates(15, 0.01);
  const auto all = advice_of(sweep);
  ASSERT_NE(find(all, "few_trials"), nullptr);
  EXPECT_EQ(find(all, "few_trials")->yaml, "run_cap: 20");
  sweep.data.sweep.state = storage::SweepState::kRunning;
  EXPECT_EQ(find(advice_of(sweep), "few_trials"), nullptr);
  MadeSweep enough = rates(20, 0.01);
  EXPECT_EQ(find(advice_of(enough), "few_trials"), nullptr);
}

TEST(Advice, CallsDifferencesNoiseThatAre) {
  MadeSweep sweep = rates(20, 0.01);
  EXPECT_EQ(find(advice_of(sweep), "noise"), nullptr) << "the rows are not recorded";
  sweep.data.sweep.data_json = R"({"validation_rows":20})";
  const auto all = advice_of(sweep);
  ASSERT_NE(find(all, "noise"), nullptr);
  EXPECT_EQ(find(all, "noise")->yaml, "repeats: {seeds: 5, top: 5}");
  EXPECT_EQ(find(all, "noise")->best_params_json,
            sweep.data.trials[sweep.data.ranked.front()].row.params_json);
  auto& best_epoch = sweep.data.trials[sweep.data.ranked.front()].row.best_epoch;
  const auto epoch = std::exchange(best_epoch, std::nullopt);
  EXPECT_EQ(find(advice_of(sweep), "noise"), nullptr) << "it was repeated";
  best_epoch = epoch;
  sweep.data.sweep.data_json = R"({"validation_rows":100000000})";
  EXPECT_EQ(find(advice_of(sweep), "noise"), nullptr);
}

TEST(Advice, ComesWithItsEvidenceAndItsLine) {
  const std::vector<Advice> all{
      {"a", "x", "narrow x", "6 of 60 lie in a tenth", "x: {min: 1, max: 2}"},
      {"b", "", "more trials", "few", ""}};
  EXPECT_EQ(advice_text(all, 2, 80),
            "advice: narrow x: 6 of 60 lie in a tenth\n  x: {min: 1, max: 2}\n"
            "advice: more trials: few\n");
  EXPECT_EQ(advice_text(all, 1, 30),
            "advice: narrow x: 6 of 60 lie\n  in a tenth\n  x: {min: 1, max: 2}\n");
}

TEST(Advice, LowersTheRateWhereAllTrialsDiverge) {
  MadeSweep sweep({range("dropout", 0.0, 0.5), range("learning_rate", 1e12, 1e20, true)});
  for (int i = 0; i < 30; ++i) {
    sweep.add({{"dropout", 0.01 * i}, {"learning_rate", 2e12 * std::pow(1.5, i)}}, std::nullopt);
  }
  const auto all = advice_of(sweep);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all.front().kind, "divergence");
  EXPECT_EQ(all.front().parameter, "learning_rate");
  EXPECT_EQ(all.front().text, "lower the range of learning_rate");
  EXPECT_THAT(
      all.front().evidence,
      HasSubstr("30 of 30 trials diverged, also with the lowest learning_rate tried, 2e+12"));
  EXPECT_THAT(all.front().evidence, HasSubstr("--sanity"));
  EXPECT_EQ(all.front().yaml, "learning_rate: {min: 0.0001, max: 1, scale: log}");
}

TEST(Advice, LowersTheRateWhereNearlyAllTrialsDiverge) {
  MadeSweep sweep({range("dropout", 0.0, 0.5), range("learning_rate", 1e-2, 1e6, true)});
  for (int i = 0; i < 12; ++i) {
    sweep.add({{"dropout", (i * 7 % 12) / 24.0}, {"learning_rate", 0.02 * std::pow(4.0, i)}},
              i == 0 ? std::optional(0.4) : std::nullopt);
  }
  // dropout: the one good trial has the least of it, too.
  const auto all = advice_of(sweep);
  const Advice* diverges = find(all, "divergence");
  ASSERT_NE(diverges, nullptr);
  EXPECT_EQ(diverges->parameter, "learning_rate");
  EXPECT_THAT(diverges->evidence,
              HasSubstr("11 of 12 trials diverged, and the only one that did not has the lowest "
                        "learning_rate, 0.02"));
  EXPECT_THAT(diverges->yaml, HasSubstr("max: 0.04, scale: log}"));
}

// The rates are ordinary, and the evidence is that of another parameter.
TEST(Advice, NamesTheParameterThatDivergesByItsEvidence) {
  MadeSweep sweep({range("gain", 0.1, 1e4, true), range("learning_rate", 1e-3, 1.0, true)});
  for (int i = 0; i < 18; ++i) {
    sweep.add({{"gain", 0.2 * std::pow(2.0, i)}, {"learning_rate", 0.001 * (1 + i * 5 % 18)}},
              i < 3 ? std::optional(0.5) : std::nullopt);
  }
  const auto all = advice_of(sweep);
  const Advice* diverges = find(all, "divergence");
  ASSERT_NE(diverges, nullptr);
  EXPECT_EQ(diverges->parameter, "gain");
  EXPECT_THAT(diverges->evidence,
              HasSubstr("all 15 trials at 1.6 or above diverged, none of the other 3"));
  EXPECT_EQ(diverges->yaml, "gain: {min: 0.1, max: 1.13, scale: log}");
}

// The range that is advised ends between the last value that trained and the first that did not.
TEST(Advice, LeavesOutWhatDivergedAndNothingThatTrained) {
  MadeSweep close({range("gain", 0.01, 10.0, true)});
  for (int i = 0; i < 18; ++i) {
    const bool trained = i < 3;
    close.add({{"gain", trained ? 0.105 - 0.01 * i : 0.109 + 0.3 * (i - 3)}},
              trained ? std::optional(0.5) : std::nullopt);
  }
  const auto near = advice_of(close);
  ASSERT_NE(find(near, "divergence"), nullptr);
  EXPECT_EQ(find(near, "divergence")->yaml, "gain: {min: 0.01, max: 0.107, scale: log}");

  SearchedParameter stepped = range("dropout", 0.0, 0.9);
  stepped.step = 0.1;
  MadeSweep steps({stepped});
  for (int i = 0; i < 18; ++i) {
    const bool trained = i < 3;
    steps.add({{"dropout", trained ? 0.1 * (i + 1) : 0.5 + 0.1 * (i % 5)}},
              trained ? std::optional(0.5) : std::nullopt);
  }
  const auto stepwise = advice_of(steps);
  ASSERT_NE(find(stepwise, "divergence"), nullptr);
  EXPECT_THAT(find(stepwise, "divergence")->yaml, HasSubstr("max: 0.4"));
}

TEST(Advice, NamesNoParameterWithoutEvidence) {
  MadeSweep sweep({range("learning_rate", 1e-6, 1e-2, true)});
  for (int i = 0; i < 12; ++i) {
    sweep.add({{"learning_rate", 1e-6 * std::pow(2.0, i)}}, std::nullopt);
  }
  const auto all = advice_of(sweep);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all.front().parameter, "");
  EXPECT_EQ(all.front().yaml, "");
  EXPECT_THAT(all.front().evidence, HasSubstr("12 of 12 trials diverged"));
}

}  // namespace
}  // namespace hpsearch::reports
