// `wait` and `on_finish`: what happens when a sweep ends.
#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runner/run_support.h"

namespace hpsearch::runner {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

test::ProcessResult wait_for(const RunFolder& folder) {
  return test::run_hpsearch(folder.path(), {"wait"});
}

// A sweep whose trials are this program of sh, in one line.
std::string program_sweep(const std::string& program, const std::string& more = "") {
  return "name: p\nmethod: random\nrun_cap: 3\nmetric: {name: loss, goal: minimize}\n"
         "command: [sh, -c, '" +
         program + "']\nparameters:\n  x: {min: 0.0, max: 1.0}\n" + more;
}

TEST(Wait, EndsAsTheRunDoes) {
  std::string yaml = long_sweep();
  yaml.replace(yaml.find("run_cap: 400"), 12, "run_cap: 12 ");
  const RunFolder folder(yaml);
  test::Process run(folder.path(), {"run", "sweep.yaml"});
  ASSERT_TRUE(run.wait_until([&] { return folder.query("SELECT 1 FROM epochs") == "1"; }));
  const auto waited = wait_for(folder);
  EXPECT_EQ(waited.code, 0) << waited.err;
  EXPECT_THAT(waited.out, StartsWith("long: 12/12 trials, best val_accuracy"));
  EXPECT_EQ(folder.query("SELECT state FROM sweeps"), "complete");
  EXPECT_EQ(run.wait().code, 0);
}

TEST(Wait, SaysHowTheRunEnded) {
  const RunFolder folder(long_sweep());
  for (const int signal : {SIGTERM, SIGKILL}) {
    test::Process run(folder.path(), {"run", "sweep.yaml"});
    const std::string before = folder.query("SELECT count(*) FROM epochs");
    ASSERT_TRUE(
        run.wait_until([&] { return folder.query("SELECT count(*) FROM epochs") != before; }));
    test::Process waiting(folder.path(), {"wait", "long"});
    run.signal(signal);
    run.wait();
    const auto waited = waiting.wait();
    EXPECT_EQ(waited.code, signal == SIGTERM ? 130 : 1);
    EXPECT_THAT(waited.err, signal == SIGTERM
                                ? HasSubstr("long: its run was interrupted")
                                : HasSubstr("long: the process that ran it has died"));
  }
}

TEST(Wait, HasTheCodesOfRun) {
  const RunFolder none(program_sweep("exit 3"));
  EXPECT_EQ(none.run().code, 4);
  EXPECT_EQ(wait_for(none).code, 4);
  const RunFolder limited(small_sweep(6));
  EXPECT_EQ(limited.run({"--trials", "2"}).code, 0);
  EXPECT_EQ(wait_for(limited).code, 0);
  EXPECT_EQ(test::run_hpsearch(limited.path(), {"wait", "other"}).code, 2);
}

const char kNote[] =
    "'echo \"$HPSEARCH_SWEEP $HPSEARCH_STATE $HPSEARCH_STOP_REASON $HPSEARCH_METRIC $HPSEARCH_BEST "
    "$HPSEARCH_BEST_TRIAL $HPSEARCH_COMPLETE $HPSEARCH_DB\" >> note; echo said'";

TEST(OnFinish, RunsOnceWithWhatTheSweepFound) {
  const RunFolder folder(small_sweep(2, std::string("on_finish: ") + kNote + "\n"));
  const auto result = folder.run();
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.out, Not(HasSubstr("said"))) << "stdout has the answer";
  EXPECT_THAT(result.err, HasSubstr("said\n"));
  const std::string note = folder.read("note");
  const std::string best = folder.query("SELECT trial FROM best_trials");
  EXPECT_THAT(note, StartsWith("small complete run_cap val_accuracy 0."));
  EXPECT_THAT(note, testing::EndsWith(" " + best + " 2 " +
                                      (folder.path() / "hpsearch.db").string() + "\n"));
  folder.run();
  EXPECT_EQ(folder.read("note"), note) << "a complete sweep does not end again";
}

TEST(OnFinish, IsNoPartOfTheSweep) {
  const RunFolder folder(small_sweep(2));
  folder.run();
  const std::string digest = folder.digest();
  folder.write("sweep.yaml", small_sweep(3, "on_finish: touch done\n"));
  EXPECT_EQ(folder.run().code, 0);
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "done"));
  folder.write("sweep.yaml", small_sweep(2, "on_finish: touch other\n"));
  EXPECT_EQ(folder.run().code, 0);
  EXPECT_EQ(folder.digest(), digest);
  EXPECT_THAT(folder.report({"--best"}).out, Not(HasSubstr("on_finish")));
}

TEST(OnFinish, ThatFailsIsAWarning) {
  const RunFolder folder(small_sweep(2, "on_finish: exit 7\n"));
  const auto result = folder.run();
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.err, HasSubstr("warning: on_finish ended with exit code 7: exit 7\n"));
}

TEST(OnFinish, DoesNotRunForWhatGoesOnSomeDay) {
  const RunFolder folder(long_sweep() + "on_finish: touch done\n");
  EXPECT_EQ(folder.run({"--trials", "1"}).code, 0);
  test::Process run(folder.path(), {"run", "sweep.yaml"});
  ASSERT_TRUE(
      run.wait_until([&] { return folder.query("SELECT count(*) > 1 FROM trials") == "1"; }));
  run.signal(SIGINT);
  EXPECT_EQ(run.wait().code, 130);
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "done"));
}

TEST(OnFinish, RunsWhenASweepGivesUp) {
  const RunFolder folder(program_sweep("exit 3",
                                       "on_finish: 'echo \"$HPSEARCH_STATE "
                                       "$HPSEARCH_STOP_REASON\" > note'\n"));
  EXPECT_EQ(folder.run().code, 4);
  EXPECT_THAT(folder.read("note"), HasSubstr(" failures\n"));
}

TEST(OnFinish, IsACommand) {
  const RunFolder folder(small_sweep(2, "on_finish: ''\n"));
  const auto result = folder.run();
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err, AllOf(StartsWith("sweep.yaml:"), HasSubstr("is a command of the shell")));
}

}  // namespace
}  // namespace hpsearch::runner
