// Sweeps over programs, by the real binary: what a trial gets, what it reports, how it may fail.

#include <csignal>
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test_locations.h"
#include "tests/runner/process/process_test_support.h"
#include "tests/runner/run_support.h"

namespace hpsearch::runner {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// `script` is a shell script that the sweep starts with its parameters as arguments.
class ProgramFolder : public RunFolder {
 public:
  explicit ProgramFolder(const std::string& script, const std::string& more = "")
      : RunFolder("name: s\nprogram: p.sh\ncommand: [sh, \"${program}\", \"${args}\"]\n" + more) {
    write("p.sh", script);
  }
};

constexpr char kSpace[] = "parameters: {x: {min: 0.0, max: 1.0}, n: {values: [1, 2, 3]}}\n";
constexpr char kLoss[] = "metric: {name: loss}\n";

TEST(ProgramRun, StoresWhatTheProgramReports) {
  const ProgramFolder folder(
      R"(for e in 1 2 3; do echo "talk"; echo "{\"epoch\": $e, \"loss\": 0.$((5 - e)), \"a/b\": $e}"; done)",
      std::string(kLoss) + kSpace + "run_cap: 4\n");
  const auto run = folder.run();
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(folder.query("SELECT count(*) FROM trials WHERE state = 'complete'"), "4");
  EXPECT_EQ(folder.query("SELECT group_concat(epoch || ':' || value) FROM (SELECT * FROM metrics "
                         "WHERE name = 'loss' AND trial_id = 1 ORDER BY epoch)"),
            "1:0.4,2:0.3,3:0.2");
  EXPECT_EQ(folder.query("SELECT value FROM metrics WHERE name = 'a/b' AND epoch = 3"), "3.0");
  EXPECT_EQ(folder.query("SELECT best_epoch FROM best_trials"), "3");
  EXPECT_EQ(folder.query("SELECT count(*) FROM epochs WHERE nonfinite IS NOT NULL"), "0");
  EXPECT_THAT(folder.report().out, AllOf(HasSubstr("best: trial"), Not(HasSubstr("test:")),
                                         HasSubstr("outside the promise")));
  EXPECT_THAT(test::run_hpsearch(folder.path(), {"show", "0", "--log"}).out, HasSubstr("talk\n"));
}

TEST(ProgramRun, HandsParametersOverInTheEnvironment) {
  const ProgramFolder folder(
      R"(echo "$HPSEARCH_TRIAL|$HPSEARCH_PARAMS|$HPSEARCH_PARAM_N_B|$WANDB_SWEEP_ID|$#|$1" >> log
cat "$WANDB_SWEEP_PARAM_PATH" >> log
[ -n "$HPSEARCH_SEED" ] && echo 1)",
      std::string(kLoss) + "parameters: {n.b: {value: \"a b\"}}\n");
  ASSERT_EQ(folder.run().code, 0);
  EXPECT_EQ(
      folder.read("log"),
      "0|{\"n.b\": \"a b\"}|a b|s|1|--n.b=a b\nwandb_version: 1\n\n\"n.b\":\n  value: \"a b\"\n");
}

TEST(ProgramRun, FailsWithWhatTheProgramSaid) {
  const ProgramFolder folder("echo out; echo first >&2; echo second >&2; exit 7",
                             std::string(kLoss) + kSpace + "run_cap: 2\n");
  EXPECT_EQ(folder.run().code, 3);
  const std::string reason = folder.query("SELECT reason FROM trials WHERE number = 1");
  EXPECT_THAT(reason, AllOf(HasSubstr("exit code 7"), HasSubstr("peak memory"),
                            HasSubstr("\nfirst\nsecond"), Not(HasSubstr("out"))));
  EXPECT_THAT(test::run_hpsearch(folder.path(), {"show", "1"}).out, HasSubstr("  | second\n"));
}

TEST(ProgramRun, EndsASweepWhoseProgramIsBroken) {
  const ProgramFolder folder("exit 1", std::string(kLoss) + kSpace + "run_cap: 50\n");
  const auto run = folder.run({"--workers", "1"});
  EXPECT_EQ(run.code, 4) << run.err;
  EXPECT_THAT(run.err, HasSubstr("mend the program"));
  EXPECT_EQ(folder.query("SELECT count(*) FROM trials WHERE state = 'failed'"), "3");
  // Mended, the same commands finish it.
  folder.write("p.sh", "echo loss=1");
  ASSERT_EQ(test::run_hpsearch(folder.path(), {"retry"}).code, 0);
  EXPECT_EQ(folder.run().code, 0);
  EXPECT_EQ(folder.query("SELECT count(*) FROM trials WHERE state = 'complete'"), "50");
}

TEST(ProgramRun, EndsAtTheFailuresThatTheFileAllows) {
  const ProgramFolder folder(R"(case "$*" in *--n=1*) echo loss=1;; *) exit 1;; esac)",
                             std::string(kLoss) + kSpace +
                                 "method: grid\nstop: {failures: 2}\n"
                                 "parallel: {workers: 1}\n");
  folder.write("sweep.yaml",
               "name: s\nprogram: p.sh\ncommand: [sh, \"${program}\", \"${args}\"]\n"
               "metric: {name: loss}\nmethod: grid\nstop: {failures: 2}\nparallel: {workers: 1}\n"
               "parameters: {n: {values: [1, 2, 3]}, z: {values: [1, 2, 3]}}\n");
  EXPECT_EQ(folder.run().code, 4);
  EXPECT_EQ(folder.query("SELECT count(*) FROM trials WHERE state IN ('complete', 'failed')"), "5");
  EXPECT_EQ(folder.query("SELECT stop_reason FROM sweeps"), "failures");
}

TEST(ProgramRun, TriesFailedTrialsAgain) {
  const ProgramFolder folder(
      R"(echo x >> "tries$HPSEARCH_TRIAL"; [ $(wc -l < "tries$HPSEARCH_TRIAL") -ge 3 ] && echo 0.5)",
      std::string(kLoss) + kSpace + "run_cap: 3\nretry: 2\n");
  const auto run = folder.run();
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr("is tried again"));
  EXPECT_EQ(folder.query("SELECT min(attempt) || ' ' || max(attempt) FROM trials"), "3 3");
  EXPECT_EQ(folder.query("SELECT count(*) FROM trials WHERE state = 'complete'"), "3");
}

TEST(ProgramRun, EndsWhatTakesTooLong) {
  const ProgramFolder folder("sleep 1000 & wait",
                             std::string(kLoss) + kSpace + "run_cap: 1\ntrial_timeout: 0.2s\n");
  EXPECT_EQ(folder.run().code, 3);
  EXPECT_THAT(folder.query("SELECT reason FROM trials"), HasSubstr("trial_timeout"));
}

TEST(ProgramRun, RanksNothingWithoutAMetric) {
  const ProgramFolder folder("echo a=1", "method: grid\nparameters: {n: {values: [1, 2, 3]}}\n");
  const auto run = folder.run();
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("no metric"));
  EXPECT_EQ(folder.query("SELECT count(*) FROM trials WHERE state = 'complete'"), "3");
}

TEST(ProgramRun, SaysThatTheMetricIsMissing) {
  const ProgramFolder folder("echo acc=1", std::string(kLoss) + "parameters: {n: 1}\n");
  EXPECT_EQ(folder.run().code, 3);
  EXPECT_THAT(folder.query("SELECT reason FROM trials"),
              AllOf(HasSubstr("without a finite loss"), HasSubstr(R"({"loss": 0.41})")));
}

// With a killed hpsearch its programs die, and the next run starts their trials again.
TEST(ProgramRun, GoesOnAfterAKill) {
  const ProgramFolder folder(
      "echo $$ > pid$HPSEARCH_TRIAL; [ -e go ] || sleep 1000; echo loss=0.$HPSEARCH_TRIAL",
      std::string(kLoss) + kSpace + "run_cap: 4\nparallel: {workers: 2}\n");
  {
    test::Process process(folder.path(), {"run", "sweep.yaml"});
    ASSERT_TRUE(process.wait_until([&] {
      return !folder.read("pid0").empty() && !folder.read("pid1").empty() &&
             folder.query("SELECT count(*) FROM trials WHERE state = 'running'") == "2";
    }));
    process.signal(SIGKILL);
    process.wait();
  }
  const pid_t child = std::stoi(folder.read("pid0"));
  EXPECT_TRUE(test::comes_true([&] { return kill(child, 0) != 0; })) << "the program lives on";
  folder.write("go", "");
  ASSERT_EQ(folder.run().code, 0);
  EXPECT_EQ(folder.query("SELECT count(*) FROM trials WHERE state = 'complete'"), "4");
  EXPECT_EQ(folder.query("SELECT attempt FROM trials WHERE number = 0"), "2");
  EXPECT_EQ(folder.query("SELECT value FROM trials WHERE number = 3"), "0.3");
}

TEST(ProgramRun, StopsItsProgramsOnASignal) {
  const ProgramFolder folder("trap 'echo bye > bye; exit 0' TERM; echo > here; sleep 1000 & wait",
                             std::string(kLoss) + kSpace + "run_cap: 2\nparallel: {workers: 1}\n");
  test::Process process(folder.path(), {"run", "sweep.yaml"});
  ASSERT_TRUE(process.wait_until([&] { return !folder.read("here").empty(); }));
  process.signal(SIGINT);
  EXPECT_EQ(process.wait().code, 130);
  EXPECT_EQ(folder.read("bye"), "bye\n");
  EXPECT_EQ(folder.query("SELECT state FROM trials WHERE number = 0"), "interrupted");
}

TEST(ProgramRun, VariesParametersTogether) {
  const ProgramFolder folder(R"(echo "$*" >> log; echo 1)",
                             std::string(kLoss) +
                                 "method: grid\nzip: [[width, heads]]\nparallel: {workers: 1}\n"
                                 "parameters:\n  width: {values: [64, 64, 128]}\n"
                                 "  heads: {values: [1, 2, 4]}\n  z: {values: [7, 8]}\n");
  ASSERT_EQ(folder.run().code, 0);
  EXPECT_EQ(
      folder.read("log"),
      "--heads=1 --width=64 --z=7\n--heads=1 --width=64 --z=8\n--heads=2 --width=64 --z=7\n"
      "--heads=2 --width=64 --z=8\n--heads=4 --width=128 --z=7\n--heads=4 --width=128 --z=8\n");
}

// Neither a list that goes with another one nor one that stands for a distribution can be longer.
TEST(ProgramRun, AdvisesNoLongerListWhereThereIsNone) {
  const ProgramFolder folder("echo loss=-$HPSEARCH_PARAM_A",
                             std::string(kLoss) +
                                 "method: random\nrun_cap: 12\nzip: [[a, b]]\nparameters:\n"
                                 "  a: {values: [1, 2, 4]}\n  b: {values: [3, 2, 1]}\n"
                                 "  q: {distribution: q_log_uniform, min: 0, max: 1, q: 2}\n");
  const auto run = folder.run();
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.out, Not(HasSubstr("border")));
  EXPECT_THAT(test::run_hpsearch(folder.path(), {"check", "sweep.yaml"}).out,
              HasSubstr("b: [3, 2, 1], together with a"));
}

TEST(ProgramRun, NeedsNoFile) {
  const test::TempFolder folder;
  folder.write("train.sh", R"(echo "$*" >> log; echo loss=0.5)");
  const std::vector<std::string> arguments{"run",      "-p",           "lr=1e-4..1e-1:log",
                                           "-p",       "opt=sgd,adam", "--metric",
                                           "loss:min", "--trials",     "3",
                                           "--",       "sh",           "train.sh",
                                           "{args}"};
  const auto run = test::run_hpsearch(folder.path(), arguments);
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(folder.read("train.yaml"),
              AllOf(HasSubstr("lr: {min: 1e-4, max: 0.1, scale: log}"),
                    HasSubstr("values: [sgd, adam]"), HasSubstr("goal: minimize")));
  EXPECT_THAT(folder.read("log"), AllOf(HasSubstr("--lr=0.0"), HasSubstr("--opt=")));
  EXPECT_EQ(test::run_hpsearch(folder.path(), arguments).code, 0) << "and goes on with it";
  EXPECT_EQ(test::query(folder.path() / "hpsearch.db", "SELECT count(*) FROM trials"), "6");
}

TEST(ProgramRun, HasNoNetworkToShow) {
  const ProgramFolder folder("echo loss=1", std::string(kLoss) + kSpace + "run_cap: 2\n");
  ASSERT_EQ(folder.run().code, 0);
  folder.write("t.csv", "a\n1\n");
  for (const std::vector<std::string>& words : {std::vector<std::string>{"predict", "t.csv"},
                                                {"eval", "t.csv"},
                                                {"export", "--format", "onnx", "--out", "m.onnx"},
                                                {"export", "--format", "safetensors"},
                                                {"check", "sweep.yaml", "--sanity"}}) {
    const auto result = test::run_hpsearch(folder.path(), words);
    EXPECT_EQ(result.code, 2) << words.front();
    EXPECT_THAT(result.err, HasSubstr("runs of a program")) << words.front();
  }
  const std::string best = folder.report({"--best"}).out;
  EXPECT_THAT(best, AllOf(HasSubstr("runs the program with these values again"),
                          HasSubstr("x: {value: 0."), Not(HasSubstr("bit for bit"))));
  folder.write("best.yaml", best);
  EXPECT_EQ(test::run_hpsearch(folder.path(), {"run", "best.yaml"}).code, 0);
}

// All examples that come with hpsearch, two trials each.
TEST(ProgramRun, RunsTheExamples) {
  const test::TempFolder folder;
  std::filesystem::copy(std::filesystem::path(HPSEARCH_SOURCE_DIR) / "configs",
                        folder.path() / "configs", std::filesystem::copy_options::recursive);
  folder.write("bin/python", "#!/bin/sh\nexec /usr/bin/python3 \"$@\"\n");
  std::filesystem::permissions(folder.path() / "bin/python", std::filesystem::perms::all);
  const bool python = std::filesystem::exists("/usr/bin/python3");
  const bool sklearn =
      python && std::system("/usr/bin/python3 -c 'import sklearn' 2>/dev/null") == 0;
  const std::string path = (folder.path() / "bin").string() + ":/usr/bin:/bin";
  for (const auto& [name, can_run] :
       {std::pair{"shell", true}, std::pair{"annealing", true}, std::pair{"wandb_style", python},
        std::pair{"sklearn", sklearn}}) {
    if (!can_run) {
      continue;
    }
    const auto run =
        test::run_hpsearch(folder.path() / "configs/external",
                           {"run", std::string(name) + ".yaml", "--trials", "2"}, {{"PATH", path}});
    EXPECT_EQ(run.code, 0) << name << run.err;
    EXPECT_THAT(run.out, HasSubstr("trials: 2 of ")) << name;
  }
}

TEST(ProgramRun, GivesStagesTheirLength) {
  const ProgramFolder folder(R"(echo "$*" >> log; echo 0.5)",
                             std::string(kLoss) +
                                 "method: coarse_to_fine\nrun_cap: 8\n"
                                 "fidelity: {parameter: epochs, min: 2, max: 9}\n"
                                 "parameters: {x: {min: 0.0, max: 1.0}}\n");
  const auto run = folder.run();
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(folder.read("log"), AllOf(HasSubstr("--epochs=2 "), HasSubstr("--epochs=3 "),
                                        HasSubstr("--epochs=9 "), Not(HasSubstr("--epochs=1 "))));
}

TEST(ProgramRun, IsOneTrialWhereNothingVaries) {
  const ProgramFolder folder("echo loss=1", kLoss);
  ASSERT_EQ(folder.run().code, 0);
  EXPECT_EQ(folder.query("SELECT count(*) FROM trials"), "1");
}

TEST(ProgramRun, RefusesSharesBeforeItWrites) {
  const ProgramFolder folder("echo loss=1",
                             std::string(kLoss) + kSpace + "parallel: {workers: 2, gpus: [0]}\n");
  const auto run = folder.run();
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.err, HasSubstr("2 workers need a GPU each, but 1 is listed"));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "hpsearch.db"));
}

TEST(ProgramRun, SaysThatTheProgramIsMissing) {
  const test::TempFolder folder;
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"run", "-p", "lr=0.1..1"}, {"run", "--metric", "m", "--"}}) {
    const auto run = test::run_hpsearch(folder.path(), words);
    EXPECT_EQ(run.code, 2);
    EXPECT_THAT(run.err, HasSubstr("give its words after --"));
  }
}

TEST(ProgramRun, SharesTheMachine) {
  const ProgramFolder folder(
      R"(echo "$CUDA_VISIBLE_DEVICES $OMP_NUM_THREADS" >> log; echo 1)",
      std::string(kLoss) + kSpace + "run_cap: 3\nparallel: {workers: 1, gpus: [3], cores: 1}\n");
  const auto run = folder.run();
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(folder.read("log"), "3 1\n3 1\n3 1\n");
}

}  // namespace
}  // namespace hpsearch::runner
