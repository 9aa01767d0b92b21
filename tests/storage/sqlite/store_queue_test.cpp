// Trials that wait for the next run.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/error.h"
#include "storage/queries.h"
#include "tests/storage/store_fixtures.h"

namespace hpsearch::storage {
namespace {

using search::TrialState;

TEST(StoreQueue, EnqueuesATrialThatBeginsWithItsFirstAttempt) {
  StoreFixture f;
  enqueue_trial(f.store, f.sweep, trial_start(4, {{"rate", 0.5}}, {0.25}));
  Sql sql(f.file);
  EXPECT_EQ(sql.row("SELECT number, state, origin, attempt, seed, stage, epochs, params_json, "
                    "started_at, worker FROM trials"),
            "4|queued|enqueued|0|1004|0|3|{\"rate\":0.5}|NULL|NULL");
  EXPECT_EQ(sql.row("SELECT name, value, unit FROM params"), "rate|0.5|0.25");
  EXPECT_EQ(sql.row("SELECT kind FROM events"), "enqueued");
  start_trial(f.store, f.sweep, trial_start(4, {{"rate", 0.5}}, {0.25}));
  EXPECT_EQ(sql.row("SELECT state, origin, attempt, worker FROM trials"), "running|enqueued|1|w0");
  EXPECT_EQ(sql.row("SELECT COUNT(*) FROM params"), "1");
}

TEST(StoreQueue, RefusesANumberThatIsTaken) {
  StoreFixture f;
  enqueue_trial(f.store, f.sweep, trial_start(4));
  EXPECT_THROW(enqueue_trial(f.store, f.sweep, trial_start(4)), StoreError);
}

TEST(StoreQueue, EnqueuesAllOrNothing) {
  StoreFixture f;
  const std::vector<TrialStart> trials{trial_start(0, {{"rate", 0.5}}), trial_start(1),
                                       trial_start(0)};
  EXPECT_THROW(f.store.enqueue(f.sweep, trials), StoreError);
  Sql sql(f.file);
  for (const char* table : {"trials", "params", "events"}) {
    EXPECT_EQ(sql.row(std::string("SELECT COUNT(*) FROM ") + table), "0") << table;
  }
}

TEST(StoreQueue, PutsAFailedTrialBackWithItsEpochs) {
  StoreFixture f;
  start_trial(f.store, f.sweep, trial_start(0));
  record_epoch(f.store, f.sweep, 0, epoch_record(1));
  TrialEnd end = trial_end(0, TrialState::kFailed);
  end.reason = "out of memory";
  end_trial(f.store, f.sweep, end);
  f.trial(1, TrialState::kComplete, 0.5);
  f.store.put_back(f.sweep, {0});
  Sql sql(f.file);
  EXPECT_EQ(
      sql.row("SELECT state, reason, finished_at, attempt, seed FROM trials WHERE number = 0"),
      "queued|NULL|NULL|1|1000");
  EXPECT_EQ(sql.row("SELECT state FROM trials WHERE number = 1"), "complete");
  EXPECT_EQ(sql.row("SELECT state FROM replicates WHERE trial_id = 1"), "queued");
  EXPECT_EQ(sql.row("SELECT COUNT(*) FROM epochs WHERE trial_id = 1"), "1");
  EXPECT_EQ(sql.row("SELECT kind, detail_json FROM events"),
            "retried|{\"reason\":\"out of memory\",\"attempt\":1}");
}

TEST(StoreQueue, PutsAllBackOrNone) {
  StoreFixture f;
  f.trial(0, TrialState::kFailed);
  EXPECT_THROW(f.store.put_back(f.sweep, {0, 7}), StoreError);
  EXPECT_EQ(Sql(f.file).row("SELECT state FROM trials"), "failed");
}

// A limit that is lowered and raised again gives a queued trial back as one.
TEST(StoreQueue, StayQueuedBeyondALimitThatIsRaisedAgain) {
  StoreFixture f;
  enqueue_trial(f.store, f.sweep, trial_start(4));
  f.begin_run(2);
  Sql sql(f.file);
  EXPECT_EQ(sql.row("SELECT state, reason FROM trials"), "interrupted|beyond_stop");
  f.begin_run(5);
  EXPECT_EQ(sql.row("SELECT state, reason FROM trials"), "queued|NULL");
}

}  // namespace
}  // namespace hpsearch::storage
