// Several pruners together, warming up, and what is recorded.
#include "search/pruners/trial_rules.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/search/pruners/pruner_support.h"

namespace hpsearch::search {
namespace {

using test::ended;
using test::kAccuracy;
using test::kLoss;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

SweepSpec sweep_of(EarlyTerminate pruners) {
  SweepSpec spec;
  spec.metric = kAccuracy;
  for (PrunerSpec& pruner : pruners) {
    pruner.options = test::options_of(pruner.type, pruner.options);
  }
  spec.early_terminate = std::move(pruners);
  return spec;
}

nn::EpochRecord epoch(int number, double accuracy, double loss) {
  nn::EpochRecord record;
  record.epoch = number;
  record.val_accuracy = accuracy;
  record.val_loss = loss;
  return record;
}

TEST(TrialRules, WatchEachMetricOnce) {
  EXPECT_THAT(watched_metrics(sweep_of({})), IsEmpty());
  const auto watched = watched_metrics(sweep_of(
      {{"threshold", {{"upper", 2.0}}, kLoss}, {"patience", {}, {}}, {"median", {}, kLoss}}));
  ASSERT_EQ(watched.size(), 2U);
  EXPECT_EQ(watched[0].name, "val_accuracy") << "the sweep's own is the first";
  EXPECT_EQ(watched[1].name, "val_loss");
}

TEST(TrialRules, PruneByTheFirstRuleThatDoes) {
  PrunerSet pruners(sweep_of(
      {{"patience", {{"patience", std::int64_t{2}}}, {}}, {"threshold", {{"upper", 2.0}}, kLoss}}));
  const TrialRules rules = pruners.rules({}, {.trial = 0, .epochs = 9}, 0);
  TrainingJudge judge(rules.training(0));
  judge.observe(epoch(1, 0.5, 1.0));
  EXPECT_FALSE(judge.judge());
  judge.observe(epoch(2, 0.4, 3.0));
  EXPECT_EQ(judge.judge().value().pruner, "threshold") << "patience would wait for one more";
  judge.observe(epoch(3, 0.4, 3.0));
  EXPECT_EQ(judge.judge().value().pruner, "patience") << "both do: the first one in the file";
  EXPECT_THAT(judge.take_curves(),
              ElementsAre(ElementsAre(-0.5, -0.4, -0.4), ElementsAre(1.0, 3.0, 3.0)));
}

TEST(TrialRules, WarmUp) {
  PrunerSet pruners(sweep_of(
      {{"threshold",
        {{"lower", 0.9}, {"warmup_epochs", std::int64_t{2}}, {"warmup_trials", std::int64_t{3}}},
        {}}}));
  std::vector<Observation> known;
  for (std::uint64_t i = 0; i < 4; ++i) {
    known.push_back(ended(i, {-0.5}));
  }
  known[1].state = TrialState::kPruned;
  const auto stopped_at = [&](std::size_t count) {
    const TrialRules rules =
        pruners.rules({std::span(known).first(count), {}}, {.trial = 9, .epochs = 9}, 0);
    TrainingJudge judge(rules.training(0));
    for (int e = 1; e <= 5; ++e) {
      judge.observe(epoch(e, 0.5, 1.0));
      if (judge.judge()) {
        return e;
      }
    }
    return 0;
  };
  EXPECT_EQ(stopped_at(3), 0) << "two are complete, one is pruned";
  EXPECT_EQ(stopped_at(4), 3) << "three are complete, and two epochs are over";
}

TEST(TrialRules, RecordEachRungAndTheLastWordOfPrunersWithout) {
  PrunerSet pruners(
      sweep_of({{"asha", {{"eta", 2.0}}, {}}, {"patience", {{"patience", std::int64_t{3}}}, {}}}));
  const TrialRules rules = pruners.rules({}, {.trial = 0, .epochs = 20}, 0);
  TrainingJudge judge(rules.training(0));
  for (int e = 1; e <= 9; ++e) {
    judge.observe(epoch(e, 0.1 * e, 1.0));
    EXPECT_FALSE(judge.judge());
  }
  std::vector<std::string> said;
  for (const Judgement& one : judge.take_judgements()) {
    said.push_back(one.pruner + " " + std::to_string(one.iteration));
  }
  EXPECT_THAT(said, ElementsAre("asha 1", "asha 2", "asha 4", "patience 9", "asha 8"));
}

TEST(TrialRules, CountEpochsWithAValueAsIterations) {
  PrunerSet pruners(sweep_of({{"patience", {{"patience", std::int64_t{2}}}, {}}}));
  const TrialRules rules = pruners.rules({}, {.trial = 0, .epochs = 9}, 0);
  TrainingJudge judge(rules.training(0));
  const double none = std::numeric_limits<double>::quiet_NaN();
  std::vector<bool> pruned;
  for (const double accuracy : {0.5, none, 0.4, none, 0.4}) {
    judge.observe(epoch(static_cast<int>(pruned.size()) + 1, accuracy, 1.0));
    pruned.push_back(judge.judge().has_value());
  }
  EXPECT_THAT(pruned, ElementsAre(false, false, false, false, true));
}

// Each fold is compared with the same fold of the others.
TEST(TrialRules, AreThereForEachFold) {
  PrunerSet pruners(sweep_of({{"successive_halving", {}, {}}, {"wilcoxon", {}, {}}}));
  Observation other = ended(0, {-0.9});
  other.curves.push_back({{-0.3}});
  other.score = -0.6;
  other.fold_scores = {-0.9, -0.3};
  const std::vector<Observation> known{other};
  const TrialRules rules = pruners.rules({known, {}}, {.trial = 5, .epochs = 9}, 2);
  ASSERT_EQ(rules.trainings.size(), 2U);
  EXPECT_EQ(rules.by_folds.size(), 1U);
  for (int fold = 0; fold < 2; ++fold) {
    TrainingJudge judge(rules.training(fold));
    judge.observe(epoch(1, 0.5, 1.0));
    EXPECT_EQ(judge.judge().has_value(), fold == 0) << "0.5 is below 0.9 and above 0.3";
  }
  EXPECT_THAT(pruners.rules({known, {}}, {.trial = 5, .epochs = 9}, 0).by_folds, IsEmpty());
}

}  // namespace
}  // namespace hpsearch::search
