// No trial has the values of an earlier one.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runner/run_support.h"

namespace hpsearch::runner {
namespace {

using testing::HasSubstr;

constexpr char kDifferent[] = "SELECT count(DISTINCT params_json) FROM trials";

// Six different trials.
std::string finite_sweep(const std::string& method, int run_cap, const std::string& more = "") {
  return fmt::format(
      "name: finite\nseed: 3\nmethod: {}\nrun_cap: {}\ndataset: {{source: digits}}\n"
      "model: {{hidden: [8]}}\ntraining: {{epochs: 1, batch_size: 64}}\nparameters:\n"
      "  optimizer: {{values: [sgd, adam]}}\n"
      "  dropout: {{values: [0.0, 0.1, 0.2]}}\n{}",
      method, run_cap, more);
}

TEST(Duplicates, EndASweepThatHasTriedEachPointOfItsSpace) {
  for (const char* method : {"random", "sobol", "tpe"}) {
    const RunFolder folder(finite_sweep(method, 20));
    const auto result = folder.run({"--workers", "2"});
    ASSERT_EQ(result.code, 0) << result.err;
    EXPECT_EQ(folder.query("SELECT count(*) FROM trials"), "6") << method;
    EXPECT_EQ(folder.query(kDifferent), "6") << method;
    EXPECT_EQ(folder.query("SELECT state || ' ' || stop_reason FROM sweeps"), "complete space");
    EXPECT_THAT(folder.run().err, HasSubstr("is already complete; all points of its space have "));
  }
}

TEST(Duplicates, AreNotMadeWhereOthersAreLeft) {
  for (const char* method : {"random", "sobol", "tpe"}) {
    const RunFolder one(finite_sweep(method, 5));
    ASSERT_EQ(one.run({"--workers", "1"}).code, 0);
    EXPECT_EQ(one.query(kDifferent), "5") << method;
    const RunFolder three(finite_sweep(method, 5));
    ASSERT_EQ(three.run({"--workers", "3"}).code, 0);
    EXPECT_EQ(one.digest(), three.digest()) << method;
    // In two calls, as after a kill.
    const RunFolder parts(finite_sweep(method, 5));
    ASSERT_EQ(parts.run({"--trials", "2"}).code, 0);
    ASSERT_EQ(parts.run().code, 0);
    EXPECT_EQ(one.digest(), parts.digest()) << method;
  }
}

TEST(Duplicates, AreAllowedWhereTheFileSaysSo) {
  const RunFolder folder(finite_sweep("random", 20, "search: {duplicates: allow}\n"));
  ASSERT_EQ(folder.run().code, 0);
  EXPECT_EQ(folder.query("SELECT count(*) FROM trials"), "20");
  EXPECT_EQ(folder.query("SELECT stop_reason FROM sweeps"), "run_cap");
}

TEST(Duplicates, CountWhatWasEnqueued) {
  const RunFolder folder(finite_sweep("random", 2));
  ASSERT_EQ(folder.run().code, 0);
  const std::string before = folder.query("SELECT params_json FROM trials WHERE number = 0");
  // What is enqueued may repeat a trial; what the method suggests may not repeat that.
  ASSERT_EQ(test::run_hpsearch(folder.path(), {"enqueue", "optimizer=sgd", "dropout=0.1"}).code, 0);
  folder.write("sweep.yaml", finite_sweep("random", 20));
  ASSERT_EQ(folder.run().code, 0);
  EXPECT_EQ(folder.query(kDifferent), "6");
  EXPECT_EQ(
      folder.query("SELECT count(*) FROM trials WHERE origin = 'sampler' AND params_json IN "
                   "(SELECT params_json FROM trials WHERE origin = 'enqueued') AND number > 2"),
      "0");
}

TEST(Duplicates, AreRepeatsWithAnotherSeedWhereNothingVaries) {
  const RunFolder folder(
      "name: same\nrun_cap: 3\ndataset: {source: digits}\nmodel: {hidden: [8]}\n"
      "training: {epochs: 1}\n");
  ASSERT_EQ(folder.run().code, 0);
  EXPECT_EQ(folder.query("SELECT count(*) FROM trials"), "3");
}

// Each stage trains each configuration once, those that it carries among them.
TEST(Duplicates, EndTheStagesOfAFiniteSpace) {
  const RunFolder folder(finite_sweep("coarse_to_fine", 60));
  const auto result = folder.run({"--workers", "2"});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(folder.query("SELECT group_concat(n || '/' || d) FROM (SELECT count(*) AS n, "
                         "count(DISTINCT params_json) AS d FROM trials GROUP BY stage)"),
            "6/6,6/6,6/6");
  EXPECT_EQ(folder.query("SELECT count(*) FROM trials WHERE origin = 'carried'"), "6");
  EXPECT_EQ(folder.query("SELECT state || ' ' || stop_reason FROM sweeps"), "complete space");
  EXPECT_THAT(folder.run().err, HasSubstr("is already complete; all points of its space have "));
  // In parts, at any of the stages' ends, and by other threads.
  for (const char* trials : {"3", "6", "7"}) {
    const RunFolder parts(finite_sweep("coarse_to_fine", 60));
    for (int call = 0; call < 7; ++call) {
      ASSERT_EQ(parts.run({"--trials", trials, "--workers", "1"}).code, 0);
    }
    EXPECT_EQ(folder.digest(), parts.digest()) << trials;
    EXPECT_EQ(parts.query("SELECT stop_reason FROM sweeps"), "space");
  }
}

TEST(Duplicates, LeaveAStageOfManyPointsItsTrials) {
  const RunFolder folder(finite_sweep("coarse_to_fine", 10));
  ASSERT_EQ(folder.run().code, 0);
  EXPECT_EQ(folder.query("SELECT count(*) FROM trials"), "10");  // stages of 5, 3 and 2
  EXPECT_EQ(folder.query("SELECT stop_reason FROM sweeps"), "run_cap");
}

}  // namespace
}  // namespace hpsearch::runner
