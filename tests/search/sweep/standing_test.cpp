#include "search/sweep/standing.h"

#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace hpsearch::search {
namespace {

Standing standing(TrialState state, std::optional<double> score, int stage, std::uint64_t number) {
  return {state, stage, score, number};
}

// From the best on; those in one group are equal.
const std::vector<std::vector<Standing>> kOrder{
    {standing(TrialState::kComplete, -0.9, 2, 9)},
    {standing(TrialState::kComplete, -0.5, 2, 3)},
    {standing(TrialState::kComplete, -0.5, 2, 7)},
    {standing(TrialState::kComplete, 0.0, 2, 1)},
    {standing(TrialState::kComplete, std::nullopt, 2, 0)},
    {standing(TrialState::kComplete, std::numeric_limits<double>::quiet_NaN(), 2, 5)},
    {standing(TrialState::kComplete, -99.0, 1, 4)},
    {standing(TrialState::kPruned, -99.0, 2, 2),
     standing(TrialState::kDiverged, std::nullopt, 2, 6), standing(TrialState::kFailed, -1.0, 3, 8),
     standing(TrialState::kInterrupted, -5.0, 2, 10), Standing{}},
};

TEST(Better, OrdersByStateStageScoreAndNumber) {
  for (std::size_t i = 0; i < kOrder.size(); ++i) {
    for (std::size_t j = 0; j < kOrder.size(); ++j) {
      for (const Standing& a : kOrder[i]) {
        for (const Standing& b : kOrder[j]) {
          EXPECT_EQ(better(a, b), i < j) << a.number << " and " << b.number;
        }
      }
    }
  }
}

// Feasible trials come first whatever their score, and a mean counts among equals only.
TEST(Better, PutsTheLesserViolationFirst) {
  const auto of = [](double violation, bool mean, double score) {
    return Standing{TrialState::kComplete, 1, score, 0, mean, violation};
  };
  const std::vector<Standing> order{of(0.0, true, 9.0), of(0.0, false, 1.0), of(0.1, true, -3.0),
                                    of(0.1, false, -9.0), of(0.2, false, -99.0)};
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::size_t j = 0; j < order.size(); ++j) {
      EXPECT_EQ(better(order[i], order[j]), i < j);
    }
  }
  EXPECT_TRUE(ranks(order.back(), order.front()));
}

TEST(Ranks, OnlyCompleteTrialsOfTheBestOnesStageWithAScore) {
  const Standing best = kOrder.front().front();
  EXPECT_TRUE(ranks(best, best));
  EXPECT_TRUE(ranks(kOrder[3][0], best));
  EXPECT_FALSE(ranks(kOrder[4][0], best)) << "no score";
  EXPECT_FALSE(ranks(kOrder[5][0], best)) << "not finite";
  EXPECT_FALSE(ranks(kOrder[6][0], best)) << "an earlier stage";
  for (const Standing& other : kOrder[7]) {
    EXPECT_FALSE(ranks(other, best));
  }
}

}  // namespace
}  // namespace hpsearch::search
