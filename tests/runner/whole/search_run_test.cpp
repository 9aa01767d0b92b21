// Whole searches with stages, grids and stop rules, by the program itself.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/runner/run_support.h"

namespace hpsearch::runner {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string staged_sweep(int run_cap = 20, const std::string& more = "") {
  return fmt::format(
      "name: staged\nseed: 3\nmethod: coarse_to_fine\nrun_cap: {}\ndataset: {{source: digits}}\n"
      "model: {{hidden: [16]}}\ntraining: {{epochs: 10, batch_size: 32}}\n"
      "parameters:\n"
      "  learning_rate: {{min: 1e-4, max: 1, scale: log}}\n"
      "  dropout: {{min: 0.0, max: 0.5}}\n{}",
      run_cap, more);
}

TEST(StagedRun, TrainsItsStagesAndLetsOnlyTheLastOneWin) {
  const RunFolder folder(staged_sweep());
  const auto result = folder.run({"--workers", "3"});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(folder.query("SELECT group_concat(stage || ':' || trials || 'x' || epochs, ' ') FROM "
                         "stages"),
            "0:10x1 1:6x4 2:4x10");
  EXPECT_EQ(folder.query("SELECT group_concat(n, ' ') FROM (SELECT COUNT(*) n FROM trials GROUP BY "
                         "stage, epochs ORDER BY stage)"),
            "10 6 4");
  EXPECT_EQ(folder.query("SELECT stage FROM best_trials"), "2");
  // The best three of a stage are trained again by the first three of the next.
  EXPECT_EQ(
      folder.query("SELECT group_concat(parent, ' ') FROM trials WHERE stage = 1 AND origin = "
                   "'carried'"),
      folder.query("SELECT group_concat(number, ' ') FROM (SELECT number FROM trials WHERE "
                   "stage = 0 ORDER BY score, number LIMIT 3)"));
  EXPECT_EQ(folder.query("SELECT COUNT(*) FROM trials c JOIN trials p ON p.number = c.parent WHERE "
                         "c.params_json = p.params_json AND c.seed <> p.seed"),
            "6");
  EXPECT_EQ(folder.query("SELECT COUNT(*) FROM events WHERE kind = 'stage_started'"), "3");
  EXPECT_THAT(folder.report().out, HasSubstr("stage 1: 6 trials of 4 epochs; repeats trials "));
}

TEST(StagedRun, KeepsItsDigestForAnyNumberOfWorkersAndAfterKills) {
  const RunFolder reference(staged_sweep());
  ASSERT_EQ(reference.run({"--workers", "1"}).code, 0);
  for (const char* workers : {"2", "5"}) {
    const RunFolder folder(staged_sweep());
    ASSERT_EQ(folder.run({"--workers", workers}).code, 0);
    EXPECT_EQ(folder.digest(), reference.digest()) << workers;
  }
  // One call after the other, each ending at another place, in the middle of stages too.
  const RunFolder pieces(staged_sweep());
  for (int call = 0; call < 7; ++call) {
    const auto result = pieces.run({"--trials", "3", "--workers", "2"});
    ASSERT_EQ(result.code, 0) << result.err;
  }
  EXPECT_EQ(pieces.query("SELECT state || ' ' || stop_reason FROM sweeps"), "complete run_cap");
  EXPECT_EQ(pieces.digest(), reference.digest());
}

TEST(StagedRun, AddsTheTrialsOfARaisedLimitToTheLastStage) {
  for (const char* points : {"sobol", "grid"}) {
    const std::string more = fmt::format("search: {{points: {}}}\n", points);
    const RunFolder folder(staged_sweep(20, more));
    ASSERT_EQ(folder.run().code, 0);
    const std::string before =
        folder.query("SELECT group_concat(params_json || value) FROM trials WHERE number < 20");
    folder.write("sweep.yaml", staged_sweep(26, more));
    ASSERT_EQ(folder.run().code, 0);
    EXPECT_EQ(folder.query("SELECT group_concat(trials, ' ') FROM stages"), "10 6 10");
    EXPECT_EQ(folder.query("SELECT COUNT(*) FROM trials WHERE stage = 2 AND epochs = 10"), "10");
    EXPECT_EQ(
        folder.query("SELECT group_concat(params_json || value) FROM trials WHERE number < 20"),
        before);
    // Lowered, what is beyond it counts no more; raised again, it is back without training.
    folder.write("sweep.yaml", staged_sweep(18, more));
    ASSERT_EQ(folder.run().code, 0);
    EXPECT_EQ(folder.query("SELECT COUNT(*) FROM trials WHERE reason = 'beyond_stop'"), "8");
    folder.write("sweep.yaml", staged_sweep(26, more));
    const auto again = folder.run();
    EXPECT_THAT(again.err, Not(HasSubstr("to train")));
    EXPECT_EQ(folder.query("SELECT COUNT(*) FROM trials WHERE state = 'complete'"), "26");
  }
}

TEST(StagedRun, DividesALimitAnewThatIsRaisedBeforeTheFirstStageHasEnded) {
  const RunFolder folder(staged_sweep(20));
  ASSERT_EQ(folder.run({"--trials", "4"}).code, 0);
  folder.write("sweep.yaml", staged_sweep(40));
  ASSERT_EQ(folder.run().code, 0);
  EXPECT_EQ(folder.query("SELECT group_concat(trials, ' ') FROM stages"), "20 12 8");
}

TEST(StagedRun, GivesItsWinnerAsASweepThatTrainsItAgainToTheSameBits) {
  const RunFolder folder(staged_sweep());
  ASSERT_EQ(folder.run().code, 0);
  folder.write("best.yaml", folder.report({"--best"}).out);
  const auto again = test::run_hpsearch(folder.path(), {"run", "best.yaml", "--db", "best.db"});
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(test::query(folder.path() / "best.db", "SELECT value FROM best_trials"),
            folder.query("SELECT value FROM best_trials"));
}

// What a person enqueues takes the place of the sampler's trials in its own stage, not in the last
// one.
TEST(StagedRun, KeepsItsLastStageWhateverIsEnqueued) {
  const RunFolder folder(staged_sweep());
  ASSERT_EQ(folder.run({"--trials", "2"}).code, 0);
  for (const char* rate : {"learning_rate=0.1", "learning_rate=0.2", "learning_rate=0.3"}) {
    ASSERT_EQ(test::run_hpsearch(folder.path(), {"enqueue", rate}).code, 0);
  }
  ASSERT_EQ(folder.run().code, 0);
  EXPECT_EQ(folder.query("SELECT group_concat(n, ' ') FROM (SELECT COUNT(*) n FROM trials GROUP BY "
                         "stage ORDER BY stage)"),
            "10 6 4");
}

// A trial enqueued at the end of a stage counts for the box, and may be carried.
TEST(StagedRun, LooksAtATrialThatWasEnqueuedAtTheEndOfAStage) {
  const RunFolder folder(staged_sweep());
  ASSERT_EQ(folder.run({"--trials", "10"}).code, 0);
  ASSERT_EQ(test::run_hpsearch(folder.path(), {"enqueue", "learning_rate=0.1", "dropout=0"}).code,
            0);
  ASSERT_EQ(folder.run().code, 0);
  EXPECT_EQ(folder.query("SELECT origin || stage || epochs FROM trials WHERE number = 10"),
            "enqueued01");
  EXPECT_EQ(folder.query("SELECT COUNT(*) FROM trials WHERE stage = 1 AND parent = 10"),
            folder.query("SELECT COUNT(*) FROM (SELECT number FROM trials WHERE stage = 0 ORDER BY "
                         "score, number LIMIT 3) WHERE number = 10"));
}

TEST(StagedRun, TrainsNothingWhereALimitIsLoweredBelowItsStages) {
  const RunFolder folder(staged_sweep());
  ASSERT_EQ(folder.run().code, 0);
  folder.write("sweep.yaml", staged_sweep(2));
  const auto lowered = folder.run();
  EXPECT_EQ(lowered.code, 0) << lowered.err;
  EXPECT_EQ(folder.query("SELECT COUNT(*) FROM trials WHERE state = 'complete'"), "2");
  const RunFolder fresh(staged_sweep(2));
  const auto refused = fresh.run();
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(
      refused.err,
      HasSubstr("sweep.yaml:4:1: error: 2 trials leave none for stage 2 of 3; raise run_cap "
                "or use fewer stages\n"));
}

TEST(StagedRun, DividesALowerLimitAnewUntilTheFirstStageHasEnded) {
  const RunFolder folder(staged_sweep(20));
  ASSERT_EQ(folder.run({"--trials", "3"}).code, 0);
  folder.write("sweep.yaml", staged_sweep(10));
  ASSERT_EQ(folder.run().code, 0);
  EXPECT_EQ(folder.query("SELECT group_concat(n, ' ') FROM (SELECT COUNT(*) n FROM trials GROUP BY "
                         "stage ORDER BY stage)"),
            "5 3 2");
}

TEST(GridRun, TriesAllOfItsPointsBesideWhatIsEnqueued) {
  const RunFolder folder(
      "method: grid\ndataset: {source: digits}\nmodel: {hidden: [8]}\ntraining: {epochs: 1}\n"
      "parameters: {dropout: {values: [0, 0.1, 0.2]}}\n");
  ASSERT_EQ(folder.run({"--trials", "1"}).code, 0);
  ASSERT_EQ(test::run_hpsearch(folder.path(), {"enqueue", "dropout=0.3"}).code, 0);
  ASSERT_EQ(folder.run().code, 0);
  EXPECT_EQ(
      folder.query("SELECT group_concat(p.value, ' ') FROM (SELECT value FROM params ORDER BY "
                   "trial_id) p"),
      "0.0 0.3 0.1 0.2");
}

TEST(GridRun, TriesEveryCombinationOnceAndEnds) {
  const RunFolder folder(
      "method: grid\ndataset: {source: digits}\nmodel: {hidden: [8]}\ntraining: {epochs: 1}\n"
      "parameters:\n  l2: {values: [0, 1e-3]}\n  learning_rate: {min: 1e-3, max: 0.1, scale: log, "
      "grid: 3}\n");
  ASSERT_EQ(folder.run().code, 0);
  EXPECT_EQ(
      folder.query("SELECT group_concat(params_json, ' ') FROM (SELECT params_json FROM trials "
                   "ORDER BY number)"),
      R"({"l2":0.0,"learning_rate":0.001} {"l2":0.0,"learning_rate":0.01} )"
      R"({"l2":0.0,"learning_rate":0.1} {"l2":0.001,"learning_rate":0.001} )"
      R"({"l2":0.001,"learning_rate":0.01} {"l2":0.001,"learning_rate":0.1})");
  EXPECT_EQ(folder.query("SELECT stop_reason FROM sweeps"), "run_cap");
}

TEST(GridRun, EndsWhereItsPointsAreUsedUp) {
  const RunFolder folder(
      "method: grid\nrun_cap: 9\ndataset: {source: digits}\nmodel: {hidden: [8]}\n"
      "training: {epochs: 1}\nparameters: {dropout: {values: [0, 0.2]}}\n");
  ASSERT_EQ(folder.run().code, 0);
  EXPECT_EQ(folder.query("SELECT state || ' ' || stop_reason FROM sweeps"), "complete space");
  EXPECT_EQ(folder.query("SELECT COUNT(*) FROM trials"), "2");
  EXPECT_THAT(folder.run().err, HasSubstr("is already complete"));
}

// The trial that ends the sweep is the first one by number, whatever the number of workers.
TEST(StopRule, TargetEndsTheSweepAtTheFirstTrialThatReachesIt) {
  const RunFolder plain(small_sweep(12));
  ASSERT_EQ(plain.run().code, 0);
  const std::string target =
      plain.query("SELECT value FROM trials ORDER BY value DESC LIMIT 1 OFFSET 3");
  const std::string first = plain.query("SELECT MIN(number) FROM trials WHERE value >= " + target);
  std::string digest;
  for (const char* workers : {"1", "4"}) {
    const RunFolder folder(small_sweep(12, "stop: {target: " + target + "}\n"));
    ASSERT_EQ(folder.run({"--workers", workers}).code, 0);
    EXPECT_EQ(folder.query("SELECT stop_reason FROM sweeps"), "target");
    EXPECT_EQ(folder.query("SELECT MAX(number) FROM trials WHERE state = 'complete'"), first);
    EXPECT_EQ(folder.query("SELECT COUNT(*) FROM trials WHERE number > " + first +
                           " AND reason IS NOT 'beyond_stop'"),
              "0");
    EXPECT_EQ(digest.empty() ? folder.digest() : digest, folder.digest());
    digest = folder.digest();
    // Raised, the sweep goes on, and finds what it finds without the rule.
    folder.write("sweep.yaml", small_sweep(12));
    ASSERT_EQ(folder.run().code, 0);
    EXPECT_EQ(folder.digest(), plain.digest());
  }
}

TEST(StopRule, EpochsEndTheSweepAtTheTrialThatReachesTheSum) {
  const RunFolder folder(small_sweep(12, "stop: {epochs: 14}\n"));  // 4 epochs a trial
  ASSERT_EQ(folder.run({"--workers", "3"}).code, 0);
  EXPECT_EQ(folder.query("SELECT stop_reason FROM sweeps"), "epochs");
  EXPECT_EQ(folder.query("SELECT COUNT(*) FROM trials WHERE state = 'complete'"), "4");
  EXPECT_THAT(folder.run().err, HasSubstr("is already complete"));
}

TEST(StopRule, TimeEndsTheSweepAndCountsOverItsCalls) {
  const RunFolder folder(long_sweep() + "stop: {time: 0.4s}\n");
  const auto result = folder.run({"--workers", "2"});
  EXPECT_TRUE(result.code == 0 || result.code == 3) << result.err;
  EXPECT_EQ(folder.query("SELECT state || ' ' || stop_reason FROM sweeps"), "complete time");
  EXPECT_EQ(folder.query("SELECT COUNT(*) FROM trials WHERE state = 'running'"), "0");
  const std::string epochs = folder.query("SELECT COUNT(*) FROM epochs");
  folder.run({"--workers", "2"});
  EXPECT_EQ(folder.query("SELECT COUNT(*) FROM epochs"), epochs) << "the time is used up";
}

TEST(CallLimit, LeavesTheSweepInterruptedAndSaysHowToGoOn) {
  const RunFolder folder(small_sweep());
  const auto result = folder.run({"--trials", "2"});
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.err, HasSubstr("this call ends here, as --trials asked; to go on:\n"));
  EXPECT_EQ(folder.query("SELECT state || ' ' || stop_reason FROM sweeps"), "interrupted trials");
  EXPECT_THAT(folder.report().out,
              HasSubstr("2 of 6 complete; interrupted, as the last call was limited by --trials"));
  EXPECT_EQ(folder.query("SELECT COUNT(*) FROM trials"), "2");
  EXPECT_EQ(folder.query("SELECT COUNT(*) FROM metrics WHERE name GLOB 'test_*'"), "0")
      << "no test metric yet";
  ASSERT_EQ(folder.run({"--time", "1h"}).code, 0);
  EXPECT_EQ(folder.query("SELECT state FROM sweeps"), "complete");
}

TEST(RunOptions, SetChangesTheFileAsAnEditWould) {
  const RunFolder folder(small_sweep());
  ASSERT_EQ(folder.run({"--set", "training.epochs=2", "--set", "run_cap=3"}).code, 0);
  EXPECT_EQ(folder.query("SELECT COUNT(*) || ' ' || MAX(epochs_done) FROM trials"), "3 2");
  const auto plain = folder.run();
  EXPECT_EQ(plain.code, 2);
  EXPECT_THAT(plain.err, HasSubstr("  training.epochs: 2 -> 4\n"));
  const auto wrong = folder.run({"--set", "training.epochs=none"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(
      wrong.err,
      HasSubstr("sweep.yaml as edited:6:20: error: 'epochs' must be a whole number; found 'none'"));
}

TEST(RunOptions, DryRunShowsTheFirstTrialsAndWritesNothing) {
  const RunFolder folder(small_sweep());
  const auto result = folder.run({"--dry-run"});
  ASSERT_EQ(result.code, 0);
  EXPECT_THAT(result.out, HasSubstr("the first 6 trials:\n"));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "hpsearch.db"));
  EXPECT_EQ(folder.run({"--dry-run", "--json"}).out.substr(0, 12), "{\"format\":1,");
}

TEST(RunOptions, DryRunSaysThatASweepIsThereAlready) {
  const RunFolder folder(small_sweep());
  ASSERT_EQ(folder.run({"--trials", "2"}).code, 0);
  const auto result = folder.run({"--dry-run"});
  EXPECT_EQ(result.err,
            "hpsearch.db has sweep 'small' already: 2 of its 6 trials are done, 4 are left\n");
  EXPECT_EQ(folder.query("SELECT COUNT(*) FROM trials"), "2");
  // Those that are left are the ones that the next run trains.
  EXPECT_THAT(result.out, HasSubstr("the next 4 trials:\n"));
  const auto json = nlohmann::json::parse(folder.run({"--dry-run", "--json"}).out);
  EXPECT_EQ(json["begun"], 2);
  ASSERT_EQ(folder.run().code, 0);
  EXPECT_EQ(json["trials"][0],
            nlohmann::json::parse(folder.query("SELECT params_json FROM trials WHERE number = 2")));
  EXPECT_THAT(folder.run({"--dry-run"}).err,
              HasSubstr("6 of its 6 trials are done, and nothing is"));
}

TEST(RunOptions, TakeEqualFilesForTheSameSweep) {
  const RunFolder folder(
      "run_cap: 1\ndataset: {source: xor}\ntraining: {epochs: 1, learning_rate: 1}\n");
  ASSERT_EQ(folder.run().code, 0);
  folder.write("sweep.yaml",
               "name: sweep\nproject: p\nrun_cap: 1\ndataset: {source: xor}\n"
               "training: {epochs: 1, learning_rate: 1.0}\n");
  const auto result = folder.run();
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.err, AllOf(HasSubstr("'project' is accepted and has no effect here"),
                                HasSubstr("is already complete")));
}

TEST(RunReport, CountsTheEpochsOfTheTrialsThatCount) {
  const RunFolder folder(small_sweep(6));
  ASSERT_EQ(folder.run().code, 0);
  EXPECT_THAT(folder.report().out, HasSubstr("\nepochs: 24 in "));
  folder.write("sweep.yaml", small_sweep(2));
  ASSERT_EQ(folder.run().code, 0);
  EXPECT_THAT(folder.report().out, HasSubstr("\nepochs: 8 in "));
}

TEST(RunReport, SaysWhatItWrote) {
  const RunFolder folder(small_sweep(1));
  ASSERT_EQ(folder.run().code, 0);
  const auto result = folder.report({"--html", "page.html"});
  EXPECT_EQ(result.err, "wrote page.html: the report of sweep 'small', for any browser\n");
  EXPECT_EQ(result.out, "");
}

// All diverge: the report, the page and the sweep that follows say the same.
TEST(RunReport, AdvisesWhereEveryTrialDiverges) {
  const RunFolder folder(
      "name: d\nrun_cap: 8\ndataset: {source: digits}\ntraining: {epochs: 2}\n"
      "parameters: {learning_rate: {min: 1e12, max: 1e20, scale: log}}\n");
  ASSERT_EQ(folder.run().code, 3);
  EXPECT_THAT(folder.report({"--advice"}).out, HasSubstr("lower the range of learning_rate"));
  ASSERT_EQ(folder.report({"--next", "n.yaml"}).code, 0);
  EXPECT_EQ(test::run_hpsearch(folder.path(), {"run", "n.yaml"}).code, 0);
  EXPECT_GE(std::stoi(folder.query("SELECT complete FROM sweep_summary WHERE sweep = 'd-2'")), 4);
  ASSERT_EQ(folder.report({"--sweep", "d", "--html", "d.html"}).code, 0);
  const std::string page = folder.read("d.html");
  EXPECT_THAT(page, AllOf(HasSubstr("lower the range of learning_rate"),
                          HasSubstr("waits for a winner: no trial is complete")));
}

TEST(RunOptions, QuietLeavesTheResultAlone) {
  const RunFolder folder(small_sweep());
  const auto result = folder.run({"--quiet", "--json"});
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(result.out.substr(0, 12), "{\"format\":1,");
  EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 1);
}

}  // namespace
}  // namespace hpsearch::runner
