// The search loop of several processes that share a sweep: each has a thread, claims and
// connections of its own here. What they find is compared with what one process finds alone.
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/sweep/digest.h"
#include "runner/run/driver.h"
#include "storage/error.h"
#include "tests/runner/run/played_sweep.h"

namespace hpsearch::runner {
namespace {

using test::Script;
using End = DriveResult::End;

// Follows from the parameter and the seed alone, as a network's training does.
Script by_parameter(const TrialTask& task) {
  const double l2 = std::get<double>(task.settings.at("l2"));
  const double noise = static_cast<double>(task.seed % 97) / 970.0;
  const double best = 0.9 - (l2 - 0.3) * (l2 - 0.3) + noise;
  return {.curve = {best - 0.3, best - 0.1 * l2, best - 0.05}};
}

// A thread for each training: the pool of oneTBB has one limit for all that use it in a process.
class Threads final : public Executor {
 public:
  void submit(std::function<void()> job) override { threads_.emplace_back(std::move(job)); }

 private:
  std::vector<std::jthread> threads_;
};

// One process: joins, trains and leaves.
DriveResult drive_joined(const PlayedSweep& sweep,
                         TrialFactory& trials,
                         int workers,
                         const std::stop_token& stop = {},
                         CallLimits call = {}) {
  const auto claims = storage::open_claims(sweep.database(), "test", sweep.id, sweep.spec().name);
  claims->say_begun();
  // All as of one moment: others begin and end trials meanwhile.
  std::optional<storage::Claims::Snapshot> snapshot(*claims);
  storage::Reader& rows = claims->reader();
  const auto own = sweep.sampler(rows);
  const auto stages = rows.stages(sweep.id);
  std::set<int> begun;
  for (const auto& event : storage::events_of<storage::StageStarted>(rows, sweep.id)) {
    begun.insert(event.stage);
  }
  const search::Learns learns = sweep.method().learns;
  Plan plan = make_plan(rows.trials(sweep.id), sweep.spec().limits, sweep.spec().metric,
                        own->size(), learns != search::Learns::kNothing, promotes(sweep.spec()));
  const StoredTrials stored = stored_trials(rows, plan.unfinished, sweep.spec());
  add_curves(plan, rows, sweep.id, sweep.spec());
  snapshot.reset();
  storage::Recorder recorder(claims->journal(), sweep.id);
  Lines lines;
  Progress progress(lines.printer);
  Threads executor;
  DriverParts parts{sweep.spec(), trials,   *own,    learns,        stages,       begun, recorder,
                    executor,     progress, workers, stored.epochs, std::nullopt, call};
  parts.folds = stored.folds;
  parts.claims = claims.get();
  DriveResult result = drive(std::move(parts), std::move(plan), stop);
  recorder.close();
  return result;
}

DriveResult drive_joined(PlayedSweep& sweep, int workers, const std::stop_token& stop = {}) {
  return drive_joined(sweep, sweep.trials, workers, stop);
}

// As many processes at once.
void drive_together(PlayedSweep& sweep, int processes, int workers = 1) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < processes; ++i) {
    threads.emplace_back([&] { EXPECT_EQ(drive_joined(sweep, workers).end, End::kComplete); });
  }
}

constexpr char kOnce[] =
    "SELECT count(*) FROM trials WHERE attempt = 1 AND state IN ('complete', 'pruned')";

struct Kind {
  std::string name;
  std::string yaml;
};

class JoinedKinds : public testing::TestWithParam<Kind> {};

TEST_P(JoinedKinds, FindWhatOneProcessFinds) {
  PlayedSweep alone(GetParam().yaml, by_parameter);
  ASSERT_EQ(alone.drive(2).end, End::kComplete);
  const std::string trials = alone.query("SELECT count(*) FROM trials");
  for (const int processes : {2, 3, 8}) {
    PlayedSweep sweep(GetParam().yaml, by_parameter);
    drive_together(sweep, processes, processes == 3 ? 2 : 1);
    EXPECT_EQ(digest(sweep), digest(alone)) << processes << " processes";
    EXPECT_EQ(sweep.query(kOnce), trials) << "each trial once";
    EXPECT_EQ(sweep.query("SELECT count(*) FROM epochs"),
              alone.query("SELECT count(*) FROM epochs"));
    EXPECT_EQ(sweep.query("SELECT count(*) FROM events WHERE kind = 'stage_started'"),
              alone.query("SELECT count(*) FROM events WHERE kind = 'stage_started'"));
    EXPECT_EQ(sweep.query("SELECT count(*) FROM events WHERE kind = 'suggested'"),
              alone.query("SELECT count(*) FROM events WHERE kind = 'suggested'"));
  }
}

std::string with_folds(std::string yaml) {
  return yaml.replace(yaml.find("source: xor"), 11, "source: xor, folds: 3");
}

const std::string kParameters = "parameters: {l2: {min: 0.0, max: 1.0}}\n";

INSTANTIATE_TEST_SUITE_P(
    All,
    JoinedKinds,
    testing::Values(
        Kind{"random", played_yaml(24)},
        Kind{"tpe", played_yaml(24, "method: tpe\nsearch: {startup: 6}\n" + kParameters)},
        Kind{"bayes", played_yaml(16, "method: bayes\n" + kParameters)},
        Kind{"coarse_to_fine",
             played_yaml(24,
                         "method: coarse_to_fine\n"
                         "search: {stages: [{share: 0.5, epochs: 1}, {share: 0.5, epochs: 3}]}\n" +
                             kParameters)},
        Kind{"median", played_yaml(24, "early_terminate: {type: median}\n" + kParameters)},
        Kind{"asha",
             played_yaml(24,
                         "early_terminate: {type: asha, mode: promote, min_iter: 1, eta: 2}\n" +
                             kParameters)},
        Kind{"folds", with_folds(played_yaml(10))}),
    [](const auto& kind) { return kind.param.name; });

// A rule that follows from results ends all of them at the same trial.
TEST(Joined, ShareTheLimitsOfTheSweep) {
  for (const std::string rule :
       {"stop: {target: 0.93}\n", "stop: {epochs: 31}\n", "stop: {no_improvement: 4}\n"}) {
    PlayedSweep alone(played_yaml(40, kParameters + rule), by_parameter);
    const DriveResult expected = alone.drive();
    ASSERT_LT(expected.end_number, 40U) << rule;
    PlayedSweep sweep(played_yaml(40, kParameters + rule), by_parameter);
    std::vector<std::jthread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&] {
        const DriveResult result = drive_joined(sweep, 1);
        EXPECT_EQ(result.end_number, expected.end_number) << rule;
        EXPECT_EQ(result.reason, expected.reason);
      });
    }
    threads.clear();
    sweep.open()->cut_beyond(sweep.id, expected.end_number);
    EXPECT_EQ(digest(sweep), digest(alone)) << rule;
  }
}

TEST(Joined, AProcessThatIsStoppedLeavesItsTrialToTheOthers) {
  PlayedSweep alone(played_yaml(6), by_parameter);
  alone.drive();
  PlayedSweep sweep(played_yaml(6), by_parameter);
  // The process that is stopped is held in the third epoch of the first trial that it gets.
  test::ScriptedTrials held([](const TrialTask& task) {
    Script script = by_parameter(task);
    script.held_at = 3;
    return script;
  });
  std::stop_source stop;
  DriveResult stopped;
  std::jthread first([&] { stopped = drive_joined(sweep, held, 1, stop.get_token()); });
  ASSERT_TRUE(held.wait_until_held(0));
  std::jthread second([&] { EXPECT_EQ(drive_joined(sweep, 1).end, End::kComplete); });
  // All but the held one: then it waits.
  while (sweep.query("SELECT count(*) FROM trials WHERE state = 'complete'") != "5") {
    std::this_thread::yield();
  }
  EXPECT_EQ(sweep.query("SELECT state FROM trials WHERE number = 0"), "running");
  stop.request_stop();
  first.join();
  second.join();
  EXPECT_EQ(stopped.end, End::kInterrupted);
  EXPECT_EQ(sweep.query("SELECT state || attempt FROM trials WHERE number = 0"), "complete2");
  EXPECT_EQ(digest(sweep), digest(alone));
}

// Its locks are gone, as after a kill; its epochs are in the database.
TEST(Joined, TheTrialsOfADeadProcessGoOnWithTheirEpochs) {
  PlayedSweep alone(played_yaml(6), by_parameter);
  alone.drive();
  PlayedSweep sweep(played_yaml(6), by_parameter);
  {
    const auto dead = storage::open_claims(sweep.database(), "test", sweep.id, sweep.spec().name);
    const Launch launch = make_launch_again(
        sweep.spec(),
        [&] {
          storage::TrialRow row;
          row.number = 0;
          row.params_json = alone.query("SELECT params_json FROM trials WHERE number = 0");
          row.seed = std::stoull(alone.query("SELECT seed FROM trials WHERE number = 0"));
          row.attempt = 0;
          return row;
        }(),
        {});
    storage::TrialStart start = launch.start;
    start.worker = dead->worker("host", 0);
    ASSERT_TRUE(dead->claim({.start = start}));
    const auto store = alone.open();
    const storage::Entry epoch = storage::EpochEntry{0, store->epochs(1).at(0)};
    dead->journal().commit(sweep.id, {&epoch, 1}, 0.0);
  }
  drive_together(sweep, 2);
  EXPECT_EQ(sweep.query("SELECT state || attempt FROM trials WHERE number = 0"), "complete2");
  EXPECT_EQ(digest(sweep), digest(alone));
}

TEST(Joined, ACallsOwnLimitEndsThatCallAlone) {
  PlayedSweep sweep(played_yaml(8), by_parameter);
  const DriveResult limited =
      drive_joined(sweep, sweep.trials, 1, {}, {.trials = 2, .deadline = {}});
  EXPECT_EQ(limited.end, End::kCallLimit);
  EXPECT_EQ(sweep.query("SELECT count(*) FROM trials"), "2");
  drive_together(sweep, 2);
  EXPECT_EQ(sweep.query(kOnce), "8");
}

// A failure that will be tried again has not ended the trial: no process may learn from it.
TEST(Joined, OthersSeeTheLastAttemptOfATrialThatFails) {
  const std::string yaml =
      played_yaml(8, "method: tpe\nparallel: {workers: 2}\nretry: 2\n" + kParameters);
  const auto scripts = [](std::map<std::uint64_t, int>& attempts, std::mutex& mutex) {
    return [&](const TrialTask& task) {
      const std::lock_guard lock(mutex);
      Script script = by_parameter(task);
      script.throws_at = task.number % 2 == 0 && attempts[task.number]++ < 2 ? 2 : 0;
      return script;
    };
  };
  std::mutex mutex;
  std::map<std::uint64_t, int> first;
  PlayedSweep alone(yaml, scripts(first, mutex));
  alone.drive();
  ASSERT_EQ(alone.query("SELECT count(*) FROM trials WHERE state = 'complete'"), "8");
  std::map<std::uint64_t, int> second;
  PlayedSweep sweep(yaml, scripts(second, mutex));
  drive_together(sweep, 3);
  EXPECT_EQ(digest(sweep), digest(alone));
  EXPECT_EQ(sweep.query("SELECT group_concat(attempt) FROM (SELECT * FROM trials ORDER BY "
                        "number)"),
            "3,1,3,1,3,1,3,1");
}

// Two builds that suggest differently must not mix their trials.
TEST(Joined, EndWhereAnotherProcessTrainsOtherParameters) {
  PlayedSweep sweep(played_yaml(3), by_parameter);
  {
    const auto other = storage::open_claims(sweep.database(), "test", sweep.id, sweep.spec().name);
    storage::TrialStart start;
    start.params = {{"l2", 0.125}};
    ASSERT_TRUE(other->claim({.start = start}));
    storage::TrialEnd end;
    end.value = 0.5;
    const storage::Entry entry = end;
    other->journal().commit(sweep.id, {&entry, 1}, 0.0);
  }
  // As a process sees it that has begun before.
  const auto store = sweep.open();
  const auto claims = storage::open_claims(sweep.database(), "test", sweep.id, "played");
  const auto own = sweep.sampler(*store);
  const auto stages = store->stages(sweep.id);
  storage::Recorder recorder(claims->journal(), sweep.id);
  Lines lines;
  Progress progress(lines.printer);
  Threads executor;
  const std::map<std::uint64_t, std::vector<nn::EpochRecord>> none;
  DriverParts parts{sweep.spec(),
                    sweep.trials,
                    *own,
                    sweep.method().learns,
                    stages,
                    {},
                    recorder,
                    executor,
                    progress,
                    1,
                    none,
                    std::nullopt,
                    {}};
  parts.claims = claims.get();
  Plan plan = make_plan({}, sweep.spec().limits, sweep.spec().metric);
  EXPECT_THROW(drive(std::move(parts), std::move(plan), {}), storage::StoreError);
}

}  // namespace
}  // namespace hpsearch::runner
