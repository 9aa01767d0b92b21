#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/error.h"
#include "storage/queries.h"
#include "tests/storage/store_fixtures.h"

namespace hpsearch::storage {
namespace {

using search::TrialState;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::MatchesRegex;

TEST(FindOrCreateSweep, WritesTheSweepAndItsStage) {
  test::TempFolder folder;
  const auto store_opened = open_store(folder.path() / "x.db", "1.0");
  Store& store = *store_opened;
  NewSweep sweep{"a",    "random", "val_loss", "minimize", (1ULL << 53) - 1,
                 "yaml", "hash",   "[1]",      "2.0"};
  const SweepRow row = store.find_or_create_sweep(sweep, {{0, std::nullopt, 50, "{\"x\":1}"}}, {});
  EXPECT_EQ(row.state, SweepState::kRunning);
  Sql sql(folder.path() / "x.db");
  EXPECT_THAT(
      sql.row("SELECT sweep_id, name, method, metric, goal, seed, config_yaml, config_hash, "
              "data_json, state, finished_at, active_seconds, stop_reason, tool_version, "
              "host_json, created_at FROM sweeps"),
      MatchesRegex("1\\|a\\|random\\|val_loss\\|minimize\\|9007199254740991\\|yaml\\|hash\\|"
                   "\\[1\\]\\|running\\|NULL\\|0.0\\|NULL\\|2.0\\|NULL\\|20.*Z"));
  EXPECT_EQ(sql.row("SELECT * FROM stages"), "1|0|NULL|50|{\"x\":1}");
}

// A sweep that begins with the results of an earlier one.
NewSweep warm_sweep(const std::string& name) {
  NewSweep sweep = new_sweep(name);
  const search::ParamSet params{{"learning_rate", 0.1}, {"units", std::int64_t{3}}};
  for (const std::uint64_t number : {4U, 9U}) {
    EarlierRow& row = sweep.earlier.emplace_back();
    row.result.number = number;
    row.result.params = params;
    row.source = "old.db:old";
  }
  sweep.earlier[0].result.score = 1.0 / 3.0;
  sweep.earlier[0].result.epochs = 7;
  sweep.earlier[1].result.state = TrialState::kDiverged;
  sweep.earlier[1].result.epochs = 2;
  sweep.events = {{"warm_started", R"({"sweep":"old"})"}};
  return sweep;
}

TEST(FindOrCreateSweep, KeepsTheResultsThatASweepBeginsWith) {
  StoreFixture f;
  const SweepRow sweep = f.store.find_or_create_sweep(warm_sweep("warm"), {{0, 3, 10, "{}"}}, {});
  const std::string where = " WHERE sweep_id = " + std::to_string(sweep.sweep_id);
  Sql sql(f.file);
  EXPECT_THAT(sql.rows("SELECT number, state, score * 3, epochs, params_json, source FROM "
                       "earlier_trials" +
                       where),
              ElementsAre(R"(4|complete|1.0|7|{"learning_rate":0.1,"units":3}|old.db:old)",
                          R"(9|diverged|NULL|2|{"learning_rate":0.1,"units":3}|old.db:old)"));
  EXPECT_THAT(sql.rows("SELECT kind, detail_json FROM events" + where),
              ElementsAre(R"(warm_started|{"sweep":"old"})"));
  for (const auto& rows : {f.store.earlier_trials(sweep.sweep_id),
                           open_queries(f.file)->earlier_trials(sweep.sweep_id)}) {
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].result.number, 4U);
    EXPECT_EQ(rows[0].result.state, search::TrialState::kComplete);
    EXPECT_EQ(rows[0].result.score, 1.0 / 3.0);
    EXPECT_EQ(rows[0].result.epochs, 7);
    EXPECT_EQ(rows[0].result.params,
              (search::ParamSet{{"learning_rate", 0.1}, {"units", std::int64_t{3}}}));
    EXPECT_EQ(rows[0].source, "old.db:old");
    EXPECT_EQ(rows[1].result.score, std::nullopt);
  }
  EXPECT_THAT(f.store.earlier_trials(f.sweep), IsEmpty());
}

TEST(FindOrCreateSweep, LeavesTheResultsOfAnExistingOneAsTheyAre) {
  StoreFixture f;
  f.store.find_or_create_sweep(warm_sweep("s"), {{0, 3, 10, "{}"}}, {});
  EXPECT_THAT(f.store.earlier_trials(f.sweep), IsEmpty());
  const SweepRow warm = f.store.find_or_create_sweep(warm_sweep("warm"), {{0, 3, 10, "{}"}}, {});
  f.store.set_aside(warm);
  EXPECT_EQ(f.store.earlier_trials(warm.sweep_id).size(), 2U);
}

TEST(FindOrCreateSweep, ReturnsTheExistingOneUnchanged) {
  StoreFixture f;
  const auto other_opened = open_store(f.file, "1.0");
  Store& other = *other_opened;
  NewSweep again = new_sweep("S");
  again.config_yaml = "name: other";
  const SweepRow row = other.find_or_create_sweep(again, {{0, 3, 99, "{}"}}, {});
  EXPECT_EQ(row.sweep_id, f.sweep);
  EXPECT_EQ(row.config_yaml, "name: x");
  EXPECT_EQ(Sql(f.file).row("SELECT COUNT(*) FROM stages"), "1");
  other.set_aside(row);  // the transaction of the call above has ended
}

TEST(FindSweep, DoesNotCareAboutCase) {
  StoreFixture f;
  ASSERT_TRUE(f.store.find_sweep("S"));
  EXPECT_EQ(f.store.find_sweep("S")->name, "s");
  EXPECT_FALSE(f.store.find_sweep("s2"));
}

class HostileNames : public testing::TestWithParam<const char*> {};

TEST_P(HostileNames, AreNothingButNames) {
  StoreFixture f;
  const std::string name = GetParam();
  const search::Space space{{name, search::Numeric{}}};
  const SweepRow sweep = make_sweep(f.store, name, "maximize", space);
  EXPECT_EQ(sweep.name, name);
  start_trial(f.store, sweep.sweep_id, trial_start(0, {{name, 0.25}}));
  Sql sql(f.file);
  std::string view = "SELECT * FROM \"trials_";
  for (const char c : name) {
    view += c == '"' ? "\"\"" : std::string(1, c);
  }
  EXPECT_EQ(sql.row(view + "\""), "0|1|running|NULL|NULL|0|NULL|NULL|0.25");
  EXPECT_EQ(f.store.set_aside(sweep), name + "~1");
  EXPECT_EQ(sql.row(view + "~1\""), "0|1|running|NULL|NULL|0|NULL|NULL|0.25");
  EXPECT_ANY_THROW(sql.row(view + "\"")) << "the old view is gone";
  EXPECT_EQ(sql.row("SELECT COUNT(*) FROM trials"), "1");
}

INSTANTIATE_TEST_SUITE_P(Store,
                         HostileNames,
                         testing::Values("x'); DROP TABLE trials;--",
                                         "\"",
                                         "a\"b\"\"c",
                                         "'quoted'",
                                         "\xF0\x9F\x9A\x80 \xC3\xA9t\xC3\xA9",
                                         "with\nnewline\tand tab",
                                         "[brackets] `ticks` %s ?1 :a",
                                         "\"trials_s\" AS SELECT",
                                         " "));

TEST(SetAside, CountsUp) {
  StoreFixture f;
  for (const char* expected : {"s~1", "s~2", "s~3"}) {
    EXPECT_EQ(f.store.set_aside(*f.store.find_sweep("s")), expected);
    make_sweep(f.store, "s");
  }
  EXPECT_THAT(Sql(f.file).rows("SELECT name FROM sweeps ORDER BY sweep_id"),
              ElementsAre("s~1", "s~2", "s~3", "s"));
}

TEST(SetAside, KeepsRowsAndTheirView) {
  StoreFixture f;
  f.trial(0, TrialState::kComplete, 0.75);
  f.store.set_aside(*f.store.find_sweep("s"));
  const std::int64_t fresh = make_sweep(f.store, "s").sweep_id;
  start_trial(f.store, fresh, trial_start(0));
  Sql sql(f.file);
  EXPECT_THAT(sql.rows("SELECT trial_id, value FROM \"trials_s~1\""), ElementsAre("1|0.75"));
  EXPECT_THAT(sql.rows("SELECT trial_id, value FROM trials_s"), ElementsAre("2|NULL"));
}

const char* kStates =
    "SELECT number, state, value, score, best_epoch, epochs_done, seconds, reason, "
    "finished_at IS NULL FROM trials ORDER BY number";

TEST(BeginRun, MarksWhatADeadProcessLeftRunning) {
  StoreFixture f;
  f.trial(0, TrialState::kComplete, 0.5);
  start_trial(f.store, f.sweep, trial_start(1));
  f.begin_run(10);
  EXPECT_THAT(Sql(f.file).rows("SELECT state, reason FROM trials ORDER BY number"),
              ElementsAre("complete|NULL", "interrupted|killed"));
  EXPECT_THAT(Sql(f.file).rows("SELECT state FROM replicates ORDER BY trial_id"),
              ElementsAre("complete", "interrupted"));
}

TEST(BeginRun, LeavesOtherSweepsAlone) {
  StoreFixture f;
  const std::int64_t other = make_sweep(f.store, "other").sweep_id;
  start_trial(f.store, other, trial_start(0));
  f.store.end_run(other, SweepState::kComplete, StopReason::kRunCap, 1,
                  {{1, "test_accuracy", 0.5}});
  start_trial(f.store, other, trial_start(1));
  Sql sql(f.file);
  const auto all = [&] {
    return sql.rows(
        "SELECT * FROM trials UNION ALL SELECT trial_id, name, epoch, value, 0,0,0,0,0,0,"
        "0,0,0,0,0,0,0,0,0,0,0,0,0 FROM metrics");
  };
  const auto before = all();
  f.begin_run(0);
  EXPECT_EQ(all(), before);
  EXPECT_EQ(sql.row("SELECT state FROM sweeps WHERE name = 'other'"), "complete");
}

TEST(BeginRun, TakesTheNewConfigurationAndRunCap) {
  StoreFixture f;
  f.store.end_run(f.sweep, SweepState::kComplete, StopReason::kRunCap, std::nullopt, {});
  f.store.begin_run(f.sweep, {"new yaml", "new hash", "{\"h\":1}", 77, {"print", 4, 77, true}});
  Sql sql(f.file);
  EXPECT_EQ(sql.row("SELECT state, finished_at, stop_reason, config_yaml, config_hash, host_json "
                    "FROM sweeps"),
            "running|NULL|NULL|new yaml|new hash|{\"h\":1}");
  EXPECT_EQ(sql.row("SELECT trials FROM stages"), "77");
  EXPECT_EQ(sql.row("SELECT detail_json FROM events WHERE kind = 'run_started'"),
            R"({"fingerprint":"print","workers":4,"run_cap":77})");
}

TEST(BeginRun, DeletesTheTestMetricsOnly) {
  StoreFixture f;
  f.trial(0, TrialState::kComplete, 0.5);
  f.store.end_run(f.sweep, SweepState::kComplete, StopReason::kRunCap, 1,
                  {{1, "test_accuracy", 0.5},
                   {1, "test_loss", 0.5},
                   {1, "tests", 1.0},
                   {0, "initial_loss", 2.3}});
  f.begin_run(10);
  EXPECT_THAT(Sql(f.file).rows("SELECT name FROM metrics ORDER BY name"),
              ElementsAre("initial_loss", "tests"));
}

TEST(BeginRun, ForgetsTheMetricsOfUnfinishedTrialsWithTheirEpochs) {
  StoreFixture f;
  nn::EpochRecord record = epoch_record(1);
  record.val_f1 = 0.5;
  for (const std::uint64_t number : {0U, 1U}) {
    start_trial(f.store, f.sweep, trial_start(number));
    record_epoch(f.store, f.sweep, number, record);
  }
  end_trial(f.store, f.sweep, trial_end(0, TrialState::kComplete, 0.5));
  f.store.begin_run(f.sweep, {"yaml", "hash", "{}", 10, {}, true});
  Sql sql(f.file);
  EXPECT_THAT(sql.rows("SELECT trial_id, name FROM metrics"), ElementsAre("1|val_f1"));
  EXPECT_THAT(sql.rows("SELECT trial_id FROM epochs"), ElementsAre("1"));
}

// A limit that is lowered and raised again gives every trial back, to the letter.
TEST(BeginRun, RestoresWhatALoweredLimitCutOff) {
  StoreFixture f;
  f.trial(0, TrialState::kComplete, 0.5);
  f.trial(1, TrialState::kComplete, 0.75);
  f.trial(2, TrialState::kDiverged);
  f.trial(3, TrialState::kPruned, 0.25);
  start_trial(f.store, f.sweep, trial_start(4));
  TrialEnd failed = trial_end(4, TrialState::kFailed);
  failed.reason = "out of \"memory\"";
  end_trial(f.store, f.sweep, failed);
  start_trial(f.store, f.sweep, trial_start(5));
  record_epoch(f.store, f.sweep, 5, epoch_record(1));
  f.store.end_run(f.sweep, SweepState::kInterrupted, StopReason::kSignal, std::nullopt, {});
  Sql sql(f.file);
  const std::vector<std::string> before = sql.rows(kStates);
  ASSERT_THAT(before[4], MatchesRegex("4\\|failed.*out of \"memory\"\\|0"));
  ASSERT_THAT(before[5], MatchesRegex("5\\|interrupted.*signal\\|1"));

  f.begin_run(3);
  EXPECT_THAT(sql.rows("SELECT state, reason FROM trials WHERE number >= 3"),
              testing::Each("interrupted|beyond_stop"));
  f.begin_run(1);
  EXPECT_THAT(sql.rows("SELECT state, reason FROM trials WHERE number >= 1"),
              testing::Each("interrupted|beyond_stop"));
  EXPECT_EQ(sql.row("SELECT value, epochs_done FROM trials WHERE number = 1"), "0.75|3")
      << "a trial beyond the limit keeps its rows and its value";
  EXPECT_THAT(sql.rows("SELECT trial FROM leaderboard"), ElementsAre("0"));
  f.begin_run(1);  // twice the same limit
  f.begin_run(2);
  EXPECT_THAT(sql.rows("SELECT trial FROM leaderboard"), ElementsAre("1", "0"));
  f.begin_run(10);
  EXPECT_EQ(sql.rows(kStates), before);
}

TEST(BeginRun, RestoresWhatATrialWasLast) {
  StoreFixture f;
  start_trial(f.store, f.sweep, trial_start(0));
  f.begin_run(0);  // cut off unfinished ...
  f.begin_run(1);
  EXPECT_EQ(Sql(f.file).row("SELECT state, reason FROM trials"), "interrupted|killed");
  f.trial(0, TrialState::kComplete, 0.5);
  f.begin_run(0);  // ... and again when finished
  f.begin_run(1);
  EXPECT_EQ(Sql(f.file).row("SELECT state, reason, value FROM trials"), "complete|NULL|0.5");
}

TEST(EndRun, WritesStateReasonWinnerAndEventTogether) {
  StoreFixture f;
  f.trial(0, TrialState::kComplete, 0.5);
  start_trial(f.store, f.sweep, trial_start(1));
  f.store.end_run(f.sweep, SweepState::kComplete, StopReason::kRunCap, 1,
                  {{2, "test_accuracy", 0.5}});
  Sql sql(f.file);
  EXPECT_THAT(sql.row("SELECT state, stop_reason, finished_at FROM sweeps"),
              MatchesRegex("complete\\|run_cap\\|20.*Z"));
  EXPECT_THAT(sql.rows("SELECT * FROM metrics"), ElementsAre("1|0|2|test_accuracy|0.5"));
  EXPECT_THAT(sql.rows("SELECT state, reason FROM trials ORDER BY number"),
              ElementsAre("complete|NULL", "interrupted|run_cap"));
  EXPECT_THAT(sql.rows("SELECT state FROM replicates ORDER BY trial_id"),
              ElementsAre("complete", "interrupted"));
  EXPECT_EQ(sql.row("SELECT json_extract(detail_json, '$.state'), "
                    "json_extract(detail_json, '$.reason') FROM events WHERE kind = 'run_ended'"),
            "complete|run_cap");
}

TEST(EndRun, WritesNothingWhenAPartOfItFails) {
  StoreFixture f;
  start_trial(f.store, f.sweep, trial_start(0));
  constexpr std::int64_t kNoSuchTrial = 999;
  EXPECT_THROW(f.store.end_run(f.sweep, SweepState::kComplete, StopReason::kRunCap, kNoSuchTrial,
                               {{2, "test_accuracy", 0.5}}),
               StoreError);
  Sql sql(f.file);
  EXPECT_EQ(sql.row("SELECT state, finished_at FROM sweeps"), "running|NULL");
  EXPECT_EQ(sql.row("SELECT state FROM trials"), "running");
  f.store.end_run(f.sweep, SweepState::kInterrupted, std::nullopt, std::nullopt,
                  {});  // and goes on working
  EXPECT_EQ(sql.row("SELECT state, stop_reason, finished_at FROM sweeps"), "interrupted|NULL|NULL");
}

TEST(EndRun, LeavesTheWholeDatabaseInTheMainFile) {
  StoreFixture f;
  f.trial(0, TrialState::kComplete, 0.5);
  f.store.end_run(f.sweep, SweepState::kComplete, StopReason::kRunCap, std::nullopt, {});
  const auto copy = f.folder.path() / "copy.db";
  std::filesystem::copy_file(f.file, copy);
  EXPECT_EQ(Sql(copy).row("SELECT state, (SELECT COUNT(*) FROM epochs) FROM sweeps"), "complete|1");
}

TEST(EndRun, SucceedsWhileAReaderHoldsAnOlderState) {
  StoreFixture f;
  Sql reader(f.file);
  reader.run("BEGIN; SELECT * FROM sweeps");
  f.store.end_run(f.sweep, SweepState::kComplete, StopReason::kRunCap, std::nullopt, {});
  EXPECT_EQ(reader.row("SELECT state FROM sweeps"), "running");
  reader.run("COMMIT");
  EXPECT_EQ(reader.row("SELECT state FROM sweeps"), "complete");
}

TEST(SetAside, FindsTheNextNumberWithoutRegardToCase) {
  StoreFixture f;
  f.store.set_aside(*f.store.find_sweep("s"));
  EXPECT_EQ(f.store.set_aside(make_sweep(f.store, "S")), "S~2");
}

TEST(BeginRun, ForgetsTheEpochsOfUnfinishedTrialsAloneWhereItIsToldTo) {
  for (const bool forget : {false, true}) {
    StoreFixture f;
    for (const std::uint64_t number : {0U, 1U, 2U}) {
      start_trial(f.store, f.sweep, trial_start(number));
      record_epoch(f.store, f.sweep, number, epoch_record(1));
    }
    TrialEnd end = trial_end(1, search::TrialState::kComplete, 0.5);
    end.epochs_done = 1;
    end_trial(f.store, f.sweep, end);
    Store::RunStart start;
    start.run_cap = 2;  // trial 2 is cut off, unfinished as it is: it may come back
    start.forget_unfinished = forget;
    f.store.begin_run(f.sweep, start);
    Sql sql(f.file);
    EXPECT_THAT(sql.rows("SELECT trial_id FROM epochs ORDER BY trial_id"),
                forget ? testing::Matcher<std::vector<std::string>>(ElementsAre("2"))
                       : testing::Matcher<std::vector<std::string>>(ElementsAre("1", "2", "3")));
    EXPECT_THAT(sql.rows("SELECT epochs_done = (SELECT count(*) FROM epochs e WHERE e.trial_id = "
                         "t.trial_id) FROM trials t"),
                testing::Each("1"));
    EXPECT_THAT(sql.rows("SELECT epochs_done = (SELECT count(*) FROM epochs e WHERE e.trial_id = "
                         "r.trial_id) FROM replicates r"),
                testing::Each("1"));
  }
}

TEST(Errors, NameTheFileAndWhatSqliteSays) {
  StoreFixture f;
  Sql(f.file).run("DROP VIEW leaderboard; DROP VIEW best_trials; DROP TABLE events");
  try {
    f.store.add_event(f.sweep, std::nullopt, {"note", "{}"});
    FAIL() << "written into a table that is not there";
  } catch (const StoreError& error) {
    EXPECT_THAT(error.what(), testing::StartsWith(f.file.string() + ": no such table: "));
  }
}

}  // namespace
}  // namespace hpsearch::storage
