#include "reports/findings/pruning_gain.h"

#include <algorithm>
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/findings/advice.h"
#include "tests/storage/store_fixtures.h"

namespace hpsearch::reports {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// 27 trials of 27 epochs: trial n is worth n after its last epoch, and `before` earlier.
std::unique_ptr<storage::StoreFixture> sweep_of(double (*before)(int number, int epoch),
                                                int trials = 27,
                                                int epochs = 27) {
  auto sweep = std::make_unique<storage::StoreFixture>();
  for (int number = 0; number < trials; ++number) {
    const auto n = static_cast<std::uint64_t>(number);
    storage::TrialStart start = storage::trial_start(n);
    start.epochs = epochs;
    std::vector<storage::Entry> batch{start};
    double best = 0.0;
    for (int epoch = 1; epoch <= epochs; ++epoch) {
      const double value = epoch < epochs ? before(number, epoch) : number / 100.0;
      best = std::max(best, value);
      batch.emplace_back(storage::EpochEntry{n, storage::epoch_record(epoch, value)});
    }
    storage::TrialEnd end = storage::trial_end(n, search::TrialState::kComplete, best);
    end.epochs_done = epochs;
    batch.emplace_back(end);
    sweep->store.commit(sweep->sweep, batch);
  }
  return sweep;
}

std::optional<PruningGain> gain_of(const storage::StoreFixture& sweep) {
  const auto queries = storage::open_queries(sweep.file);
  return pruning_gain(*queries, read_sweep_data(*queries, *queries->sweep("s")));
}

TEST(PruningGain, IsThatOfSuccessiveHalving) {
  const auto sweep = sweep_of([](int number, int) { return number / 200.0; });
  const auto gain = gain_of(*sweep);
  ASSERT_TRUE(gain);
  EXPECT_THAT(gain->rungs, ElementsAre(1, 3, 9));
  // 27 trials of 1 epoch, 9 of 2 more, 3 of 6 more and 1 of 18 more, instead of 27 of 27.
  EXPECT_DOUBLE_EQ(gain->saved, 1.0 - (27.0 + 18.0 + 18.0 + 18.0) / 729.0);
  EXPECT_TRUE(gain->keeps_best);
}

TEST(PruningGain, SaysWhereTheBestTrialWouldHaveEnded) {
  // The best one begins as the worst.
  const auto sweep = sweep_of([](int number, int) { return (26 - number) / 2000.0; });
  const auto gain = gain_of(*sweep);
  ASSERT_TRUE(gain);
  EXPECT_FALSE(gain->keeps_best);
}

TEST(PruningGain, IsNotToldOfFewOrShortTrialsOrOfPrunedOnes) {
  const auto constant = [](int number, int) { return number / 200.0; };
  EXPECT_FALSE(gain_of(*sweep_of(constant, 19)));
  EXPECT_FALSE(gain_of(*sweep_of(constant, 27, 8)));
  const auto pruned = sweep_of(constant);
  pruned->trial(27, search::TrialState::kPruned, 0.001);
  EXPECT_FALSE(gain_of(*pruned));
}

TEST(PruningGain, BecomesAdviceWhereTheBestTrialIsKept) {
  const auto advice_for = [](double (*before)(int, int)) {
    const auto sweep = sweep_of(before);
    const auto queries = storage::open_queries(sweep->file);
    const SweepData data = read_sweep_data(*queries, *queries->sweep("s"));
    std::string text;
    for (const Advice& one : advice(read_advice_input(*queries, data))) {
      text += one.kind == "pruning" ? one.evidence + " | " + one.yaml : "";
    }
    return text;
  };
  EXPECT_EQ(
      advice_for([](int number, int) { return number / 200.0; }),
      "if one in 3 went on after epochs 1, 3 and 9, the same trials would take about 11 % of the "
      "epochs, and the best one would still be found | early_terminate: {type: asha, mode: "
      "promote}");
  EXPECT_EQ(advice_for([](int number, int) { return (26 - number) / 2000.0; }), "");
}

}  // namespace
}  // namespace hpsearch::reports
