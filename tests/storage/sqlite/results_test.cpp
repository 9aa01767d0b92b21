// What large sweeps are read by, against plain SQL.

#include <cmath>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/queries.h"
#include "tests/storage/store_fixtures.h"

namespace hpsearch::storage {
namespace {

using search::TrialState;
using testing::ElementsAre;
using testing::ElementsAreArray;

std::string text_of(const ResultRow& row) {
  return fmt::format("{}|{}|{}|{}|{}|{}|{}", row.trial_id, row.number, row.stage,
                     search::to_text(row.state), row.params_json,
                     row.value ? fmt::format("{}", *row.value) : "NULL",
                     row.best_epoch ? fmt::format("{}", *row.best_epoch) : "NULL");
}

TEST(Results, AreThoseOfEndedTrialsByNumberWithTheirEpochs) {
  StoreFixture f;
  f.trial(2, TrialState::kComplete, 0.5);  // has the first trial_id
  f.trial(0, TrialState::kDiverged);
  f.trial(1, TrialState::kPruned, 0.25);
  f.trial(3, TrialState::kFailed);
  start_trial(f.store, f.sweep, trial_start(4));
  Sql sql(f.file);
  sql.run(
      "INSERT INTO epochs VALUES (1, 0, 2, NULL, 0.0, -0.0, 1, 2, 3, 4, 5, 6, 'train_loss'), "
      "(1, 1, 1, 9, 9, 9, 9, 9, 9, 9, 9, 9, NULL)");
  const auto queries_opened = open_queries(f.file);
  Queries& queries = *queries_opened;
  std::vector<std::string> found;
  std::vector<std::size_t> counts;
  queries.for_each_result(f.sweep,
                          [&](const ResultRow& row, std::span<const nn::EpochRecord> epochs) {
                            found.push_back(text_of(row));
                            counts.push_back(epochs.size());
                            if (row.number == 2 && epochs.size() == 2) {
                              EXPECT_EQ(epochs[0].epoch, 1);
                              EXPECT_EQ(epochs[0].val_accuracy, 0.5);
                              EXPECT_TRUE(std::isnan(epochs[1].train_loss));
                              EXPECT_EQ(epochs[1].train_accuracy, 0.0);
                              EXPECT_EQ(epochs[1].val_loss, 0.0);
                              EXPECT_EQ(epochs[1].seconds, 6.0);
                            }
                          });
  EXPECT_THAT(found, ElementsAreArray(sql.rows(
                         "SELECT trial_id, number, stage, state, params_json, value, best_epoch "
                         "FROM trials WHERE number < 3 ORDER BY number")));
  EXPECT_THAT(counts, ElementsAre(1U, 1U, 2U)) << "of replicate 0";
  queries.for_each_result(f.sweep + 1, [](const ResultRow&, std::span<const nn::EpochRecord>) {
    FAIL() << "of another sweep";
  });
}

TEST(Results, OfSomeNumbersAreThoseAlone) {
  StoreFixture f;
  for (std::uint64_t number = 0; number < 6; ++number) {
    f.trial(number, TrialState::kComplete, 0.5);
  }
  Sql(f.file).run("UPDATE trials SET best_epoch = 1 WHERE number <> 3");
  const auto queries_opened = open_queries(f.file);
  Queries& queries = *queries_opened;
  std::vector<std::uint64_t> trials;
  queries.for_each_trial(f.sweep, {2, 5},
                         [&](const TrialRow& row) { trials.push_back(row.number); });
  EXPECT_THAT(trials, ElementsAre(2U, 3U, 4U));
  std::vector<std::uint64_t> results;
  queries.for_each_result(f.sweep,
                          [&](const ResultRow& row, std::span<const nn::EpochRecord> epochs) {
                            results.push_back(row.number);
                            EXPECT_EQ(epochs.size(), 1U);
                          },
                          {4});
  EXPECT_THAT(results, ElementsAre(4U, 5U));
  std::vector<std::uint64_t> best;
  for (const auto& [number, epoch] : queries.best_epochs(f.sweep, {2})) {
    best.push_back(number);
    EXPECT_EQ(epoch.epoch, 1);
    EXPECT_EQ(epoch.val_accuracy, 0.5);
  }
  EXPECT_THAT(best, ElementsAre(2U, 4U, 5U)) << "only trials whose best epoch is there";
}

TEST(Results, TheBestEpochOfFoldsIsTheMeanOfTheirs) {
  StoreFixture f;
  for (std::uint64_t number = 0; number < 4; ++number) {
    f.trial(number, TrialState::kComplete, 0.5);
  }
  Sql sql(f.file);
  sql.run(
      "UPDATE trials SET best_epoch = CASE number WHEN 0 THEN 1 WHEN 2 THEN 1 END;"
      "UPDATE trials SET value = NULL WHERE number = 3;"
      "DELETE FROM epochs WHERE trial_id IN (2, 4);"
      "INSERT OR REPLACE INTO replicates SELECT trial_id, r.value, 1, r.value, 'complete', 0.5, "
      "1 + r.value, 3, 1 FROM trials, (SELECT 0 AS value UNION SELECT 1 UNION SELECT 2) r "
      "WHERE trial_id IN (2, 4);"
      "INSERT INTO epochs SELECT trial_id, replicate, e.value, 10 * e.value + replicate, 1, 2, 3, "
      "4, 5, 6, 7, 8, NULL FROM replicates, (SELECT 1 AS value UNION SELECT 2 UNION SELECT 3) e "
      "WHERE trial_id IN (2, 4)");
  const auto queries = open_queries(f.file);
  std::vector<std::string> found;
  for (const auto& [number, epoch] : queries->best_epochs(f.sweep)) {
    found.push_back(fmt::format("{} {}", number, epoch.epoch));
    if (number == 1) {
      EXPECT_DOUBLE_EQ(epoch.train_loss, (10 + 21 + 32) / 3.0);
      EXPECT_EQ(epoch.val_accuracy, 3.0);
    }
  }
  EXPECT_THAT(found, ElementsAre("0 1", "1 0", "2 1")) << "trial 3 has no value";
}

TEST(Results, TheLeaderboardIsTheViewsBeginning) {
  StoreFixture f;
  make_sweep(f.store, "empty");
  for (std::uint64_t number = 0; number < 40; ++number) {
    const TrialState state = number % 5 == 4 ? TrialState::kPruned : TrialState::kComplete;
    // With ties; some complete trials have no value.
    f.trial(number, state,
            number % 7 == 6 ? std::nullopt
                            : std::optional(static_cast<double>(number * 11 % 13) / 16.0));
  }
  Sql sql(f.file);
  sql.run("UPDATE trials SET stage = 1 WHERE number % 3 = 0");
  const auto queries_opened = open_queries(f.file);
  Queries& queries = *queries_opened;
  for (const int rows : {1, 4, 100}) {
    std::vector<std::string> board;
    for (const LeaderboardRow& row : queries.leaderboard("s", rows)) {
      board.push_back(
          fmt::format("{}|{}|{}|{}|{}", row.rank, row.trial, row.trial_id, row.stage, row.seed));
    }
    EXPECT_THAT(board, ElementsAreArray(sql.rows(fmt::format(
                           "SELECT rank, trial, trial_id, stage, seed FROM leaderboard WHERE "
                           "sweep = 's' ORDER BY rank LIMIT {}",
                           rows))));
  }
  EXPECT_TRUE(queries.leaderboard("empty", 5).empty());
}

}  // namespace
}  // namespace hpsearch::storage
