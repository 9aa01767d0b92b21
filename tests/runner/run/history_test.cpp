#include "runner/run/history.h"

#include <gtest/gtest.h>

namespace hpsearch::runner {
namespace {

search::Observation trial(std::uint64_t number) {
  search::Observation observation;
  observation.number = number;
  return observation;
}

TEST(History, IsReadyWhenAllTrialsBeforeAPositionHaveEnded) {
  History history;
  EXPECT_TRUE(history.ready(0));
  EXPECT_FALSE(history.ready(1));
  history.add_ended(trial(2));
  history.add_ended(trial(0));
  EXPECT_TRUE(history.ready(1));
  EXPECT_FALSE(history.ready(3)) << "trial 1 has not";
  history.add_ended(trial(1));
  ASSERT_TRUE(history.ready(3));
  ASSERT_EQ(history.known_before(3).ended.size(), 3U);
  EXPECT_EQ(history.known_before(3).ended[2].number, 2U);
  EXPECT_EQ(history.known_before(2).ended.size(), 2U);
}

TEST(History, CountsPositionsWithoutEnqueuedTrials) {
  History history;
  history.add_enqueued(0);
  history.add_enqueued(3);
  EXPECT_EQ(history.position(1), 0U);
  EXPECT_EQ(history.position(2), 1U);
  EXPECT_EQ(history.position(4), 2U);
  for (std::uint64_t n = 0; n < 3; ++n) {
    history.add_ended(trial(n));
  }
  EXPECT_EQ(history.known_before(1).ended.size(), 2U)
      << "the sampler's first and the enqueued one before it";
  EXPECT_FALSE(history.ready(2)) << "the enqueued one directly after belongs to them";
  history.add_ended(trial(3));
  EXPECT_EQ(history.known_before(2).ended.size(), 4U);
  EXPECT_FALSE(history.ready(3)) << "its third is number 4";
}

TEST(History, GivesResultsWithALagAndOfTheTrialsAfterTheseTheirParametersAlone) {
  History history;
  for (std::int64_t n = 0; n < 6; ++n) {
    history.add_begun(static_cast<std::uint64_t>(n), 0, {{"x", n}});
  }
  EXPECT_TRUE(history.ready_with_lag(2, 3)) << "nothing is 3 below it";
  EXPECT_FALSE(history.ready_with_lag(3, 3)) << "trial 0 runs";
  for (const std::int64_t n : {0, 1, 2, 4}) {
    search::Observation ended = trial(static_cast<std::uint64_t>(n));
    ended.params = {{"x", n}};
    ended.score = 0.5;
    ended.epochs = 7;
    history.add_ended(ended);
  }
  EXPECT_TRUE(history.ready_with_lag(5, 3));
  EXPECT_FALSE(history.ready_with_lag(6, 3)) << "trial 3 runs";
  const search::Known known = history.known_with_lag(5, 3);
  ASSERT_EQ(known.ended.size(), 3U);
  EXPECT_EQ(known.ended[2].score, 0.5);
  ASSERT_EQ(known.pending.size(), 2U);
  for (std::int64_t i = 0; i < 2; ++i) {
    const search::Observation& pending = known.pending[static_cast<std::size_t>(i)];
    EXPECT_EQ(pending.number, static_cast<std::uint64_t>(3 + i));
    EXPECT_EQ(pending.params, (search::ParamSet{{"x", 3 + i}}));
    EXPECT_EQ(pending.state, search::TrialState::kRunning);
    EXPECT_FALSE(pending.score) << "even of the trial that has ended";
    EXPECT_EQ(pending.epochs, 0);
  }
  EXPECT_TRUE(history.known_with_lag(2, 3).ended.empty());
  EXPECT_EQ(history.known_with_lag(2, 3).pending.size(), 2U);
  EXPECT_EQ(history.known_with_lag(3, 1).ended.size(), 3U) << "without a lag: all before it";
  EXPECT_TRUE(history.known_with_lag(3, 1).pending.empty());
}

TEST(History, GivesTheGreedyModeAllThatHasEndedByNow) {
  History history;
  for (std::uint64_t n = 0; n < 4; ++n) {
    history.add_begun(n, 0, {});
  }
  history.add_ended(trial(2));
  history.add_ended(trial(0));
  const search::Known known = history.known_now();
  ASSERT_EQ(known.ended.size(), 2U);
  EXPECT_EQ(known.ended[0].number, 0U);
  EXPECT_EQ(known.ended[1].number, 2U);
  ASSERT_EQ(known.pending.size(), 2U);
  EXPECT_EQ(known.pending[0].number, 1U);
  EXPECT_EQ(known.pending[1].number, 3U);
}

}  // namespace
}  // namespace hpsearch::runner
