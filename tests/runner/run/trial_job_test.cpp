#include "runner/run/trial_job.h"

#include <limits>
#include <stop_token>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/scripted_trials.h"

namespace hpsearch::runner {
namespace {

using search::TrialState;
using test::Script;
using test::ScriptedTrials;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Optional;

const search::Metric kAccuracy{"val_accuracy", search::Goal::kMaximize};

TrialTask task(int epochs) {
  TrialTask task;
  task.number = 7;
  task.epochs = epochs;
  return task;
}

// One trial, and the epochs that it handed over.
struct Played {
  TrialOutcome outcome;
  std::vector<double> values;
};

Played play(ScriptedTrials& trials,
            const TrialTask& task,
            const search::Metric& metric = kAccuracy,
            const std::stop_token& stop = {}) {
  Played played;
  played.outcome = run_trial(
      task, trials, metric,
      [&](const nn::EpochRecord& record) { played.values.push_back(record.val_accuracy); }, stop);
  return played;
}

ScriptedTrials scripted(const Script& script) {
  return ScriptedTrials([script](const TrialTask&) { return script; });
}

TEST(TrialJob, TakesTheFirstBestEpochAndItsWeights) {
  auto trials = scripted({.curve = {0.1, 0.7, 0.3, 0.7, 0.6}});
  const auto [outcome, values] = play(trials, task(5));
  EXPECT_EQ(outcome.state, TrialState::kComplete);
  EXPECT_THAT(outcome.value, Optional(0.7));
  EXPECT_EQ(outcome.best_epoch, 2);
  EXPECT_EQ(outcome.epochs_done, 5);
  EXPECT_THAT(values, ElementsAre(0.1, 0.7, 0.3, 0.7, 0.6));
  ASSERT_EQ(outcome.weights.size(), 1U);
  EXPECT_THAT(outcome.weights[0].values, ElementsAre(2.0F));
}

TEST(TrialJob, CopiesTheWeightsOfNoOtherEpochs) {
  auto falls = scripted({.curve = {0.9, 0.8, 0.7, 0.9}});
  play(falls, task(4));
  EXPECT_THAT(falls.kept(7), ElementsAre(1));
  auto has_no_metric = scripted({});
  const auto [outcome, values] = play(has_no_metric, task(3), {"reward", search::Goal::kMaximize});
  EXPECT_EQ(outcome.state, TrialState::kComplete);
  EXPECT_THAT(has_no_metric.kept(7), IsEmpty());
  EXPECT_THAT(outcome.weights, IsEmpty());
}

TEST(TrialJob, EndsWhenItsPatienceIsUsedUp) {
  auto trials = scripted({.curve = {0.1, 0.5, 0.4, 0.3, 0.2, 0.9}});
  TrialTask impatient = task(6);
  impatient.patience = 3;
  const auto [outcome, values] = play(trials, impatient);
  EXPECT_EQ(outcome.state, TrialState::kComplete);
  EXPECT_EQ(outcome.epochs_done, 5);
  EXPECT_EQ(outcome.best_epoch, 2);
}

TEST(TrialJob, TakesByTheLossTheLastEpochWithTheLeastOne) {
  auto trials = scripted({.curve = {0.1, 0.9, 0.7, 0.6, 0.8}, .losses = {0.9, 0.5, 0.4, 0.4, 0.6}});
  TrialTask by_loss = task(5);
  by_loss.best_by = nn::BestBy::kLoss;
  const auto [outcome, values] = play(trials, by_loss);
  EXPECT_THAT(outcome.value, Optional(0.6)) << "the metric at that epoch, not its best";
  EXPECT_EQ(outcome.best_epoch, 4);
  EXPECT_THAT(outcome.weights[0].values, ElementsAre(4.0F));
  EXPECT_THAT(trials.kept(7), ElementsAre(1, 2, 3, 4));
}

TEST(TrialJob, CountsItsPatienceByTheLoss) {
  // The metric rises all the time, the loss no longer falls after epoch 3.
  auto trials = scripted({.curve = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7},
                          .losses = {0.9, 0.5, 0.5, 0.6, 0.7, 0.8, 0.1}});
  TrialTask impatient = task(7);
  impatient.patience = 2;
  impatient.best_by = nn::BestBy::kLoss;
  const auto [outcome, values] = play(trials, impatient);
  EXPECT_EQ(outcome.state, TrialState::kComplete);
  EXPECT_EQ(outcome.epochs_done, 5);
  EXPECT_EQ(outcome.best_epoch, 3);
}

TEST(TrialJob, HandsOverTheEpochInWhichItDiverges) {
  auto trials = scripted({.curve = {0.1, 0.5, 0.6}, .diverges_at = 3});
  const auto [outcome, values] = play(trials, task(5));
  EXPECT_EQ(outcome.state, TrialState::kDiverged);
  EXPECT_EQ(outcome.reason, "the loss is not finite in epoch 3");
  EXPECT_EQ(outcome.epochs_done, 3);
  EXPECT_EQ(outcome.value, std::nullopt);
  EXPECT_THAT(outcome.weights, IsEmpty()) << "a diverged trial competes with nothing";
  EXPECT_EQ(values.size(), 3U);
}

TEST(TrialJob, MakesEveryErrorOfTheTrainerItsOutcome) {
  const auto reason = [](const Script& script) {
    auto trials = scripted(script);
    const auto [outcome, values] = play(trials, task(4));
    EXPECT_EQ(outcome.state, TrialState::kFailed);
    EXPECT_EQ(outcome.value, std::nullopt);
    EXPECT_THAT(outcome.weights, IsEmpty());
    return outcome.reason + " after " + std::to_string(values.size());
  };
  EXPECT_EQ(reason({.begin_error = "no such optimizer"}), "no such optimizer after 0");
  EXPECT_EQ(reason({.throws_at = 3, .error = "no carrier"}), "no carrier after 2");
  EXPECT_EQ(reason({.out_of_memory_at = 2}), "out of memory after 1");
}

TEST(TrialJob, EndsAtAStopWithoutThePartEpoch) {
  auto trials = scripted({.curve = {0.1, 0.2, 0.3}, .held_at = 3});
  std::stop_source stop;
  std::jthread user([&] {
    EXPECT_TRUE(trials.wait_until_held(7));
    stop.request_stop();
  });
  const auto [outcome, values] = play(trials, task(4), kAccuracy, stop.get_token());
  EXPECT_EQ(outcome.state, TrialState::kInterrupted);
  EXPECT_EQ(outcome.reason, "");
  EXPECT_EQ(outcome.epochs_done, 2);
  EXPECT_THAT(values, ElementsAre(0.1, 0.2));
  EXPECT_THAT(outcome.weights, IsEmpty());
}

TEST(TrialJob, HandsOverOnlyEpochsThatAreNotStored) {
  auto trials = scripted({.curve = {0.1, 0.2, 0.3}});
  TrialTask again = task(3);
  play(trials, task(2));
  again.stored = {nn::EpochRecord{}, nn::EpochRecord{}};
  for (int epoch = 1; epoch <= 2; ++epoch) {
    nn::EpochRecord& stored = again.stored[static_cast<std::size_t>(epoch - 1)];
    stored.epoch = epoch;
    stored.train_loss = 0.25;
    stored.val_accuracy = 0.1 * epoch;
    stored.val_loss = 1.0 - 0.1 * epoch;
  }
  const auto [outcome, values] = play(trials, again);
  EXPECT_EQ(outcome.state, TrialState::kComplete);
  EXPECT_THAT(values, ElementsAre(0.3));
  again.stored[1].val_loss += 1e-15;
  try {
    play(trials, again);
    FAIL() << "the second epoch is another one";
  } catch (const NotReproducible& error) {
    EXPECT_THAT(error.what(), HasSubstr("trial 7 does not repeat itself: epoch 2 has val_loss "));
  }
}

TEST(TrialJob, HandsOverEveryEpochWhereTheTrainerCannotRepeatItself) {
  auto trials = scripted({.curve = {0.1, 0.2, 0.3}});
  trials.repeatable = false;
  TrialTask again = task(3);
  again.stored = {nn::EpochRecord{}, nn::EpochRecord{}};  // of other values
  const auto [outcome, values] = play(trials, again);
  EXPECT_EQ(outcome.state, TrialState::kComplete);
  EXPECT_THAT(values, ElementsAre(0.1, 0.2, 0.3));
}

TEST(TrialJob, LeavesTheErrorsOfTheSinkToItsCaller) {
  auto trials = scripted({});
  EXPECT_THROW(run_trial(task(1), trials, kAccuracy,
                         [](const nn::EpochRecord&) { throw std::domain_error("disk"); }, {}),
               std::domain_error);
}

TEST(TrialJob, RanksByASeriesOfTheTrainer) {
  auto trials = scripted({.series = {{1, "reward", -2.0}}});
  const auto [outcome, values] = play(trials, task(2), {"reward", search::Goal::kMaximize});
  EXPECT_THAT(outcome.value, Optional(-2.0));
  EXPECT_EQ(outcome.best_epoch, 1);
}

// A task that is pruned once its curve has so many scores; `asked` takes each curve that is judged.
TrialTask pruned_after(std::size_t scores, int epochs, std::vector<std::vector<double>>& asked) {
  TrialTask pruned = task(epochs);
  search::TrainingRules rules;
  rules.watched.push_back(kAccuracy);
  rules.rules.push_back({0, [scores, &asked](const search::OwnScores& own) {
                           asked.emplace_back(own.finite.begin(), own.finite.end());
                           return std::optional(
                               search::Judgement{.pruned = own.now && own.finite.size() >= scores,
                                                 .pruner = "test",
                                                 .iteration = std::ssize(own.finite),
                                                 .text = "too bad"});
                         }});
  pruned.prune.trainings.push_back(std::move(rules));
  return pruned;
}

TEST(TrialJob, IsPrunedByItsScoresAndKeepsItsBestValue) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  auto trials = scripted({.curve = {0.5, kNan, 0.7, 0.6, 0.9}, .losses = {0.1}});
  std::vector<std::vector<double>> asked;
  const auto [outcome, values] = play(trials, pruned_after(3, 5, asked));
  EXPECT_EQ(outcome.state, TrialState::kPruned);
  EXPECT_EQ(outcome.reason, "too bad");
  EXPECT_THAT(outcome.value, Optional(0.7));
  EXPECT_EQ(outcome.best_epoch, 3);
  EXPECT_EQ(outcome.epochs_done, 4);
  EXPECT_EQ(values.size(), 4U);
  EXPECT_THAT(outcome.weights, IsEmpty());
  EXPECT_THAT(outcome.curves, ElementsAre(ElementsAre(ElementsAre(-0.5, -0.7, -0.6))));
  // An epoch without a value is no iteration.
  EXPECT_THAT(asked, ElementsAre(ElementsAre(-0.5), ElementsAre(-0.5), ElementsAre(-0.5, -0.7),
                                 ElementsAre(-0.5, -0.7, -0.6)));
  ASSERT_EQ(outcome.judgements.size(), 1U) << "of a pruner without rungs the last word";
  EXPECT_TRUE(outcome.judgements[0].pruned);
  EXPECT_EQ(outcome.judgements[0].iteration, 3);
}

TEST(TrialJob, IsCompleteWhereItsLastEpochWouldPruneIt) {
  std::vector<std::vector<double>> asked;
  auto trials = scripted({.curve = {0.5, 0.4, 0.3}});
  EXPECT_EQ(play(trials, pruned_after(3, 3, asked)).outcome.state, TrialState::kComplete);
  EXPECT_EQ(asked.size(), 2U);
  TrialTask patient = pruned_after(3, 9, asked);
  patient.patience = 2;
  const auto [outcome, values] = play(trials, patient);
  EXPECT_EQ(outcome.state, TrialState::kComplete) << "patience has ended it";
  EXPECT_EQ(outcome.epochs_done, 3);
}

TEST(TrialJob, HasTheCurveOfATrialThatDiverges) {
  std::vector<std::vector<double>> asked;
  auto trials = scripted({.curve = {0.5, 0.4, 0.3}, .diverges_at = 2});
  const auto [outcome, values] = play(trials, pruned_after(2, 3, asked));
  EXPECT_EQ(outcome.state, TrialState::kDiverged);
  EXPECT_THAT(outcome.curves, ElementsAre(ElementsAre(ElementsAre(-0.5, -0.4))))
      << "as the database will have it";
  EXPECT_THAT(play(trials, task(3)).outcome.curves, ElementsAre(IsEmpty())) << "curves cost memory";
}

TEST(TrialJob, FailsWhereItsTimeIsOverAndIsInterruptedByTheUser) {
  auto held = scripted({.curve = {0.1, 0.2}, .held_at = 2});
  TrialTask limited = task(4);
  limited.timeout_seconds = 0.01;
  const auto [outcome, values] = play(held, limited);
  EXPECT_EQ(outcome.state, TrialState::kFailed);
  EXPECT_EQ(outcome.reason, "it ran for longer than trial_timeout, 0.01 s");
  EXPECT_EQ(outcome.epochs_done, 1);
  limited.timeout_seconds = 1e6;
  std::stop_source stop;
  stop.request_stop();
  auto again = scripted({.curve = {0.1, 0.2}, .held_at = 2});
  EXPECT_EQ(play(again, limited, kAccuracy, stop.get_token()).outcome.state,
            TrialState::kInterrupted);
}

}  // namespace
}  // namespace hpsearch::runner
