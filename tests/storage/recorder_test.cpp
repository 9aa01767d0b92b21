#include "storage/recorder.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/error.h"
#include "storage/sqlite/database.h"
#include "storage/utc_now.h"
#include "tests/storage/store_fixtures.h"
#include "tests/support/memory_journal.h"

namespace hpsearch::storage {
namespace {

using search::TrialState;
using testing::ElementsAre;
using testing::HasSubstr;

class RecorderTest : public testing::Test {
 protected:
  std::unique_ptr<Recorder> recorder(std::function<void()> on_failure = {}) {
    return std::make_unique<Recorder>(f.store, f.sweep, std::move(on_failure));
  }
  // Makes every later record of an epoch fail.
  void break_epochs() { Sql(f.file).run("DROP VIEW learning_curves; DROP TABLE epochs"); }

  StoreFixture f;
};

template <class Work>
std::string error_of(Work work) {
  try {
    work();
  } catch (const StoreError& error) {
    return error.what();
  }
  return "no error";
}

TEST_F(RecorderTest, CommitsInTheOrderOfTheCalls) {
  const auto r = recorder();
  r->start_trial(trial_start(0));
  for (int i = 0; i < 500; ++i) {
    r->add_event(0, {"note", std::to_string(i)});
    r->record_epoch(0, epoch_record(1, i));  // the last of equal epochs stays
  }
  r->end_trial(trial_end(0, TrialState::kComplete, 0.5));
  r->flush();
  Sql sql(f.file);
  const auto notes =
      sql.rows("SELECT detail_json FROM events WHERE kind = 'note' ORDER BY event_id");
  ASSERT_EQ(notes.size(), 500U);
  for (std::size_t i = 0; i < notes.size(); ++i) {
    ASSERT_EQ(notes[i], std::to_string(i));
  }
  EXPECT_THAT(sql.rows("SELECT epoch, val_accuracy FROM epochs"), ElementsAre("1|499.0"));
  EXPECT_EQ(sql.row("SELECT state FROM trials"), "complete");
}

TEST_F(RecorderTest, ShowsToOthersWhatHasBeenFlushed) {
  const auto r = recorder();
  Sql reader(f.file);
  r->start_trial(trial_start(0));
  for (int epoch = 1; epoch <= 20; ++epoch) {
    r->record_epoch(0, epoch_record(epoch));
    r->flush();
    ASSERT_EQ(reader.row("SELECT epochs_done FROM trials"), std::to_string(epoch));
  }
}

TEST_F(RecorderTest, TakesFromManyThreads) {
  constexpr std::uint64_t kThreads = 8;
  constexpr int kEpochs = 300;
  const auto r = recorder();
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t number = 0; number < kThreads; ++number) {
      threads.emplace_back([&, number] {
        r->start_trial(trial_start(number));
        for (int epoch = 1; epoch <= kEpochs; ++epoch) {
          r->record_epoch(number, epoch_record(epoch, static_cast<double>(number)));
        }
        r->end_trial(trial_end(number, TrialState::kComplete, 0.5));
      });
    }
  }
  r->close();
  Sql sql(f.file);
  EXPECT_EQ(sql.row("SELECT COUNT(*) FROM trials WHERE state = 'complete'"), "8");
  EXPECT_THAT(sql.rows("SELECT COUNT(*), MIN(epoch), MAX(epoch) FROM epochs JOIN trials "
                       "USING(trial_id) WHERE val_accuracy = number GROUP BY trial_id"),
              testing::AllOf(testing::SizeIs(8), testing::Each("300|1|300")));
}

// A flush waits for what was handed over before it, not for a moment without work.
TEST_F(RecorderTest, FlushesWhileOthersKeepHandingOver) {
  const auto r = recorder();
  r->start_trial(trial_start(0));
  std::atomic<bool> flushed = false;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      while (!flushed) {
        r->record_epoch(0, epoch_record(1));
      }
    });
  }
  for (int i = 0; i < 5; ++i) {
    r->flush();
  }
  flushed = true;
}

TEST_F(RecorderTest, CommitsInItsDestructorWhatWasHandedOver) {
  {
    const auto r = recorder();
    r->start_trial(trial_start(0));
    r->record_epoch(0, epoch_record(1));
  }
  EXPECT_EQ(Sql(f.file).row("SELECT COUNT(*) FROM epochs"), "1");
}

TEST_F(RecorderTest, GivesTheStoreBack) {
  const auto r = recorder();
  r->start_trial(trial_start(0));
  r->close();
  EXPECT_EQ(f.store.trials(f.sweep).size(), 1U);
  start_trial(f.store, f.sweep, trial_start(1));
  EXPECT_EQ(Sql(f.file).row("SELECT COUNT(*) FROM trials"), "2");
}

// Times of this form sort as the moments do.
TEST_F(RecorderTest, WritesWhenSomethingHappenedAndNotWhenItWasWritten) {
  const auto r = recorder();
  Sql sql(f.file);
  sql.run("BEGIN IMMEDIATE");  // nothing can be written meanwhile
  r->start_trial(trial_start(0));
  r->add_event(0, {"note", "{}"});
  r->end_trial(trial_end(0, TrialState::kComplete, 0.5));
  const std::string after = utc_now();
  while (utc_now() == after) {
  }
  sql.run("COMMIT");
  r->flush();
  for (const char* time : {"SELECT started_at FROM trials", "SELECT finished_at FROM trials",
                           "SELECT at FROM events WHERE kind = 'note'"}) {
    EXPECT_LE(sql.row(time), after) << time;
  }
}

// A recorder needs no more of a database than its journal.
TEST(Recorder, WritesToAnyJournal) {
  test::MemoryJournal journal;
  Recorder recorder(journal, 1);
  recorder.start_trial(trial_start(4));
  recorder.record_epoch(4, epoch_record(1));
  recorder.record_epoch({4, 1}, epoch_record(1));
  recorder.end_trial(trial_end(4, TrialState::kComplete, 0.5));
  recorder.flush();
  ASSERT_EQ(journal.entries().size(), 4U);
  EXPECT_EQ(journal.of<EpochEntry>().at(1).training.replicate, 1);
  EXPECT_EQ(journal.of<TrialEnd>().at(0).value, 0.5);
  journal.fail();
  recorder.add_event({}, {"note", "{}"});
  EXPECT_THAT(error_of([&] { recorder.close(); }), HasSubstr("no room"));
  EXPECT_THAT(error_of([&] { recorder.close(); }), HasSubstr("no room")) << "asked again";
  EXPECT_EQ(journal.entries().size(), 4U);
}

TEST_F(RecorderTest, CountsTheTimeItWasOpen) {
  const auto r = recorder();
  r->close();
  const double seconds = std::stod(Sql(f.file).row("SELECT active_seconds FROM sweeps"));
  EXPECT_GT(seconds, 0.0);
}

TEST_F(RecorderTest, RethrowsTheWritersErrorAndTellsOnce) {
  std::atomic<int> failures = 0;
  auto r = recorder([&] { ++failures; });
  r->start_trial(trial_start(0));
  r->flush();
  break_epochs();
  r->record_epoch(0, epoch_record(1));
  EXPECT_THAT(error_of([&] { r->flush(); }), HasSubstr("epochs"));
  EXPECT_THAT(error_of([&] { r->flush(); }), HasSubstr("epochs")) << "asked again";
  EXPECT_THAT(error_of([&] { r->record_epoch(0, epoch_record(2)); }), HasSubstr("epochs"));
  EXPECT_THAT(error_of([&] { r->close(); }), HasSubstr("epochs"));
  r.reset();  // waits for the writer: the count is final
  EXPECT_EQ(failures, 1);
}

TEST_F(RecorderTest, NamesTheTrialWithoutARowAndKeepsWhatWasCommitted) {
  auto r = recorder();
  r->start_trial(trial_start(0));
  r->flush();
  r->record_epoch(7, epoch_record(1));
  EXPECT_THAT(error_of([&] { r->close(); }), HasSubstr("trial 7 has no row"));
  r.reset();
  EXPECT_EQ(Sql(f.file).row("SELECT state FROM trials"), "running");
  EXPECT_EQ(Sql(f.file).row("SELECT COUNT(*) FROM epochs"), "0");
}

TEST_F(RecorderTest, TellsWhenTheVeryLastCommitFails) {
  const auto r = recorder();
  Sql(f.file).run(
      "CREATE TRIGGER full BEFORE UPDATE ON sweeps BEGIN SELECT RAISE(FAIL, 'full'); END");
  EXPECT_THAT(error_of([&] { r->close(); }), HasSubstr("full"));
}

TEST_F(RecorderTest, DropsTheErrorInItsDestructor) {
  auto r = recorder();
  break_epochs();
  r->start_trial(trial_start(0));
  r->record_epoch(0, epoch_record(1));
  EXPECT_NO_THROW(r.reset());
}

TEST_F(RecorderTest, IsNotBlockedByALongReader) {
  Sql reader(f.file);
  reader.run("BEGIN; SELECT * FROM trials");
  const auto r = recorder();
  r->start_trial(trial_start(0));
  for (int epoch = 1; epoch <= 100; ++epoch) {
    r->record_epoch(0, epoch_record(epoch));
    r->flush();
  }
  r->close();
  EXPECT_EQ(reader.row("SELECT COUNT(*) FROM trials"), "0") << "the reader keeps its snapshot";
  reader.run("COMMIT");
  EXPECT_EQ(reader.row("SELECT epochs_done FROM trials"), "100");
}

}  // namespace
}  // namespace hpsearch::storage
