// Several owners of claims in this process: each has locks and connections of its own, as several
// processes have. One that is destroyed leaves what a killed process leaves.

#include "storage/claims.h"

#include <filesystem>
#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/error.h"
#include "storage/events.h"
#include "storage/sweep_lock.h"
#include "tests/storage/backends.h"
#include "tests/storage/store_fixtures.h"

namespace hpsearch::storage {
namespace {

using search::TrialState;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ClaimsTest : public testing::TestWithParam<Backend> {
 protected:
  void SetUp() override {
    database = GetParam().make();
    if (!database) {
      GTEST_SKIP() << "PostgreSQL is not installed";
    }
    store = database->store();
    sweep = make_sweep(*store, "s").sweep_id;
  }

  std::unique_ptr<Claims> join() { return database->join(sweep, "s"); }

  static std::optional<int> claim(Claims& claims, std::uint64_t number) {
    ClaimRequest request{.start = trial_start(number)};
    request.start.worker = claims.worker("host", 0);
    const auto claimed = claims.claim(request);
    return claimed ? std::optional(claimed->attempt) : std::nullopt;
  }
  void write(Claims& claims, const Entry& entry, double seconds = 0.0) const {
    claims.journal().commit(sweep, {&entry, 1}, seconds);
  }
  static Standing look(Claims& claims, std::uint64_t number) {
    return claims.look({&number, 1}).at(0);
  }
  std::string row(const std::string& sql) { return database->rows(sql).at(0); }
  std::string trial(std::uint64_t number) {
    return row(
        "SELECT state || ' ' || attempt || ' ' || coalesce(reason, '-') FROM trials WHERE "
        "number = " +
        std::to_string(number));
  }
  bool is_file() const { return std::string(GetParam().name) == "Sqlite"; }

  std::unique_ptr<Database> database;
  std::unique_ptr<Store> store;
  std::int64_t sweep = 0;
};

TEST_P(ClaimsTest, GiveEachTrialToOneProcess) {
  const auto a = join();
  const auto b = join();
  EXPECT_EQ(claim(*a, 0), 1);
  EXPECT_EQ(claim(*b, 0), std::nullopt);
  EXPECT_EQ(claim(*b, 1), 1);
  EXPECT_TRUE(look(*a, 1).held);
  EXPECT_FALSE(look(*a, 2).row);
  EXPECT_TRUE(a->others_train());
  write(*b, trial_end(1, TrialState::kComplete, 0.75));
  EXPECT_FALSE(a->others_train());
  const Standing ended = look(*a, 1);
  EXPECT_FALSE(ended.held);
  EXPECT_EQ(ended.row->value, 0.75);
  EXPECT_EQ(claim(*a, 1), std::nullopt) << "it has ended";
  EXPECT_EQ(trial(0), "running 1 -");
}

TEST_P(ClaimsTest, FreeTheTrialsOfADeadProcess) {
  const auto a = join();
  auto b = join();
  ASSERT_EQ(claim(*b, 0), 1);
  write(*b, EpochEntry{0, epoch_record(1)});
  ASSERT_TRUE(look(*a, 0).held);
  b.reset();
  EXPECT_FALSE(look(*a, 0).held) << "although no row has changed";
  EXPECT_EQ(claim(*a, 0), 2);
  EXPECT_EQ(trial(0), "running 2 -");
  EXPECT_EQ(row("SELECT count(*) FROM epochs"), "1") << "to compare with";
}

TEST_P(ClaimsTest, ForgetEpochsThatNoAttemptCanRepeat) {
  const auto a = join();
  auto b = join();
  ASSERT_EQ(claim(*b, 0), 1);
  write(*b, EpochEntry{0, epoch_record(1)});
  b.reset();
  ClaimRequest request{.start = trial_start(0), .forget = true};
  ASSERT_TRUE(a->claim(request));
  EXPECT_EQ(row("SELECT count(*) FROM epochs"), "0");
  EXPECT_EQ(row("SELECT epochs_done FROM trials"), "0");
}

// The seat of a dead process is free for another one, whose trials those of the dead are not.
TEST_P(ClaimsTest, KnowANewProcessFromADeadOneOnTheSameSeat) {
  if (!is_file()) {
    GTEST_SKIP() << "no seat is given twice";
  }
  const auto a = join();
  auto b = join();
  ASSERT_EQ(claim(*b, 0), 1);
  const std::string seat = b->worker("h", 0);
  b.reset();
  const auto c = join();
  EXPECT_EQ(c->worker("h", 0), seat);
  EXPECT_FALSE(look(*a, 0).held);
  EXPECT_EQ(trial(0), "interrupted 1 killed");
  EXPECT_EQ(claim(*a, 0), 2);
}

TEST_P(ClaimsTest, GiveBackAtOnceWhatAProcessLeaves) {
  const auto a = join();
  const auto b = join();
  ASSERT_EQ(claim(*a, 0), 1);
  ASSERT_EQ(claim(*b, 1), 1);
  a->give_back("signal");
  EXPECT_EQ(trial(0), "interrupted 1 signal");
  EXPECT_EQ(trial(1), "running 1 -");
  EXPECT_EQ(claim(*b, 0), 2);
}

// A process that is wrongly taken for dead: somebody has removed the file of the locks.
TEST_P(ClaimsTest, DropWhatIsWrittenOfATrialThatAnotherProcessHas) {
  if (!is_file()) {
    GTEST_SKIP() << "its lease says so: see PostgresRun";
  }
  const auto stale = join();
  ASSERT_EQ(claim(*stale, 0), 1);
  ASSERT_EQ(claim(*stale, 1), 1);
  ASSERT_TRUE(std::filesystem::remove(SweepLock::file(database->path(), sweep)));
  const auto heir = join();
  ASSERT_EQ(claim(*heir, 0), 2);
  write(*heir, EpochEntry{0, epoch_record(1, 0.25)});
  write(*stale, EpochEntry{0, epoch_record(1, 0.75)});
  write(*stale, trial_end(0, TrialState::kFailed));
  EXPECT_EQ(row("SELECT val_accuracy FROM epochs"), "0.25");
  EXPECT_EQ(trial(0), "running 2 -");
  EXPECT_THAT(stale->take_lost(), ElementsAre(0U));
  EXPECT_THAT(stale->take_lost(), IsEmpty()) << "once";
  write(*heir, trial_end(0, TrialState::kComplete, 0.5));
  EXPECT_EQ(trial(0), "complete 2 -");
  EXPECT_THAT(heir->take_lost(), IsEmpty());
}

TEST_P(ClaimsTest, BeginNoTrialOnceOneProcessEndsTheSweep) {
  const auto a = join();
  auto b = join();
  ASSERT_TRUE(b->try_close());
  EXPECT_EQ(claim(*a, 0), std::nullopt);
  EXPECT_TRUE(a->is_closed());
  EXPECT_FALSE(look(*a, 0).row);
  b.reset();
  EXPECT_EQ(claim(*a, 0), 1) << "that process has died";
  EXPECT_FALSE(a->is_closed());
  store->end_run(sweep, SweepState::kComplete, StopReason::kRunCap, std::nullopt, {});
  EXPECT_EQ(claim(*a, 1), std::nullopt);
  EXPECT_TRUE(a->is_closed());
}

TEST_P(ClaimsTest, SayThatAnotherProcessHasEndedTheSweep) {
  store->end_run(sweep, SweepState::kInterrupted, StopReason::kSignal, std::nullopt, {});
  const auto a = join();
  a->say_begun();
  EXPECT_FALSE(a->is_over()) << "an earlier run has";
  store->end_run(sweep, SweepState::kComplete, StopReason::kRunCap, std::nullopt, {});
  EXPECT_TRUE(a->is_over());
}

TEST_P(ClaimsTest, TakeTurns) {
  const auto a = join();
  auto b = join();
  EXPECT_TRUE(a->try_turn());
  EXPECT_FALSE(b->try_turn());
  a->end_turn();
  EXPECT_TRUE(b->try_turn());
  EXPECT_FALSE(a->try_turn());
  EXPECT_FALSE(a->others_have_begun());
  b->say_begun();
  EXPECT_TRUE(a->others_have_begun());
  EXPECT_FALSE(b->others_have_begun()) << "it asks for others";
  b.reset();
  EXPECT_TRUE(a->try_turn()) << "a process that dies has it no more";
  EXPECT_FALSE(a->others_have_begun());
}

TEST_P(ClaimsTest, BeginAStageOnce) {
  const auto a = join();
  const auto b = join();
  const StageEntry stage{{0, 3, 10, "{\"mine\":1}"}, StageStarted{0, 10}.to_row()};
  ASSERT_TRUE(a->claim({.start = trial_start(0), .stage = stage, .events = {{"note", "1"}}}));
  ASSERT_TRUE(b->claim({.start = trial_start(1), .stage = stage}));
  EXPECT_EQ(row("SELECT count(*) FROM events WHERE kind = 'stage_started'"), "1");
  EXPECT_EQ(row("SELECT space_json FROM stages"), "{\"mine\":1}");
  EXPECT_EQ(row("SELECT count(*) FROM events WHERE kind = 'note' AND trial_id = 1"), "1");
}

// So the sweep's active time is that of the clock on the wall, however many processes train.
TEST_P(ClaimsTest, CountActiveTimeInOneProcess) {
  auto a = join();
  const auto b = join();
  ASSERT_EQ(claim(*a, 0), 1);
  ASSERT_EQ(claim(*b, 1), 1);
  write(*a, EpochEntry{0, epoch_record(1)}, 2.0);
  write(*b, EpochEntry{1, epoch_record(1)}, 2.0);
  EXPECT_EQ(row("SELECT CAST(active_seconds AS INTEGER) FROM sweeps"), "2");
  a.reset();
  write(*b, EpochEntry{1, epoch_record(2)}, 1.0);
  EXPECT_EQ(row("SELECT CAST(active_seconds AS INTEGER) FROM sweeps"), "3")
      << "the other one goes on";
}

TEST_P(ClaimsTest, KeepOutAProcessThatWouldRunTheSweepAlone) {
  auto a = join();
  auto b = join();
  EXPECT_TRUE(SweepLock::is_held(database->path(), sweep));
  EXPECT_EQ(SweepLock::owners(database->path(), sweep).size(), 2U);
  try {
    const SweepLock lock(database->path(), sweep, "s");
    FAIL() << "two processes run it";
  } catch (const SweepBusy& busy) {
    EXPECT_THAT(busy.what(), AllOf(HasSubstr(" and 1 other;"), HasSubstr("--join")));
  }
  a.reset();
  EXPECT_EQ(SweepLock::owners(database->path(), sweep).size(), 1U);
  b.reset();
  EXPECT_FALSE(is_file() && std::filesystem::exists(SweepLock::file(database->path(), sweep)));
  const SweepLock lock(database->path(), sweep, "s");
  EXPECT_THROW(join(), SweepBusy);
}

INSTANTIATE_TEST_SUITE_P(Backends, ClaimsTest, testing::ValuesIn(kBackends), [](const auto& suite) {
  return suite.param.name;
});

}  // namespace
}  // namespace hpsearch::storage
