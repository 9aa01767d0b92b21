// Trials that a sweep has repeated: further replicates, and the mean in place of the first value.
#include <cmath>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/storage/store_fixtures.h"

namespace hpsearch::storage {
namespace {

using search::TrialState;
using ::testing::ElementsAre;

constexpr char kTrials[] =
    "SELECT number, state, value, score, best_epoch, epochs_done, reason FROM trials ORDER BY "
    "number";

// Trains a trial a second time, up to `state`, and ends it with the mean of both.
void repeat(StoreFixture& f, std::uint64_t number, TrialState state, double first, double second) {
  write(f.store, f.sweep, ReplicateStart{{number, 1}, 77U + number, std::nullopt});
  record_epoch(f.store, f.sweep, {number, 1}, epoch_record(1, second));
  ReplicateEnd replicate{.training = {number, 1}, .state = state, .epochs_done = 1};
  if (state == TrialState::kComplete) {
    replicate.value = second;
    replicate.best_epoch = 1;
  }
  write(f.store, f.sweep, replicate);
  TrialEnd end = trial_end(number, state, std::nullopt);
  if (state == TrialState::kComplete) {
    end = trial_end(number, state, (first + second) / 2.0);
    end.values = {first, second};
  } else {
    end.reason = "replicate 1: too large";
  }
  end.in_folds = true;
  end.epochs_done = 2;
  end_trial(f.store, f.sweep, end);
}

TEST(Repeats, RankBeforeAllOthersUntilTheNextRun) {
  StoreFixture f;
  for (const std::uint64_t number : {0U, 1U, 2U}) {
    start_trial(f.store, f.sweep, trial_start(number));
    record_epoch(f.store, f.sweep, number, epoch_record(1, 0.5));
    TrialEnd end =
        trial_end(number, TrialState::kComplete, 0.5 + 0.125 * static_cast<double>(number));
    end.best_epoch = 1;
    end.epochs_done = 1;
    end_trial(f.store, f.sweep, end);
  }
  Sql sql(f.file);
  const auto searched = sql.rows(kTrials);
  repeat(f, 2, TrialState::kDiverged, 0.75, 0.0);
  repeat(f, 1, TrialState::kComplete, 0.625, 0.125);
  EXPECT_THAT(sql.rows("SELECT rank, trial, value, best_epoch, replicates, deviation, "
                       "standard_error FROM leaderboard ORDER BY rank"),
              ElementsAre("1|1|0.375|NULL|2|0.353553390593274|0.25", "2|0|0.5|1|1|NULL|NULL"));
  const auto queries = open_queries(f.file);
  const auto board = queries->leaderboard("s", 5);
  ASSERT_EQ(board.size(), 2U);
  EXPECT_EQ(board[0].trial, 1U);
  EXPECT_EQ(board[0].replicates, 2);
  EXPECT_NEAR(board[0].deviation.value(), std::sqrt(0.125), 1e-15);
  EXPECT_EQ(queries->best("s")->standard_error, board[0].standard_error);
  EXPECT_EQ(queries->rank("s", 0), 2);
  EXPECT_EQ(sql.row("SELECT state || reason FROM trials WHERE number = 2"),
            "divergedreplicate 1: too large");

  f.begin_run(9);
  EXPECT_EQ(sql.rows(kTrials), searched);
  EXPECT_EQ(sql.row("SELECT count(*) FROM spreads"), "0");
  EXPECT_EQ(sql.row("SELECT count(*) FROM replicates WHERE replicate = 1"), "2") << "they stay";
}

}  // namespace
}  // namespace hpsearch::storage
