// Promotions beside enqueued trials, changed limits and ensembles, by the program itself.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runner/run_support.h"

namespace hpsearch::runner {
namespace {

using ::testing::HasSubstr;

std::string promoted_sweep(int run_cap, const std::string& more = "") {
  return fmt::format(
      "name: promoted\n"
      "seed: 4\n"
      "run_cap: {}\n"
      "dataset: {{source: digits}}\n"
      "model: {{hidden: [12]}}\n"
      "training: {{epochs: 9, batch_size: 64}}\n"
      "parameters:\n"
      "  learning_rate: {{min: 1e-4, max: 0.5, scale: log}}\n"
      "early_terminate: {{type: asha, mode: promote}}\n"
      "{}",
      run_cap, more);
}

constexpr char kOwn[] =
    "SELECT COUNT(*) FROM trials WHERE origin <> 'promoted' AND state IN "
    "('complete', 'pruned', 'diverged')";

TEST(PromotedLimits, CountNoPromotionsAsTrials) {
  const RunFolder folder(promoted_sweep(12));
  ASSERT_EQ(folder.run().code, 0);
  EXPECT_EQ(folder.query(kOwn), "12");
  EXPECT_NE(folder.query("SELECT COUNT(*) FROM trials WHERE origin = 'promoted'"), "0");
  const auto again = folder.run({"--dry-run"});
  EXPECT_THAT(again.err, HasSubstr("12 of its 12 trials are done, and nothing is left"));
}

TEST(PromotedLimits, AreRaisedAndLowered) {
  const RunFolder folder(promoted_sweep(9));
  ASSERT_EQ(folder.run().code, 0);
  const std::string nine = folder.digest();
  folder.write("sweep.yaml", promoted_sweep(15));
  const auto raised = folder.run({"--workers", "2"});
  ASSERT_EQ(raised.code, 0) << raised.err;
  EXPECT_EQ(folder.query(kOwn), "15");
  EXPECT_EQ(
      folder.query("SELECT COUNT(*) FROM (SELECT parent FROM trials WHERE origin = 'promoted' "
                   "GROUP BY parent HAVING COUNT(*) > 1)"),
      "0");
  folder.write("sweep.yaml", promoted_sweep(9));
  ASSERT_EQ(folder.run().code, 0);
  EXPECT_EQ(folder.digest(), nine);
}

TEST(PromotedLimits, LeaveRoomForEnqueuedTrials) {
  const std::string yaml =
      promoted_sweep(10, "enqueue: [{learning_rate: 0.1}, {learning_rate: 1e-4}]\n");
  const RunFolder one(yaml);
  ASSERT_EQ(one.run({"--workers", "1"}).code, 0);
  EXPECT_EQ(one.query("SELECT COUNT(*) FROM trials WHERE origin = 'enqueued'"), "2");
  EXPECT_EQ(one.query(kOwn), "10");
  const RunFolder three(yaml);
  ASSERT_EQ(three.run({"--workers", "3"}).code, 0);
  EXPECT_EQ(three.digest(), one.digest());
}

TEST(PromotedLimits, EndInAnEnsembleOfTheCompleteTrials) {
  const std::string yaml = promoted_sweep(12, "ensemble: {trials: 3}\n");
  const RunFolder folder(yaml);
  const auto run = folder.run({"--workers", "2"});
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(
      folder.query("SELECT COUNT(*) FROM ensemble_members m JOIN trials t USING(trial_id) WHERE "
                   "t.state <> 'complete'"),
      "0");
  EXPECT_NE(folder.query("SELECT COUNT(*) FROM ensemble_members"), "0");
  const RunFolder other(yaml);
  ASSERT_EQ(other.run({"--workers", "1"}).code, 0);
  EXPECT_EQ(other.digest(), folder.digest());
}

}  // namespace
}  // namespace hpsearch::runner
