#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/error.h"
#include "tests/storage/store_fixtures.h"

namespace hpsearch::storage {
namespace {

using search::TrialState;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(StartTrial, WritesTheTrialItsParametersAndItsReplicate) {
  StoreFixture f;
  start_trial(f.store, f.sweep,
              {7,
               (1ULL << 53) - 1,
               0,
               1,
               20,
               {{"a", std::int64_t{64}},
                {"b", 0.5},
                {"c", std::string("relu")},
                {"d", true},
                {"e", nn::ValueList{std::int64_t{64}, std::int64_t{32}}}},
               {0.25, -0.5, std::nullopt, std::nullopt, kNan},
               "w3"});
  Sql sql(f.file);
  EXPECT_EQ(
      sql.row("SELECT sweep_id, number, state, value, score, best_epoch, epochs_done, epochs, "
              "seed, stage, origin, parent, attempt, params_json, finished_at, seconds, "
              "worker, reason, started_at = created_at FROM trials"),
      "1|7|running|NULL|NULL|NULL|0|20|9007199254740991|0|sampler|NULL|1|"
      R"({"a":64,"b":0.5,"c":"relu","d":true,"e":[64,32]})"
      "|NULL|NULL|w3|NULL|1");
  EXPECT_THAT(sql.rows("SELECT name, value, typeof(value), unit FROM params ORDER BY name"),
              ElementsAre("a|64|integer|0.25", "b|0.5|real|-0.5", "c|relu|text|NULL",
                          "d|1|integer|NULL", "e|[64, 32]|text|NULL"));
  EXPECT_EQ(sql.row("SELECT * FROM replicates"),
            "1|0|9007199254740991|NULL|running|NULL|NULL|0|NULL");
  EXPECT_EQ(sql.row("SELECT COUNT(*) FROM events"), "0");
}

TEST(StartTrial, BeginsTheNextAttemptOfAnInterruptedTrial) {
  StoreFixture f;
  start_trial(f.store, f.sweep, trial_start(0, {{"a", 1.0}}));
  record_epoch(f.store, f.sweep, 0, epoch_record(1));
  TrialEnd end = trial_end(0, TrialState::kInterrupted);
  end.reason = "signal";
  end_trial(f.store, f.sweep, end);
  TrialStart again = trial_start(0, {{"a", 1.0}});
  again.attempt = 2;
  again.worker = "w9";
  start_trial(f.store, f.sweep, again);
  Sql sql(f.file);
  EXPECT_THAT(sql.rows("SELECT state, attempt, worker, reason FROM trials"),
              ElementsAre("running|2|w9|NULL"));
  EXPECT_EQ(sql.row("SELECT COUNT(*) FROM epochs"), "1") << "what was learnt stays";
  EXPECT_EQ(sql.row("SELECT COUNT(*) FROM params"), "1");
  EXPECT_EQ(sql.row("SELECT state FROM replicates"), "running");
  EXPECT_EQ(sql.row("SELECT trial_id, kind, detail_json FROM events"), "1|resumed|{\"attempt\":2}");
}

TEST(RecordEpoch, WritesEachColumnInItsPlace) {
  StoreFixture f;
  start_trial(f.store, f.sweep, trial_start(0));
  record_epoch(f.store, f.sweep, 0, {4, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9});
  Sql sql(f.file);
  EXPECT_EQ(sql.row("SELECT trial_id, replicate, epoch, train_loss, train_accuracy, val_loss, "
                    "val_accuracy, learning_rate, grad_norm, weight_norm, update_ratio, seconds, "
                    "nonfinite FROM epochs"),
            "1|0|4|0.1|0.2|0.3|0.4|0.5|0.6|0.7|0.8|0.9|NULL");
  EXPECT_EQ(sql.row("SELECT t.epochs_done, r.epochs_done FROM trials t JOIN replicates r "
                    "USING(trial_id)"),
            "4|4");
}

// 3 trials of 5 epochs with 4 metrics each: 60 rows, which no statement of several takes alone.
TEST(RecordEpoch, WritesAllOfABatchAtItsEnd) {
  StoreFixture f;
  std::vector<Entry> batch;
  for (std::uint64_t number = 0; number < 3; ++number) {
    batch.emplace_back(trial_start(number));
    for (int epoch = 1; epoch <= 5; ++epoch) {
      nn::EpochRecord record = epoch_record(epoch);
      record.val_f1 = 10.0 * static_cast<double>(number) + epoch;
      record.val_auc = 0.5;
      record.series = {{0, "initial_loss", 2.5}, {epoch, "penalty", 0.1}, {epoch, "n", kNan}};
      batch.emplace_back(EpochEntry{number, record});
    }
  }
  batch.emplace_back(trial_end(2, TrialState::kComplete, 0.5));  // says that 3 are done
  f.store.commit(f.sweep, batch);
  Sql sql(f.file);
  EXPECT_THAT(sql.rows("SELECT name, COUNT(*), MIN(epoch), MAX(epoch), SUM(value) FROM metrics "
                       "GROUP BY name"),
              ElementsAre("initial_loss|3|0|0|7.5", "penalty|15|1|5|1.5", "val_auc|15|1|5|7.5",
                          "val_f1|15|1|5|195.0"));
  EXPECT_THAT(sql.rows("SELECT t.epochs_done, r.epochs_done FROM trials t JOIN replicates r "
                       "USING(trial_id) ORDER BY number"),
              ElementsAre("5|5", "5|5", "3|3"));
}

TEST(RecordEpoch, KeepsTheLastOfEqualEpochsOfABatch) {
  StoreFixture f;
  std::vector<Entry> batch{trial_start(0)};
  for (const double f1 : {0.25, 0.75}) {
    nn::EpochRecord record = epoch_record(1);
    record.val_f1 = f1;
    batch.emplace_back(EpochEntry{0, record});
  }
  f.store.commit(f.sweep, batch);
  EXPECT_THAT(Sql(f.file).rows("SELECT epoch, value FROM metrics"), ElementsAre("1|0.75"));
}

TEST(RecordEpoch, ForgetsABatchThatFails) {
  StoreFixture f;
  start_trial(f.store, f.sweep, trial_start(0));
  nn::EpochRecord record = epoch_record(1);
  record.val_f1 = 0.5;
  const std::vector<Entry> batch{trial_start(1), EpochEntry{0, record}, EpochEntry{1, record},
                                 trial_end(7, TrialState::kComplete, 0.5)};
  EXPECT_THROW(f.store.commit(f.sweep, batch, 1.0), StoreError) << "trial 7 has no row";
  f.store.commit(f.sweep, {});
  Sql sql(f.file);
  EXPECT_THAT(sql.rows("SELECT * FROM metrics"), IsEmpty());
  EXPECT_THAT(sql.rows("SELECT * FROM epochs"), IsEmpty());
  EXPECT_THAT(sql.rows("SELECT number, epochs_done FROM trials"), ElementsAre("0|0"));
  EXPECT_EQ(sql.row("SELECT active_seconds FROM sweeps"), "0.0");
  EXPECT_THROW(record_epoch(f.store, f.sweep, 1, record), StoreError) << "its row went as well";
}

TEST(RecordEpoch, KeepsReplicatesApart) {
  StoreFixture f;
  start_trial(f.store, f.sweep, trial_start(0));
  Sql(f.file).run(
      "INSERT INTO replicates(trial_id, replicate, seed, state) VALUES (1, 2, 7, 'running')");
  nn::EpochRecord record = epoch_record(1, 0.25);
  record.val_f1 = 0.5;
  record_epoch(f.store, f.sweep, {0, 2}, record);
  record_epoch(f.store, f.sweep, 0, epoch_record(4, 0.75));
  Sql sql(f.file);
  EXPECT_THAT(sql.rows("SELECT replicate, epoch, val_accuracy FROM epochs"),
              ElementsAre("0|4|0.75", "2|1|0.25"));
  EXPECT_THAT(sql.rows("SELECT replicate, epoch, name FROM metrics"), ElementsAre("2|1|val_f1"));
  EXPECT_THAT(sql.rows("SELECT replicate, epochs_done FROM replicates"), ElementsAre("0|4", "2|1"));
  EXPECT_EQ(sql.row("SELECT epochs_done FROM trials"), "5") << "of all replicates";
  EXPECT_EQ(f.store.epochs({1, 2}).at(0).val_accuracy, 0.25);
  EXPECT_EQ(f.store.epochs(1).at(0).val_accuracy, 0.75);
}

TEST(RecordEpoch, OverwritesAnEpochThatIsTrainedAgain) {
  StoreFixture f;
  start_trial(f.store, f.sweep, trial_start(0));
  record_epoch(f.store, f.sweep, 0, epoch_record(1, kNan));
  record_epoch(f.store, f.sweep, 0, epoch_record(1, 0.75));
  EXPECT_THAT(Sql(f.file).rows("SELECT epoch, val_accuracy, nonfinite FROM epochs"),
              ElementsAre("1|0.75|NULL"));
}

TEST(RecordEpoch, WritesNullForWhatIsNotFiniteAndNamesIt) {
  StoreFixture f;
  start_trial(f.store, f.sweep, trial_start(0));
  record_epoch(f.store, f.sweep, 0,
               {1, kNan, kInfinity, -kInfinity, kNan, kNan, kInfinity, kNan, kInfinity, 1.0});
  nn::EpochRecord one = epoch_record(2);
  one.grad_norm = kInfinity;
  record_epoch(f.store, f.sweep, 0, one);
  Sql sql(f.file);
  EXPECT_THAT(
      sql.rows(
          "SELECT train_loss, train_accuracy, val_loss, val_accuracy, learning_rate, grad_norm, "
          "weight_norm, update_ratio, nonfinite FROM epochs"),
      ElementsAre("NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|train_loss,train_accuracy,val_loss,"
                  "learning_rate,grad_norm,weight_norm,update_ratio",
                  "0.1|0.2|0.3|0.5|0.5|NULL|0.7|0.8|grad_norm"));
  EXPECT_TRUE(std::isnan(f.store.epochs(1)[0].val_loss));
  EXPECT_EQ(f.store.epochs(1)[1].val_accuracy, 0.5);
}

TEST(RecordEpoch, NamesNoAccuracyWhereThereIsNone) {
  StoreFixture f;
  start_trial(f.store, f.sweep, trial_start(0));
  nn::EpochRecord regression = epoch_record(1);
  regression.train_accuracy = kNan;
  regression.val_accuracy = kNan;
  record_epoch(f.store, f.sweep, 0, regression);
  EXPECT_EQ(Sql(f.file).row("SELECT train_accuracy, val_accuracy, nonfinite FROM epochs"),
            "NULL|NULL|NULL");
}

TEST(RecordEpoch, WritesTheFurtherMetricsThatAreThere) {
  StoreFixture f;
  start_trial(f.store, f.sweep, trial_start(0));
  nn::EpochRecord record = epoch_record(1);
  record.val_f1 = 0.25;
  record.val_auc = kNan;
  record.val_rmse = kInfinity;
  record_epoch(f.store, f.sweep, 0, record);
  record.epoch = 2;
  for (const nn::EpochMetric& metric : nn::kEpochMetrics) {
    record.*metric.field = 0.5;
  }
  record_epoch(f.store, f.sweep, 0, record);
  record.val_f1 = 0.75;
  record_epoch(f.store, f.sweep, 0, record);
  EXPECT_THAT(
      Sql(f.file).rows(
          "SELECT trial_id, replicate, epoch, name, value FROM metrics ORDER BY epoch, name"),
      ElementsAre("1|0|1|val_f1|0.25", "1|0|2|val_auc|0.5", "1|0|2|val_balanced_accuracy|0.5",
                  "1|0|2|val_f1|0.75", "1|0|2|val_mae|0.5", "1|0|2|val_r2|0.5",
                  "1|0|2|val_rmse|0.5"));
  EXPECT_TRUE(std::isnan(f.store.epochs(1)[1].val_f1)) << "epochs are their own columns alone";
}

TEST(EndTrial, WritesHowItEnded) {
  StoreFixture f;
  f.trial(0, TrialState::kComplete, 0.75);
  f.trial(1, TrialState::kPruned, 0.5);
  f.trial(2, TrialState::kDiverged);
  start_trial(f.store, f.sweep, trial_start(3));
  TrialEnd failed = trial_end(3, TrialState::kFailed);
  failed.reason = "no memory";
  end_trial(f.store, f.sweep, failed);
  f.trial(4, TrialState::kInterrupted);
  Sql sql(f.file);
  EXPECT_THAT(
      sql.rows("SELECT state, value, score, best_epoch, epochs_done, seconds, reason, "
               "finished_at IS NULL FROM trials ORDER BY number"),
      ElementsAre("complete|0.75|-0.75|2|3|1.5|NULL|0", "pruned|0.5|-0.5|2|3|1.5|NULL|0",
                  "diverged|NULL|NULL|NULL|3|1.5|NULL|0", "failed|NULL|NULL|NULL|3|1.5|no memory|0",
                  "interrupted|NULL|NULL|NULL|3|1.5|NULL|1"));
  EXPECT_THAT(sql.rows("SELECT state, value, best_epoch, epochs_done, seconds FROM replicates "
                       "ORDER BY trial_id"),
              ElementsAre("complete|0.75|2|3|1.5", "pruned|0.5|2|3|1.5", "diverged|NULL|NULL|3|1.5",
                          "failed|NULL|NULL|3|1.5", "interrupted|NULL|NULL|3|1.5"));
}

TEST(Trials, ReadBackByNumberWhatWasWritten) {
  StoreFixture f;
  f.trial(2, TrialState::kDiverged);
  f.trial(0, TrialState::kComplete, 0.75);
  const std::vector<TrialRow> rows = f.store.trials(f.sweep);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].number, 0U);
  EXPECT_EQ(rows[0].trial_id, 2);
  EXPECT_EQ(rows[0].state, TrialState::kComplete);
  EXPECT_EQ(rows[0].value, 0.75);
  EXPECT_EQ(rows[0].best_epoch, 2);
  EXPECT_EQ(rows[0].seed, 1000U);
  EXPECT_EQ(rows[0].seconds, 1.5);
  EXPECT_TRUE(rows[0].finished_at);
  EXPECT_EQ(rows[1].number, 2U);
  EXPECT_EQ(rows[1].value, std::nullopt);
  EXPECT_EQ(rows[1].best_epoch, std::nullopt);
}

TEST(Trials, AreNotReadWhenTheirStateIsUnknown) {
  StoreFixture f;
  f.trial(0, TrialState::kComplete, 0.75);
  Sql(f.file).run("PRAGMA ignore_check_constraints = ON; UPDATE trials SET state = 'odd'");
  EXPECT_THROW(f.store.trials(f.sweep), StoreError);
}

TEST(Records, OfATrialWithoutARowAreRefused) {
  StoreFixture f;
  EXPECT_THROW(record_epoch(f.store, f.sweep, 3, epoch_record(1)), StoreError);
  EXPECT_THROW(end_trial(f.store, f.sweep, trial_end(3, TrialState::kComplete, 0.5)), StoreError);
  EXPECT_THROW(f.store.add_event(f.sweep, 3, {"note", "{}"}), StoreError);
}

TEST(Trials, AreNotReadWhenTheirOriginIsUnknown) {
  StoreFixture f;
  f.trial(0, TrialState::kComplete, 0.75);
  Sql(f.file).run("PRAGMA ignore_check_constraints = ON; UPDATE trials SET origin = 'odd'");
  EXPECT_THROW(f.store.trials(f.sweep), StoreError);
}

TEST(Sweeps, WithAnUnknownStateAreRefusedAndWithAnUnknownReasonAreNot) {
  StoreFixture f;
  Sql sql(f.file);
  sql.run("UPDATE sweeps SET stop_reason = 'boredom'");
  EXPECT_EQ(f.store.find_sweep("s")->stop_reason, StopReason::kUnknown);
  sql.run("PRAGMA ignore_check_constraints = ON; UPDATE sweeps SET state = 'odd'");
  try {
    f.store.find_sweep("s");
    FAIL() << "read";
  } catch (const StoreError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("sweep 's' has the unknown state 'odd'"));
  }
}

TEST(Events, AreReadOldestFirstAndByKind) {
  StoreFixture f;
  f.store.add_event(f.sweep, std::nullopt, {"note", "1"});
  f.store.add_event(f.sweep, std::nullopt, {"other", "2"});
  f.store.add_event(f.sweep, std::nullopt, {"note", "3"});
  const std::vector<EventRow> notes = f.store.events(f.sweep, "note");
  ASSERT_EQ(notes.size(), 2U);
  EXPECT_EQ(notes[0].detail_json + notes[1].detail_json, "13");
  EXPECT_THAT(f.store.events(f.sweep + 1, "note"), IsEmpty());
}

TEST(ActiveSeconds, AddUp) {
  StoreFixture f;
  f.store.add_active_seconds(f.sweep, 1.5);
  f.store.add_active_seconds(f.sweep, 0.25);
  EXPECT_EQ(Sql(f.file).row("SELECT active_seconds FROM sweeps"), "1.75");
}

// A statement that SQLite has refused is as good as new for the next batch.
TEST(StoreTrials, GoesOnAfterABatchThatFailed) {
  StoreFixture f;
  start_trial(f.store, f.sweep, trial_start(0));
  Sql(f.file).run(
      "CREATE TRIGGER refuse BEFORE INSERT ON epochs WHEN new.epoch = 2 BEGIN "
      "SELECT RAISE(ABORT, 'refused'); END");
  record_epoch(f.store, f.sweep, 0, epoch_record(1));
  EXPECT_THROW(record_epoch(f.store, f.sweep, 0, epoch_record(2)), StoreError);
  record_epoch(f.store, f.sweep, 0, epoch_record(3));
  EXPECT_EQ(Sql(f.file).rows("SELECT epoch FROM epochs ORDER BY epoch"),
            (std::vector<std::string>{"1", "3"}));
}

}  // namespace
}  // namespace hpsearch::storage
