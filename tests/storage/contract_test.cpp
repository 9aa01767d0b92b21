// What every backend must hold, whatever it keeps its rows in.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/base/random.h"
#include "search/sweep/standing.h"
#include "storage/error.h"
#include "tests/storage/backends.h"
#include "tests/storage/store_fixtures.h"

namespace hpsearch::storage {
namespace {

using search::TrialState;
using testing::ElementsAre;
using testing::IsEmpty;

class Contract : public testing::TestWithParam<Backend> {
 protected:
  // By number: state, reason, value, epochs done and attempt.
  std::vector<std::string> rows() {
    std::vector<std::string> result;
    for (const TrialRow& t : store->trials(sweep)) {
      result.push_back(std::string(search::to_text(t.state)) + " " + t.reason.value_or("-") + " " +
                       (t.value ? std::to_string(*t.value).substr(0, 4) : "-") + " " +
                       std::to_string(t.epochs_done) + " " + std::to_string(t.attempt));
    }
    return result;
  }
  std::int64_t id_of(std::uint64_t number) { return queries()->trial(sweep, number)->trial_id; }
  std::unique_ptr<Queries> queries() { return database->queries(); }

  // From its first row to its end, with one epoch.
  void trial(std::uint64_t number, TrialState state, std::optional<double> value = {}) {
    const std::vector<Entry> batch{trial_start(number), EpochEntry{number, epoch_record(1)},
                                   trial_end(number, state, value)};
    store->commit(sweep, batch);
  }
  void begin_run(std::int64_t run_cap) {
    store->begin_run(sweep, {"yaml", "hash", "{}", run_cap, {}});
  }

  void SetUp() override {
    database = GetParam().make();
    if (!database) {
      GTEST_SKIP() << "PostgreSQL is not installed";
    }
    store = database->store();
    sweep = make_sweep(*store, "s").sweep_id;
  }

  std::unique_ptr<Database> database;
  std::unique_ptr<Store> store;
  std::int64_t sweep = 0;
};

TEST_P(Contract, FindsASweepOrCreatesIt) {
  NewSweep again = new_sweep("S");
  again.config_yaml = "name: other";
  const SweepRow found = store->find_or_create_sweep(again, {{0, 3, 99, "{}"}}, {});
  EXPECT_EQ(found.sweep_id, sweep) << "names do not care about case";
  EXPECT_EQ(found.config_yaml, "name: x");
  EXPECT_EQ(found.state, SweepState::kRunning);
  ASSERT_EQ(store->stages(sweep).size(), 1U);
  EXPECT_EQ(store->stages(sweep)[0].trials, 10);
  EXPECT_NE(make_sweep(*store, "t").sweep_id, sweep);
  EXPECT_THAT(queries()->sweep_names(), ElementsAre("t", "s"));
  EXPECT_FALSE(store->find_sweep("u"));
}

TEST_P(Contract, SetsASweepAsideWithItsTrials) {
  trial(0, TrialState::kComplete, 0.5);
  EXPECT_EQ(store->set_aside(*store->find_sweep("s")), "s~1");
  EXPECT_FALSE(store->find_sweep("s"));
  const std::int64_t fresh = make_sweep(*store, "s").sweep_id;
  EXPECT_NE(fresh, sweep);
  EXPECT_THAT(store->trials(fresh), IsEmpty());
  EXPECT_EQ(store->trials(sweep).size(), 1U);
  EXPECT_EQ(queries()->best("s~1")->value, 0.5);
  EXPECT_EQ(store->set_aside(*store->find_sweep("s")), "s~2");
}

TEST_P(Contract, KeepsATrialExactlyOnce) {
  start_trial(*store, sweep, trial_start(3, {{"rate", 0.5}}, {0.25}));
  EXPECT_THAT(rows(), ElementsAre("running - - 0 1"));
  record_epoch(*store, sweep, 3, epoch_record(1, 0.25));
  record_epoch(*store, sweep, 3, epoch_record(2, 0.75));
  record_epoch(*store, sweep, 3, epoch_record(1, 0.5));  // trained again
  TrialStart again = trial_start(3, {{"rate", 0.5}}, {0.25});
  again.attempt = 2;
  start_trial(*store, sweep, again);
  end_trial(*store, sweep, trial_end(3, TrialState::kComplete, 0.75));
  EXPECT_THAT(rows(), ElementsAre("complete - 0.75 3 2"));
  const std::vector<nn::EpochRecord> epochs = store->epochs(id_of(3));
  ASSERT_EQ(epochs.size(), 2U);
  EXPECT_EQ(epochs[0].val_accuracy, 0.5);
  EXPECT_EQ(epochs[1].val_accuracy, 0.75);
  EXPECT_THAT(queries()->units(id_of(3)), ElementsAre(testing::Pair("rate", 0.25)));
  EXPECT_EQ(events_of<Resumed>(*store, sweep).size(), 1U);
}

TEST_P(Contract, WritesABatchWholeOrNotAtAll) {
  trial(0, TrialState::kComplete, 0.5);
  const std::vector<Entry> batch{trial_start(1), EventEntry{{}, {"note", "{}"}},
                                 EpochEntry{0, epoch_record(2)},
                                 trial_end(9, TrialState::kComplete, 0.5)};
  EXPECT_THROW(store->commit(sweep, batch, 5.0), StoreError) << "trial 9 has not begun";
  EXPECT_THAT(rows(), ElementsAre("complete - 0.50 3 1"));
  EXPECT_EQ(store->epochs(id_of(0)).size(), 1U);
  EXPECT_THAT(store->events(sweep, "note"), IsEmpty());
  EXPECT_EQ(store->find_sweep("s")->active_seconds, 0.0);
  trial(1, TrialState::kComplete, 0.25);  // and goes on working
  store->commit(sweep, {}, 1.5);
  EXPECT_EQ(store->find_sweep("s")->active_seconds, 1.5);
}

TEST_P(Contract, KeepsReplicatesApart) {
  start_trial(*store, sweep, trial_start(0));
  nn::EpochRecord record = epoch_record(1, 0.25);
  record.series = {{1, "penalty", 0.5}};
  record_epoch(*store, sweep, {0, 1}, record);
  EXPECT_THAT(store->epochs(id_of(0)), IsEmpty());
  EXPECT_EQ(store->epochs({id_of(0), 1}).size(), 1U);
  EXPECT_THAT(queries()->metrics(id_of(0)), IsEmpty());
  EXPECT_EQ(queries()->metric({id_of(0), 1}, "penalty").size(), 1U);
}

TEST_P(Contract, GivesBackWhatALimitCutOff) {
  trial(0, TrialState::kComplete, 0.5);
  trial(1, TrialState::kPruned, 0.25);
  TrialEnd failed = trial_end(2, TrialState::kFailed);
  failed.reason = "out of \"memory\"";
  start_trial(*store, sweep, trial_start(2));
  end_trial(*store, sweep, failed);
  start_trial(*store, sweep, trial_start(3));
  store->end_run(sweep, SweepState::kInterrupted, StopReason::kSignal, {}, {});
  const std::vector<std::string> before = rows();
  ASSERT_THAT(before, ElementsAre("complete - 0.50 3 1", "pruned - 0.25 3 1",
                                  "failed out of \"memory\" - 3 1", "interrupted signal - 0 1"));
  store->cut_beyond(sweep, 2);
  store->cut_beyond(sweep, 1);
  store->cut_beyond(sweep, 1);
  EXPECT_THAT(rows(),
              ElementsAre("complete - 0.50 3 1", "interrupted beyond_stop 0.25 3 1",
                          "interrupted beyond_stop - 3 1", "interrupted beyond_stop - 0 1"));
  begin_run(3);
  EXPECT_EQ(rows()[2], before[2]);
  EXPECT_EQ(rows()[3], "interrupted beyond_stop - 0 1");
  begin_run(10);
  EXPECT_EQ(rows(), before);
}

TEST_P(Contract, BeginsAndEndsRuns) {
  trial(0, TrialState::kComplete, 0.5);
  start_trial(*store, sweep, trial_start(1));
  store->end_run(sweep, SweepState::kComplete, StopReason::kTarget, id_of(0),
                 {{1, "test_accuracy", 0.5}});
  const SweepRow ended = *store->find_sweep("s");
  EXPECT_EQ(ended.state, SweepState::kComplete);
  EXPECT_EQ(ended.stop_reason, StopReason::kTarget);
  EXPECT_TRUE(ended.finished_at);
  EXPECT_EQ(rows()[1], "interrupted target - 0 1");
  EXPECT_EQ(queries()->metric(id_of(0), "test_accuracy").size(), 1U);
  EXPECT_EQ(events_of<RunEnded>(*store, sweep).at(0).reason, StopReason::kTarget);

  store->begin_run(sweep, {"new", "hash", "{}", 7, {"print", 2, 7, true}});
  const SweepRow begun = *store->find_sweep("s");
  EXPECT_EQ(begun.state, SweepState::kRunning);
  EXPECT_FALSE(begun.stop_reason);
  EXPECT_FALSE(begun.finished_at);
  EXPECT_EQ(begun.config_yaml, "new");
  EXPECT_EQ(store->stages(sweep)[0].trials, 7);
  EXPECT_THAT(queries()->metrics(id_of(0)), IsEmpty()) << "test metrics belong to an ended sweep";
  EXPECT_EQ(events_of<RunStarted>(*store, sweep).at(0).fingerprint, "print");
}

TEST_P(Contract, QueuesTrialsAllOrNone) {
  store->enqueue(sweep, std::vector{trial_start(0), trial_start(1)});
  EXPECT_THROW(store->enqueue(sweep, std::vector{trial_start(2), trial_start(0)}), StoreError);
  EXPECT_THAT(rows(), ElementsAre("queued - - 0 0", "queued - - 0 0"));
  EXPECT_EQ(store->trials(sweep)[0].origin, Origin::kEnqueued);
  trial(0, TrialState::kFailed);
  EXPECT_THROW(store->put_back(sweep, {0, 9}), StoreError);
  EXPECT_EQ(rows()[0], "failed - - 3 1");
  store->put_back(sweep, {0});
  EXPECT_EQ(rows()[0], "queued - - 3 1") << "its epochs stay";
  EXPECT_EQ(store->epochs(id_of(0)).size(), 1U);
  EXPECT_FALSE(store->trials(sweep)[0].finished_at);
  EXPECT_EQ(events_of<Retried>(*store, sweep).size(), 1U);
}

TEST_P(Contract, KeepsOneTrialForAnArtifactsPath) {
  trial(0, TrialState::kComplete, 0.5);
  trial(1, TrialState::kComplete, 0.75);
  const auto paths = [&](std::uint64_t number) {
    std::vector<std::string> result;
    for (const ArtifactRow& row : queries()->artifacts(id_of(number))) {
      result.push_back(row.name + ":" + row.path);
    }
    return result;
  };
  store->put_artifact(id_of(0), {"weights", "f/best", 1, "aa"});
  store->put_artifact(id_of(0), {"curve", "f/curve", 1, "bb"});
  EXPECT_THAT(paths(0), ElementsAre("curve:f/curve", "weights:f/best"));
  store->put_artifact(id_of(1), {"weights", "f/best", 2, "cc"});
  EXPECT_THAT(paths(0), ElementsAre("curve:f/curve"));
  store->put_artifact(id_of(1), {"weights", "f/other", 3, "dd"});
  EXPECT_THAT(paths(1), ElementsAre("weights:f/other"));
}

TEST_P(Contract, KeepsTheResultsThatASweepBeginsWith) {
  NewSweep warm = new_sweep("warm");
  search::Observation result;
  result.number = 4;
  result.params = {{"rate", 0.1}};
  result.score = 1.0 / 3.0;
  result.epochs = 7;
  warm.earlier = {{result, "old.db:old"}};
  warm.events = {WarmStarted{"old.db", "/old.db", "old", 9, 1}.to_row()};
  const std::int64_t id = store->find_or_create_sweep(warm, {{0, 3, 10, "{}"}}, {}).sweep_id;
  for (const auto& earlier : {store->earlier_trials(id), queries()->earlier_trials(id)}) {
    ASSERT_EQ(earlier.size(), 1U);
    EXPECT_EQ(earlier[0].result.number, 4U);
    EXPECT_EQ(earlier[0].result.score, 1.0 / 3.0);
    EXPECT_EQ(earlier[0].result.params, result.params);
    EXPECT_EQ(earlier[0].source, "old.db:old");
  }
  EXPECT_EQ(events_of<WarmStarted>(*store, id).at(0).trials, 9U);
  EXPECT_THAT(store->earlier_trials(sweep), IsEmpty());
}

TEST_P(Contract, ReadsEventsOldestFirst) {
  start_trial(*store, sweep, trial_start(5));
  store->add_event(sweep, {}, {"note", "1", "2026-02-01T00:00:00.000Z"});
  store->add_event(sweep, 5, {"other", "2", "2026-01-01T00:00:00.000Z"});
  store->add_event(sweep, 5, {"note", "3", "2026-01-01T00:00:00.000Z"});
  EXPECT_THROW(store->add_event(sweep, 6, {"note", "4"}), StoreError);
  std::string all;
  for (const LogRow& row : queries()->log(sweep)) {
    all += row.event.detail_json + (row.trial ? "t" : "s");
  }
  EXPECT_EQ(all, "1s2t3t") << "in the order of writing, not of their times";
  const auto notes = store->events(sweep, "note");
  ASSERT_EQ(notes.size(), 2U);
  EXPECT_EQ(notes[0].detail_json + notes[1].detail_json, "13");
  EXPECT_EQ(queries()->log(sweep, id_of(5)).size(), 2U);
}

TEST_P(Contract, RanksTrialsInTheOneOrder) {
  nn::Stream random(7, nn::Purpose::kSample);
  const TrialState states[] = {TrialState::kComplete, TrialState::kComplete, TrialState::kPruned,
                               TrialState::kDiverged, TrialState::kFailed};
  for (int round = 0; round < 12; ++round) {
    const std::string name = "random" + std::to_string(round);
    const std::int64_t id = make_sweep(*store, name).sweep_id;
    std::vector<search::Standing> standings;
    std::vector<Entry> batch;
    const std::uint64_t trials = random.below(30);
    for (std::uint64_t number = 0; number < trials; ++number) {
      const TrialState state = states[random.below(5)];
      const bool has_value =
          (state == TrialState::kComplete && random.below(6) > 0) || state == TrialState::kPruned;
      const auto value =
          has_value ? std::optional(static_cast<double>(random.below(4)) / 4.0) : std::nullopt;
      TrialStart start = trial_start(number);
      start.stage = static_cast<int>(random.below(3));
      batch.emplace_back(start);
      TrialEnd end = trial_end(number, state, value);
      // In half of the sweeps there are constraints on results.
      const double violation = round % 2 == 0 ? 0.0 : static_cast<double>(random.below(3)) / 8.0;
      if (round % 2 == 1) {
        end.verdict = TrialEnd::Verdict{{{"seconds", 1.0}}, violation, {}};
      }
      batch.emplace_back(end);
      standings.push_back({state, start.stage, value ? std::optional(-*value) : std::nullopt,
                           number, false, violation});
    }
    store->commit(id, batch);
    std::sort(standings.begin(), standings.end(), search::better);
    std::vector<std::uint64_t> expected;
    for (const search::Standing& standing : standings) {
      if (search::ranks(standing, standings.front())) {
        expected.push_back(standing.number);
      }
    }
    std::vector<std::uint64_t> numbers;
    for (const LeaderboardRow& row : queries()->leaderboard(name, 100)) {
      EXPECT_EQ(row.rank, static_cast<std::int64_t>(numbers.size()) + 1);
      EXPECT_EQ(queries()->rank(name, row.trial), row.rank);
      numbers.push_back(row.trial);
    }
    EXPECT_EQ(numbers, expected);
    const auto best = queries()->best(name);
    ASSERT_EQ(best.has_value(), !expected.empty());
    EXPECT_TRUE(!best || best->trial == expected.front());
  }
}

CheckpointEntry checkpoint(std::uint64_t trial, int replicate, int epoch) {
  const std::string path = "x.db.files/sweep1/checkpoints/" + std::to_string(trial) + "-" +
                           std::to_string(replicate) + "-" + std::to_string(epoch);
  return {{trial, replicate}, CheckpointFile{epoch, path, 100U + trial, "c0de"}};
}

// "trial.replicate epoch", in their order.
std::vector<std::string> checkpoints_of(Store& store, std::int64_t sweep) {
  std::vector<std::string> all;
  for (const CheckpointRow& row : store.checkpoints(sweep)) {
    EXPECT_EQ(row.file.bytes, 100U + row.training.number);
    EXPECT_EQ(row.file.sha256, "c0de");
    EXPECT_EQ(row.file.path,
              checkpoint(row.training.number, row.training.replicate, row.file.epoch).file->path);
    all.push_back(std::to_string(row.training.number) + "." +
                  std::to_string(row.training.replicate) + " " + std::to_string(row.file.epoch));
  }
  return all;
}

TEST_P(Contract, KeepsTheNewestCheckpointOfEachTrainingUntilItEnds) {
  TrialStart in_folds = trial_start(2);
  in_folds.in_folds = true;
  const std::vector<Entry> batch{trial_start(0),
                                 trial_start(1),
                                 in_folds,
                                 ReplicateStart{{2, 0}, 5, 0},
                                 ReplicateStart{{2, 1}, 6, 1},
                                 checkpoint(1, 0, 2),
                                 checkpoint(0, 0, 2),
                                 checkpoint(0, 0, 4),
                                 checkpoint(2, 0, 3),
                                 checkpoint(2, 1, 3)};
  store->commit(sweep, batch);
  EXPECT_THAT(checkpoints_of(*store, sweep), ElementsAre("0.0 4", "1.0 2", "2.0 3", "2.1 3"));
  // An interruption keeps them, as do a new run and a reopened database.
  const std::vector<Entry> stop{
      trial_end(0, TrialState::kInterrupted),
      ReplicateEnd{.training = {2, 0}, .state = TrialState::kInterrupted}};
  store->commit(sweep, stop);
  begin_run(10);
  store.reset();
  store = database->store();
  EXPECT_THAT(checkpoints_of(*store, sweep), ElementsAre("0.0 4", "1.0 2", "2.0 3", "2.1 3"));
  // Each end forgets its own.
  const std::vector<Entry> fold{ReplicateEnd{.training = {2, 0}, .state = TrialState::kComplete}};
  store->commit(sweep, fold);
  EXPECT_THAT(checkpoints_of(*store, sweep), ElementsAre("0.0 4", "1.0 2", "2.1 3"));
  const std::vector<Entry> ends{trial_end(0, TrialState::kComplete, 0.5),
                                trial_end(2, TrialState::kFailed)};
  store->commit(sweep, ends);
  EXPECT_THAT(checkpoints_of(*store, sweep), ElementsAre("1.0 2"));
  const std::vector<Entry> gone{CheckpointEntry{{1, 0}, std::nullopt}};
  store->commit(sweep, gone);
  EXPECT_THAT(checkpoints_of(*store, sweep), IsEmpty());
}

TEST_P(Contract, ForgetsCheckpointsThatNoRunCanUse) {
  const std::int64_t other = make_sweep(*store, "t").sweep_id;
  const std::vector<Entry> batch{trial_start(0), trial_start(1), checkpoint(0, 0, 1),
                                 checkpoint(1, 0, 1)};
  store->commit(sweep, batch);
  const std::vector<Entry> elsewhere{trial_start(0), checkpoint(0, 0, 9)};
  store->commit(other, elsewhere);
  store->keep_checkpoints(sweep, {1, 7});
  EXPECT_THAT(checkpoints_of(*store, sweep), ElementsAre("1.0 1"));
  // Its epochs are gone on another CPU, and with them what the state goes on from.
  store->begin_run(sweep, {"yaml", "hash", "{}", 10, {}, true});
  EXPECT_THAT(checkpoints_of(*store, sweep), IsEmpty());
  EXPECT_THAT(checkpoints_of(*store, other), ElementsAre("0.0 9"));
}

INSTANTIATE_TEST_SUITE_P(Backends, Contract, testing::ValuesIn(kBackends), [](const auto& suite) {
  return suite.param.name;
});

}  // namespace
}  // namespace hpsearch::storage
