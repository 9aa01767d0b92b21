// `run --join`: the real program, in several processes on one database.

#include <csignal>
#include <filesystem>
#include <memory>
#include <random>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runner/run_support.h"

namespace hpsearch::runner {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

// Some seconds for one worker.
std::string longer_sweep(const std::string& more = "") {
  return "name: joined\n"
         "seed: 5\n"
         "run_cap: 24\n"
         "dataset: {source: digits}\n"
         "model: {hidden: [48]}\n"
         "training: {epochs: 12, batch_size: 16}\n"
         "parameters:\n"
         "  learning_rate: {min: 1e-4, max: 0.1, scale: log}\n"
         "  l2: {min: 1e-6, max: 1e-2, scale: log}\n" +
         more;
}

class Joined {
 public:
  explicit Joined(const RunFolder& folder) : folder_(folder) {}

  test::Process& start() {
    processes_.push_back(std::make_unique<test::Process>(
        folder_.path(), std::vector<std::string>{"run", "sweep.yaml", "--join", "--workers", "1"}));
    return *processes_.back();
  }
  std::size_t size() const { return processes_.size(); }
  test::Process& operator[](std::size_t i) { return *processes_.at(i); }
  // Kills it and has another one in its place.
  void replace(std::size_t i) {
    processes_.at(i)->signal(SIGKILL);
    processes_.at(i)->wait();
    processes_.at(i) = std::make_unique<test::Process>(
        folder_.path(), std::vector<std::string>{"run", "sweep.yaml", "--join", "--workers", "1"});
  }
  void expect_all_done() {
    for (const auto& process : processes_) {
      const auto result = process->wait();
      EXPECT_EQ(result.code, 0) << result.err;
    }
  }

 private:
  const RunFolder& folder_;
  std::vector<std::unique_ptr<test::Process>> processes_;
};

std::string epochs_that(const std::string& condition) {
  return "SELECT count(*) FROM epochs WHERE " + condition;
}

void expect_whole(const RunFolder& folder, const RunFolder& alone) {
  EXPECT_EQ(folder.query("SELECT state || ' ' || stop_reason FROM sweeps"), "complete run_cap");
  EXPECT_EQ(folder.digest(), alone.digest());
  for (const char* sql :
       {"SELECT count(*) || ' ' || sum(state = 'complete') || ' ' || sum(epochs_done) FROM trials",
        "SELECT count(*) FROM epochs",
        "SELECT group_concat(value) FROM (SELECT value FROM metrics WHERE name GLOB 'test_*' ORDER "
        "BY name)",
        "SELECT count(*) FROM replicates WHERE state = 'complete'",
        "SELECT count(*) FROM checkpoints"}) {
    EXPECT_EQ(folder.query(sql), alone.query(sql)) << sql;
  }
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "hpsearch.db.sweep1.lock"));
}

TEST(JoinRun, EightProcessesThatStartAtOnceMakeOneSweep) {
  const RunFolder alone(small_sweep(24));
  ASSERT_EQ(alone.run().code, 0);
  const RunFolder folder(small_sweep(24));
  Joined joined(folder);
  for (int i = 0; i < 8; ++i) {
    joined.start();
  }
  joined.expect_all_done();
  expect_whole(folder, alone);
  EXPECT_EQ(folder.query("SELECT max(attempt) FROM trials"), "1");
  EXPECT_EQ(folder.query("SELECT count(*) FROM events WHERE kind = 'run_ended'"), "1");
  EXPECT_EQ(folder.query("SELECT count(*) FROM sweeps"), "1");
}

TEST(JoinRun, FindsWhatOneProcessFinds) {
  for (const std::string more :
       {"method: tpe\n", "method: bayes\nparallel: {workers: 3}\n",
        "method: coarse_to_fine\nsearch: {stages: [{share: 0.6, epochs: 2}, {share: 0.4, epochs: "
        "4}]}\n",
        "early_terminate: {type: asha, mode: promote, min_iter: 1, eta: 2}\n",
        "early_terminate: {type: hyperband, min_iter: 1, eta: 2, brackets: 2}\n",
        "repeats: {seeds: 2, top: 2}\n", "ensemble: {trials: 3, steps: 5}\n"}) {
    const RunFolder alone(small_sweep(16, more));
    ASSERT_EQ(alone.run().code, 0);
    const RunFolder folder(small_sweep(16, more));
    Joined joined(folder);
    for (int i = 0; i < 3; ++i) {
      joined.start();
    }
    joined.expect_all_done();
    EXPECT_EQ(folder.digest(), alone.digest()) << more;
    expect_whole(folder, alone);
  }
}

// Eight rounds: a process is killed at some moment and another one comes instead.
TEST(JoinRun, GoesOnWithTheTrialsOfKilledProcesses) {
  const std::string yaml = longer_sweep("checkpoints: {every: 3}\n");
  const RunFolder alone(yaml);
  ASSERT_EQ(alone.run().code, 0);
  const RunFolder folder(yaml);
  Joined joined(folder);
  for (int i = 0; i < 3; ++i) {
    joined.start();
  }
  std::mt19937 random(7);
  int seen = 0;
  for (int round = 0; round < 8; ++round) {
    // Some further epochs, wherever.
    seen += 9 + static_cast<int>(random() % 20);
    joined[0].wait_until([&] {
      const std::string epochs = folder.query(epochs_that("1"));
      return !epochs.empty() && std::stoi(epochs) >= seen;
    });
    joined.replace(random() % joined.size());
  }
  joined.expect_all_done();
  EXPECT_EQ(folder.query("SELECT max(attempt) > 1 FROM trials"), "1") << "no kill met a training";
  expect_whole(folder, alone);
}

TEST(JoinRun, TheOthersGoOnAtOnceWithWhatAnInterruptedProcessHad) {
  const RunFolder alone(longer_sweep());
  ASSERT_EQ(alone.run().code, 0);
  const RunFolder folder(longer_sweep());
  Joined joined(folder);
  joined.start();
  ASSERT_TRUE(joined[0].wait_until([&] { return !folder.query("SELECT 1 FROM epochs").empty(); }));
  joined.start();
  ASSERT_TRUE(joined[1].wait_until(
      [&] { return folder.query("SELECT count(DISTINCT worker) > 1 FROM trials") == "1"; }));
  joined[0].signal(SIGINT);
  const auto interrupted = joined[0].wait();
  EXPECT_EQ(interrupted.code, 130);
  EXPECT_THAT(interrupted.err, HasSubstr("--join"));
  const auto done = joined[1].wait();
  EXPECT_EQ(done.code, 0) << done.err;
  expect_whole(folder, alone);
}

TEST(JoinRun, RefusesAProcessThatDoesNotJoin) {
  const RunFolder folder(long_sweep());
  Joined joined(folder);
  joined.start();
  ASSERT_TRUE(joined[0].wait_until([&] { return !folder.query("SELECT 1 FROM epochs").empty(); }));
  const auto refused = folder.run();
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("sweep 'long' is being run by process "),
                                 HasSubstr("start this process with run --join")));
  EXPECT_THAT(test::run_hpsearch(folder.path(), {"list"}).out, HasSubstr("running"));
  joined.start();
  ASSERT_TRUE(joined[1].wait_until([&] {
    return folder.query("SELECT count(*) FROM events WHERE kind = 'run_started'") == "2";
  }));
  const auto stop = test::run_hpsearch(folder.path(), {"stop"});
  EXPECT_EQ(stop.code, 0) << stop.err;
  EXPECT_THAT(stop.out, MatchesRegex("long: interrupted, [0-9]+ of 400 trials done\n"));
  EXPECT_EQ(joined[0].wait().code, 130);
  EXPECT_EQ(joined[1].wait().code, 130);
  EXPECT_EQ(folder.query("SELECT state || stop_reason FROM sweeps"), "interruptedsignal");
  EXPECT_EQ(folder.query("SELECT count(*) FROM trials WHERE state = 'running'"), "0");
}

TEST(JoinRun, RefusesToJoinAProcessThatRunsAlone) {
  const RunFolder folder(long_sweep());
  test::Process process(folder.path(), {"run", "sweep.yaml", "--workers", "1"});
  ASSERT_TRUE(process.wait_until([&] { return !folder.query("SELECT 1 FROM epochs").empty(); }));
  const auto refused = folder.run({"--join"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, HasSubstr("without --join, so that no other process can join it"));
}

TEST(JoinRun, RefusesOtherLimitsThanThoseOfTheOthers) {
  const RunFolder folder(long_sweep());
  Joined joined(folder);
  joined.start();
  ASSERT_TRUE(joined[0].wait_until([&] { return !folder.query("SELECT 1 FROM epochs").empty(); }));
  const auto refused = folder.run({"--join", "--set", "run_cap=500"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("other limits"));
}

TEST(JoinRun, EndsAtOnceWhereTheSweepIsComplete) {
  const RunFolder folder(small_sweep());
  ASSERT_EQ(folder.run().code, 0);
  const std::string digest = folder.digest();
  const auto joined = folder.run({"--join"});
  EXPECT_EQ(joined.code, 0) << joined.err;
  EXPECT_EQ(folder.digest(), digest);
  EXPECT_EQ(folder.query("SELECT count(*) FROM events WHERE kind = 'run_started'"), "1");
}

TEST(JoinRun, GoesOnWithWhatAnotherKindOfRunHasLeft) {
  const RunFolder alone(small_sweep(12));
  ASSERT_EQ(alone.run().code, 0);
  const RunFolder folder(small_sweep(12));
  ASSERT_EQ(folder.run({"--trials", "3"}).code, 0);
  ASSERT_EQ(folder.run({"--join", "--trials", "3"}).code, 0);
  EXPECT_EQ(folder.query("SELECT state || stop_reason FROM sweeps"), "interruptedtrials");
  Joined joined(folder);
  joined.start();
  joined.start();
  joined.expect_all_done();
  expect_whole(folder, alone);
}

TEST(JoinRun, RefusesSuggestionsThatDependOnTiming) {
  const RunFolder folder(small_sweep(6, "method: tpe\nparallel: {deterministic: false}\n"));
  const auto refused = folder.run({"--join"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("deterministic"));
}

// Each program is one trial's; the number of its parameter is what it prints.
TEST(JoinRun, TrainsExternalPrograms) {
  const std::string yaml =
      "name: programs\n"
      "program: train.sh\n"
      "command: [sh, '${program}', '${args_no_hyphens}']\n"
      "method: grid\n"
      "metric: {name: loss, goal: minimize}\n"
      "parameters: {x: {values: [1, 2, 3, 4, 5, 6, 7, 8]}}\n";
  const RunFolder folder(yaml);
  folder.write("train.sh",
               "for word in \"$@\"; do case $word in x=*) echo \"loss=${word#x=}\";; esac; done\n");
  Joined joined(folder);
  joined.start();
  joined.start();
  joined.expect_all_done();
  EXPECT_EQ(folder.query("SELECT state FROM sweeps"), "complete");
  EXPECT_EQ(
      folder.query("SELECT count(*) || ' ' || total(value) || ' ' || max(attempt) FROM trials "
                   "WHERE state = 'complete'"),
      "8 36.0 1");
}

}  // namespace
}  // namespace hpsearch::runner
