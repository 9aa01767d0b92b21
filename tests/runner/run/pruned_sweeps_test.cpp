// Each pruner with each kind of method, on scripts: the same trials are stopped after the same
// epochs, whatever the workers, their timing, the calls, and the stops in between.
#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/base/random.h"
#include "tests/runner/run/played_sweep.h"

namespace hpsearch::runner {
namespace {

using test::Script;
using ::testing::HasSubstr;
using End = DriveResult::End;

constexpr int kTrials = 24;

struct Method {
  std::string name;
  std::string yaml;
};
struct PrunerCase {
  std::string name;
  std::string yaml;
  int folds = 0;
};

using Case = std::tuple<Method, PrunerCase>;

// Better at l2 = 0.3, with curves that cross, and an epoch without a value here and there. Trial 5
// diverges, trial 9 fails. A promotion has the seed of its parent, and so its curve.
Script drawn_script(const TrialTask& task) {
  nn::Stream random(7, nn::Purpose::kSample, static_cast<std::uint32_t>(task.fold),
                    static_cast<std::uint32_t>(task.seed));
  const double l2 = std::get<double>(task.settings.at("l2"));
  Script script;
  script.curve.clear();
  for (int epoch = 1; epoch <= task.epochs; ++epoch) {
    const double value = 0.5 - std::abs(l2 - 0.3) + 0.3 * random.uniform() + 0.01 * epoch;
    script.curve.push_back(random.uniform() < 0.05 ? std::numeric_limits<double>::quiet_NaN()
                                                   : value);
    script.losses.push_back(1.0 - value + 0.1 * random.uniform());
  }
  script.diverges_at = task.number == 5 ? 6 : 0;
  script.throws_at = task.number == 9 ? 5 : 0;
  return script;
}

std::string yaml_of(const Case& one) {
  const auto& [method, pruner] = one;
  return fmt::format(
      "name: played\nseed: 2\nrun_cap: {}\ndataset: {{source: digits{}}}\nmodel: {{hidden: []}}\n"
      "training: {{epochs: 14}}\nearly_terminate: {}\n"
      "parameters: {{l2: {{min: 0.0, max: 1.0}}}}\nparallel: {{workers: 3}}\n{}",
      kTrials, pruner.folds > 0 ? fmt::format(", folds: {}", pruner.folds) : "", pruner.yaml,
      method.yaml);
}

// "0:complete 14 1:pruned 4 ...": by number, with the epochs.
std::string found(const PlayedSweep& sweep) {
  return sweep.query(
      "SELECT group_concat(number || ':' || state || ' ' || CASE state WHEN 'failed' THEN '' ELSE "
      "epochs_done END, ' ') FROM (SELECT * FROM trials ORDER BY number)");
}

class PrunedSweeps : public ::testing::TestWithParam<Case> {
 protected:
  std::string yaml() const { return yaml_of(GetParam()); }
};

TEST_P(PrunedSweeps, DoNotDependOnTheWorkers) {
  PlayedSweep one(yaml(), drawn_script);
  EXPECT_EQ(one.drive(1).end, End::kComplete);
  EXPECT_THAT(found(one), HasSubstr("pruned"));
  EXPECT_THAT(found(one), HasSubstr("complete"));
  EXPECT_EQ(one.query("SELECT count(*) FROM trials WHERE state = 'pruned' AND NOT EXISTS (SELECT 1 "
                      "FROM events e WHERE e.trial_id = trials.trial_id AND kind = 'judged')"),
            "0");
  for (const int workers : {2, 3, 8}) {
    PlayedSweep many(yaml(), drawn_script);
    EXPECT_EQ(many.drive(workers).end, End::kComplete);
    EXPECT_EQ(digest(many), digest(one)) << workers << " workers\n"
                                         << found(one) << "\n"
                                         << found(many);
  }
}

// In many calls, with a stop in the middle of a trial: curves then come from the database.
TEST_P(PrunedSweeps, DoNotDependOnInterruptions) {
  PlayedSweep whole(yaml(), drawn_script);
  whole.drive(3);
  const std::uint64_t held = std::stoul(
      whole.query("SELECT min(number) FROM trials WHERE number >= 6 AND epochs_done >= 4"));
  PlayedSweep broken(yaml(), [held](const TrialTask& task) {
    Script script = drawn_script(task);
    script.held_at = task.number == held && task.fold == 0 ? 2 : 0;
    return script;
  });
  stop_while_held(broken, held);
  for (int call = 0; call < 40; ++call) {
    const auto end = broken.drive(1 + call % 3, {}, {.trials = 2, .deadline = {}}).end;
    if (end == End::kComplete) {
      break;
    }
    ASSERT_EQ(end, End::kCallLimit);
  }
  EXPECT_EQ(found(broken), found(whole));
  EXPECT_EQ(digest(broken), digest(whole));
}

INSTANTIATE_TEST_SUITE_P(
    MethodsAndPruners,
    PrunedSweeps,
    ::testing::Combine(
        ::testing::Values(
            Method{"random", ""},
            Method{"coarse_to_fine",
                   "method: coarse_to_fine\n"
                   "search: {stages: [{share: 0.6, epochs: 9}, {share: 0.4, epochs: 14}]}\n"},
            Method{"tpe", "method: tpe\n"},
            Method{"bayes", "method: bayes\n"}),
        ::testing::Values(
            PrunerCase{"hyperband", "{type: hyperband, min_iter: 2}"},
            PrunerCase{"brackets", "{type: hyperband, min_iter: 1, brackets: 3}"},
            PrunerCase{"median", "{type: median, warmup_trials: 3}"},
            PrunerCase{"percentile", "{type: percentile, percentile: 40, warmup_trials: 3}"},
            PrunerCase{"successive_halving", "{type: successive_halving, eta: 2}"},
            PrunerCase{"asha", "{type: asha, eta: 2, min_iter: 2}"},
            PrunerCase{"promotions", "{type: asha, eta: 2, min_iter: 2, mode: promote}"},
            PrunerCase{"patience", "{type: patience, patience: 5}"},
            PrunerCase{"threshold", "{type: threshold, metric: val_loss, upper: 0.7}"},
            PrunerCase{"several",
                       "{type: median, warmup_trials: 3, also: [{type: patience, patience: 6}, "
                       "{type: threshold, lower: 0.05, warmup_epochs: 2}]}"},
            PrunerCase{"wilcoxon", "{type: wilcoxon, min_folds: 4}", 6},
            PrunerCase{"median_of_folds", "{type: median, warmup_trials: 3}", 3})),
    [](const auto& row) {
      return std::get<0>(row.param).name + "_" + std::get<1>(row.param).name;
    });

}  // namespace
}  // namespace hpsearch::runner
