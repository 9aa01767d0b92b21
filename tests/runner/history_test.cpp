#include "runner/history.h"

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
  ASSERT_EQ(history.before(3).size(), 3U);
  EXPECT_EQ(history.before(3)[2].number, 2U);
  EXPECT_EQ(history.before(2).size(), 2U);
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
  EXPECT_EQ(history.before(1).size(), 2U) << "the sampler's first and the enqueued one before it";
  EXPECT_FALSE(history.ready(2)) << "the enqueued one directly after belongs to them";
  history.add_ended(trial(3));
  EXPECT_EQ(history.before(2).size(), 4U);
  EXPECT_FALSE(history.ready(3)) << "its third is number 4";
}

}  // namespace
}  // namespace hpsearch::runner
