#include "search/sweep/stages.h"

#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hpsearch::search {
namespace {

using testing::ElementsAre;

std::vector<int> epochs(const std::vector<StageSpec>& stages) {
  std::vector<int> result;
  for (const StageSpec& stage : stages) {
    result.push_back(stage.epochs);
  }
  return result;
}

TEST(Stages, HaveThreeByDefaultWithATenthAThirdAndAllOfTheEpochs) {
  EXPECT_THAT(epochs(default_stages(3, 40)), ElementsAre(4, 14, 40));
  EXPECT_THAT(epochs(default_stages(3, 30)), ElementsAre(3, 10, 30)) << "exact, nothing to round";
  EXPECT_THAT(epochs(default_stages(3, 20)), ElementsAre(2, 7, 20));
  EXPECT_THAT(epochs(default_stages(3, 1)), ElementsAre(1, 1, 1));
  EXPECT_EQ(default_stages(3, 20)[1].share, 0.3);
}

TEST(Stages, GrowByEqualFactorsWhereThereIsAnotherNumberOfThem) {
  EXPECT_THAT(epochs(default_stages(1, 20)), ElementsAre(20));
  EXPECT_THAT(epochs(default_stages(2, 20)), ElementsAre(2, 20));
  EXPECT_THAT(epochs(default_stages(5, 100)), ElementsAre(10, 18, 32, 57, 100));
}

TEST(Stages, DivideTheTrialsByLargestRemainder) {
  const auto three = default_stages(3, 20);
  EXPECT_THAT(split_trials(60, three), ElementsAre(30, 18, 12));
  EXPECT_THAT(split_trials(10, three), ElementsAre(5, 3, 2));
  EXPECT_THAT(split_trials(11, three), ElementsAre(6, 3, 2));  // 5.5, 3.3, 2.2
  EXPECT_THAT(split_trials(7, three), ElementsAre(4, 2, 1));   // 3.5, 2.1, 1.4
  EXPECT_THAT(split_trials(13, three), ElementsAre(6, 4, 3));  // 6.5, 3.9, 2.6
  EXPECT_THAT(split_trials(2, three), ElementsAre(1, 1, 0));   // 1.0, 0.6, 0.4
  const std::vector<StageSpec> equal{{0.5, 1}, {0.5, 2}};
  EXPECT_THAT(split_trials(5, equal), ElementsAre(3, 2)) << "of equal remainders the earlier";
}

TEST(Stages, AlwaysDivideAllTrials) {
  const std::vector<StageSpec> odd{{0.31, 1}, {0.17, 2}, {0.29, 3}, {0.23, 4}};
  for (std::int64_t trials = 0; trials < 500; ++trials) {
    const auto split = split_trials(trials, odd);
    EXPECT_EQ(std::accumulate(split.begin(), split.end(), std::int64_t{0}), trials);
    for (std::size_t i = 0; i < odd.size(); ++i) {
      EXPECT_LT(
          std::abs(static_cast<double>(split[i]) - static_cast<double>(trials) * odd[i].share),
          1.0);
    }
  }
}

TEST(Stages, DivideTheLimitAnewUntilTheFirstStageHasEnded) {
  const auto three = default_stages(3, 20);
  EXPECT_THAT(extend_trials({30, 18, 12}, 100, false, 7, three), ElementsAre(50, 30, 20));
  EXPECT_THAT(extend_trials({30, 18, 12}, 20, false, 7, three), ElementsAre(10, 6, 4));
  EXPECT_THAT(extend_trials({30, 18, 12}, 60, false, 7, three), ElementsAre(30, 18, 12));
}

TEST(Stages, GiveARaisedLimitToTheLastOneAfterwards) {
  const auto three = default_stages(3, 20);
  EXPECT_THAT(extend_trials({30, 18, 12}, 100, true, 30, three), ElementsAre(30, 18, 52));
}

TEST(Stages, StayAsTheyAreWhereALowerLimitCutsWhatHasBegun) {
  const auto three = default_stages(3, 20);
  EXPECT_THAT(extend_trials({30, 18, 12}, 40, true, 30, three), ElementsAre(30, 18, 12));
  EXPECT_THAT(extend_trials({30, 18, 12}, 20, false, 11, three), ElementsAre(30, 18, 12));
  EXPECT_THAT(extend_trials({30, 18, 12}, 2, false, 0, three), ElementsAre(30, 18, 12))
      << "too few for all stages";
}

// With largest remainders, a larger total may give a stage fewer trials: started ones are never
// taken away.
TEST(Stages, NeverTakeAwayWhatHasBegun) {
  const std::vector<StageSpec> odd{{0.146, 1}, {0.439, 2}, {0.342, 3}, {0.073, 4}};
  EXPECT_THAT(split_trials(10, odd), ElementsAre(2, 4, 3, 1));
  EXPECT_THAT(split_trials(11, odd), ElementsAre(1, 5, 4, 1));
  EXPECT_THAT(extend_trials({2, 4, 3, 1}, 11, false, 2, odd), ElementsAre(2, 4, 3, 2));
  EXPECT_THAT(extend_trials({2, 4, 3, 1}, 11, false, 1, odd), ElementsAre(1, 5, 4, 1));
}

}  // namespace
}  // namespace hpsearch::search
