// Trials in folds, and ensembles.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/storage/store_fixtures.h"

namespace hpsearch::storage {
namespace {

using search::TrialState;
using ::testing::ElementsAre;

// Two folds of one epoch each, the second of which has not ended.
void begin_folds(StoreFixture& f, std::uint64_t number) {
  TrialStart start = trial_start(number);
  start.in_folds = true;
  start_trial(f.store, f.sweep, start);
  for (const int fold : {0, 1}) {
    write(f.store, f.sweep,
          ReplicateStart{{number, fold}, 50U + static_cast<unsigned>(fold), fold});
    record_epoch(f.store, f.sweep, {number, fold}, epoch_record(1, 0.5 + 0.1 * fold));
  }
  write(f.store, f.sweep,
        ReplicateEnd{.training = {number, 0},
                     .state = TrialState::kComplete,
                     .value = 0.5,
                     .best_epoch = 1,
                     .epochs_done = 1,
                     .seconds = 0.25});
}

constexpr char kReplicates[] =
    "SELECT replicate, seed, fold, state, value, best_epoch, epochs_done, seconds FROM replicates "
    "ORDER BY trial_id, replicate";

TEST(Folds, HaveRowsOfTheirOwn) {
  StoreFixture f;
  begin_folds(f, 0);
  Sql sql(f.file);
  EXPECT_THAT(sql.rows(kReplicates),
              ElementsAre("0|50|0|complete|0.5|1|1|0.25", "1|51|1|running|NULL|NULL|1|NULL"));
  EXPECT_EQ(sql.row("SELECT state, epochs_done FROM trials"), "running|2");
  EXPECT_THAT(sql.rows("SELECT replicate, epoch, val_accuracy FROM epochs ORDER BY replicate"),
              ElementsAre("0|1|0.5", "1|1|0.6"));
  TrialEnd end = trial_end(0, TrialState::kComplete, 0.55);
  end.in_folds = true;
  end.epochs_done = 2;
  end_trial(f.store, f.sweep, end);
  EXPECT_EQ(sql.row("SELECT state, value, best_epoch, epochs_done FROM trials"),
            "complete|0.55|NULL|2");
  EXPECT_EQ(sql.rows(kReplicates).front(), "0|50|0|complete|0.5|1|1|0.25")
      << "the trial's end is not its first fold's";
}

TEST(Folds, AreReadAsTheyAreWritten) {
  StoreFixture f;
  begin_folds(f, 0);
  const auto rows = f.store.replicates(1);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[1].seed, 51U);
  EXPECT_EQ(rows[1].fold, 1);
  EXPECT_EQ(rows[0].state, "complete");
  EXPECT_EQ(rows[0].value, 0.5);
  EXPECT_EQ(rows[0].best_epoch, 1);
  EXPECT_EQ(rows[1].value, std::nullopt);
  EXPECT_EQ(f.store.epochs({1, 1}).at(0).val_accuracy, 0.6);
}

// On another CPU a fold that has ended is worth no more than the trial that has not.
TEST(Folds, AreForgottenWithTheirUnfinishedTrial) {
  StoreFixture f;
  begin_folds(f, 0);
  f.store.begin_run(f.sweep, {.config_yaml = "yaml",
                              .config_hash = "hash",
                              .host_json = "{}",
                              .run_cap = 5,
                              .event = {},
                              .forget_unfinished = true});
  EXPECT_THAT(
      Sql(f.file).rows("SELECT state, value, epochs_done FROM replicates ORDER BY replicate"),
      ElementsAre("interrupted|NULL|0", "interrupted|NULL|0"));
}

TEST(Folds, StayWhereTheTrialGoesOn) {
  StoreFixture f;
  begin_folds(f, 0);
  f.begin_run(5);
  EXPECT_THAT(Sql(f.file).rows("SELECT state FROM replicates ORDER BY replicate"),
              ElementsAre("complete", "interrupted"));
}

EnsembleRow two_members() {
  return {.kind = "trials",
          .rows = 40,
          .members = {{1, 0, 0, 3, 0.75}, {2, 1, 1, 2, 0.25}},
          .metrics = {{"test_loss", 0.5}, {"val_loss", 0.25}}};
}

TEST(Ensembles, AreReadAsTheyAreWritten) {
  StoreFixture f;
  f.trial(0, TrialState::kComplete, 0.5);
  f.trial(1, TrialState::kComplete, 0.6);
  const auto queries = open_queries(f.file);
  EXPECT_FALSE(queries->ensemble(f.sweep).has_value());
  EnsembleRow first = two_members();
  first.members.pop_back();
  f.store.put_ensemble(f.sweep, first);
  f.store.put_ensemble(f.sweep, two_members());  // in its place
  const auto read = queries->ensemble(f.sweep);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->kind, "trials");
  EXPECT_EQ(read->rows, 40);
  ASSERT_EQ(read->members.size(), 2U);
  EXPECT_EQ(read->members[1].trial_id, 2);
  EXPECT_EQ(read->members[1].trial, 1U);
  EXPECT_EQ(read->members[1].fold, 1);
  EXPECT_EQ(read->members[1].epoch, 2);
  EXPECT_EQ(read->members[1].weight, 0.25);
  ASSERT_EQ(read->metrics.size(), 2U);
  EXPECT_EQ(read->metrics[1].name, "val_loss");
  EXPECT_EQ(read->metrics[1].value, 0.25);
}

TEST(Ensembles, BelongToAnEndedSweep) {
  StoreFixture f;
  f.trial(0, TrialState::kComplete, 0.5);
  f.trial(1, TrialState::kComplete, 0.6);
  f.store.put_ensemble(f.sweep, two_members());
  f.begin_run(5);
  EXPECT_FALSE(open_queries(f.file)->ensemble(f.sweep).has_value());
  EXPECT_EQ(
      Sql(f.file).row("SELECT (SELECT count(*) FROM ensemble_members) + (SELECT count(*) FROM "
                      "ensemble_metrics)"),
      "0");
}

// A database that a version without ensembles wrote is read as it is.
TEST(Ensembles, AreNoneInAnOlderDatabase) {
  StoreFixture f;
  f.trial(0, TrialState::kComplete, 0.5);
  f.opened.reset();
  Sql(f.file).run(
      "DROP TABLE spreads; DROP TABLE ensemble_metrics; DROP TABLE ensemble_members; "
      "DROP TABLE ensembles; DROP TABLE checkpoints; DROP TABLE results; DROP TABLE tags; "
      "DROP TABLE notes; "
      "DROP VIEW sweep_summary; DROP VIEW leaderboard; DROP VIEW best_trials; "
      "DROP INDEX ranked_trials; ALTER TABLE trials DROP COLUMN violation; "
      "ALTER TABLE sweeps DROP COLUMN archived_at; "
      "CREATE VIEW sweep_summary AS SELECT 1; CREATE VIEW leaderboard AS SELECT 1; "
      "CREATE VIEW best_trials AS SELECT 1; CREATE INDEX ranked_trials ON trials(score); "
      "DELETE FROM migrations WHERE version >= 4; "
      "PRAGMA user_version = 3");
  EXPECT_FALSE(open_queries(f.file)->ensemble(f.sweep).has_value());
  const auto again = open_store(f.file, "9.9");
  again->put_ensemble(f.sweep, {.kind = "folds", .rows = 1, .members = {{1, 0, 0, 1, 1.0}}});
  EXPECT_EQ(Sql(f.file).row("SELECT kind FROM ensembles"), "folds");
}

}  // namespace
}  // namespace hpsearch::storage
