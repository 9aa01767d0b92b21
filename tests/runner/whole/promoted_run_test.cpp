// `asha` with `mode: promote`, by the program itself: paused trials go on from their saved states
// to the bits of trials that never paused.
#include <csignal>
#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runner/run_support.h"

namespace hpsearch::runner {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

constexpr char kSweep[] =
    "name: promoted\n"
    "seed: 3\n"
    "run_cap: 18\n"
    "dataset: {source: digits}\n"
    "model: {hidden: [16], batch_norm: true, dropout: 0.2}\n"
    "training: {epochs: 9, batch_size: 32, optimizer: adam, schedule: cosine}\n"
    "parameters:\n"
    "  learning_rate: {min: 1e-4, max: 0.3, scale: log}\n"
    "early_terminate: {type: asha, min_iter: 1, eta: 3, mode: promote}\n";

int count(const RunFolder& folder, const std::string& sql) {
  const std::string text = folder.query(sql);
  return text.empty() ? 0 : std::stoi(text);
}

std::filesystem::path states_of(const RunFolder& folder) {
  return folder.path() / "hpsearch.db.files" / "sweep1" / "checkpoints";
}

TEST(PromotedRun, ContinuesThePausedTrials) {
  const RunFolder folder(kSweep);
  ASSERT_EQ(folder.run({"--workers", "2"}).code, 0);
  EXPECT_EQ(count(folder, "SELECT count(*) FROM trials WHERE origin <> 'promoted'"), 18);
  const int promoted = count(folder, "SELECT count(*) FROM trials WHERE origin = 'promoted'");
  EXPECT_GE(promoted, 7) << "six of the first rung, two of the second, at least but for one";
  // All went on from a state, and none is left.
  EXPECT_EQ(count(folder, "SELECT count(*) FROM events WHERE kind = 'continued'"), promoted);
  EXPECT_EQ(count(folder, "SELECT count(*) FROM events WHERE kind = 'promoted'"), promoted);
  EXPECT_FALSE(std::filesystem::exists(states_of(folder)));
  // Each has the parameters, the seed and the epochs of its parent.
  EXPECT_EQ(count(folder,
                  "SELECT count(*) FROM trials c JOIN trials p ON p.number = c.parent WHERE "
                  "c.origin = 'promoted' AND c.params_json = p.params_json AND c.seed = p.seed AND "
                  "c.epochs_done > p.epochs_done AND p.state = 'pruned'"),
            promoted);
  EXPECT_EQ(
      count(folder,
            "SELECT count(*) FROM trials c JOIN trials p ON p.number = c.parent JOIN epochs e "
            "ON e.trial_id = p.trial_id LEFT JOIN epochs f ON f.trial_id = c.trial_id AND "
            "f.epoch = e.epoch WHERE c.origin = 'promoted' AND f.val_loss IS NOT e.val_loss"),
      0);
  EXPECT_EQ(folder.query("SELECT group_concat(DISTINCT epochs_done) FROM (SELECT * FROM trials "
                         "ORDER BY epochs_done)"),
            "1,3,9");
  // A promotion's epochs count once.
  EXPECT_EQ(count(folder, "SELECT epochs FROM sweep_summary"),
            count(folder,
                  "SELECT count(*) FROM epochs JOIN trials t USING (trial_id) WHERE epoch > "
                  "coalesce((SELECT epochs_done FROM trials p WHERE p.number = t.parent), 0)"));
}

// What a trial comes to is what the same configuration comes to that is trained without a pause.
TEST(PromotedRun, GivesTheBitsOfATrialThatNeverPaused) {
  const RunFolder folder(kSweep);
  ASSERT_EQ(folder.run().code, 0);
  const RunFolder plain([] {
    std::string yaml(kSweep);
    yaml.resize(yaml.find("early_terminate"));
    return yaml;
  }());
  ASSERT_EQ(plain.run().code, 0);
  // The whole training of a promoted one's first ancestor, by its seed.
  const std::string curve =
      "SELECT group_concat(quote(e.val_loss) || quote(e.train_loss)) FROM epochs e JOIN trials t "
      "USING (trial_id) WHERE t.seed = ";
  const std::string seed =
      folder.query("SELECT seed FROM trials WHERE state = 'complete' ORDER BY number LIMIT 1");
  ASSERT_FALSE(seed.empty());
  EXPECT_EQ(folder.query(curve + seed + " AND t.state = 'complete'"), plain.query(curve + seed));
}

TEST(PromotedRun, GivesTheSameDigestWithAnyWorkersAfterKillsAndWithoutStates) {
  const RunFolder one(kSweep);
  ASSERT_EQ(one.run({"--workers", "1"}).code, 0);
  const RunFolder three(kSweep);
  ASSERT_EQ(three.run({"--workers", "3"}).code, 0);
  EXPECT_EQ(three.digest(), one.digest());

  const RunFolder killed(kSweep);
  for (int kill = 1; kill <= 3; ++kill) {
    test::Process process(killed.path(), {"run", "sweep.yaml", "--workers", "2"});
    EXPECT_TRUE(process.wait_until(
        [&] { return count(killed, "SELECT count(*) FROM epochs") >= 12 * kill; }));
    process.signal(SIGKILL);
    process.wait();
    if (kill == 2) {
      std::filesystem::remove_all(states_of(killed));
    }
  }
  ASSERT_EQ(killed.run({"--workers", "2"}).code, 0);
  EXPECT_EQ(killed.digest(), one.digest());
  // An ended sweep has nothing to do.
  ASSERT_EQ(killed.run().code, 0);
  EXPECT_EQ(killed.digest(), one.digest());
}

TEST(PromotedRun, StopsInTheMiddleOfItsLastPromotions) {
  const RunFolder whole(kSweep);
  ASSERT_EQ(whole.run().code, 0);
  const RunFolder parts(kSweep);
  for (int call = 0; call < 40; ++call) {
    ASSERT_THAT(parts.run({"--trials", "2"}).code, AnyOf(0, 3)) << "3: no trial is complete yet";
    if (parts.query("SELECT state FROM sweeps") == "complete") {
      break;
    }
  }
  EXPECT_EQ(parts.query("SELECT state FROM sweeps"), "complete");
  EXPECT_EQ(parts.digest(), whole.digest());
}

// Without the kept weights the winner is trained again, by its parent's seed.
TEST(PromotedRun, TrainsItsWinnerAgain) {
  const RunFolder whole(kSweep);
  ASSERT_EQ(whole.run().code, 0);
  const RunFolder parts(kSweep);
  for (int call = 0; call < 40 && parts.query("SELECT state FROM sweeps") != "complete"; ++call) {
    std::filesystem::remove_all(parts.path() / "hpsearch.db.files");
    ASSERT_THAT(parts.run({"--trials", "5"}).code, AnyOf(0, 3));
  }
  EXPECT_EQ(parts.digest(), whole.digest());
}

TEST(PromotedRun, RepeatsItsBestTrials) {
  const RunFolder folder(std::string(kSweep) + "repeats: {seeds: 2, top: 2}\n");
  const auto result = folder.run();
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(count(folder, "SELECT count(*) FROM replicates WHERE replicate = 1"), 2);
}

TEST(PromotedRun, GoesOnOnlyWithWhatWasPaused) {
  std::string yaml(kSweep);
  yaml.resize(yaml.find("early_terminate"));
  const RunFolder folder(yaml +
                         "early_terminate: {type: threshold, upper: 0.0001, also: [{type: asha, "
                         "mode: promote}]}\n");
  EXPECT_EQ(folder.run().code, 3) << "no trial is complete";
  EXPECT_EQ(count(folder, "SELECT count(*) FROM trials"), 18);
}

TEST(PromotedRun, DoesNotTakeAPauseForALackOfImprovement) {
  const RunFolder folder(std::string(kSweep) + "stop: {no_improvement: 8}\n");
  EXPECT_EQ(folder.run().code, 0);
  EXPECT_GT(count(folder, "SELECT complete FROM sweep_summary"), 0);
}

TEST(PromotedRun, NeedsWhatCanPause) {
  const RunFolder folds(
      std::string(kSweep).replace(std::string(kSweep).find("digits}"), 7, "digits, folds: 3}"));
  const auto refused = folds.run();
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("a trial in folds cannot pause; write mode: stop"));
}

}  // namespace
}  // namespace hpsearch::runner
