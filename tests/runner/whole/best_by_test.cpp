// Sweeps whose epochs are judged by the loss, and the recipe for tables, with the real binary.
#include <csignal>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/files/safetensors.h"
#include "tests/runner/run_support.h"

namespace hpsearch::runner {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// High rates, which overfit: the loss rises again while the accuracy still does.
std::string by_loss_sweep(const std::string& training = "") {
  return "name: judged\n"
         "seed: 4\n"
         "run_cap: 8\n"
         "dataset: {source: digits, validation: 300}\n"
         "model: {hidden: [32], activation: mish}\n"
         "training: {epochs: 12, batch_size: 16, best_by: loss" +
         training +
         "}\n"
         "parameters:\n"
         "  learning_rate: {min: 0.03, max: 0.5, scale: log}\n";
}

// The epoch that should count, computed from the rows alone.
constexpr char kWrong[] =
    "SELECT count(*) FROM trials t WHERE best_epoch <> (SELECT epoch FROM epochs e WHERE "
    "e.trial_id = t.trial_id ORDER BY val_loss, epoch DESC LIMIT 1) OR value <> (SELECT "
    "val_accuracy FROM epochs e WHERE e.trial_id = t.trial_id AND epoch = best_epoch)";

TEST(BestBy, StoresTheMetricAtTheEpochOfTheLeastLossEverywhere) {
  const RunFolder folder(by_loss_sweep());
  const auto run = folder.run();
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(folder.query(kWrong), "0");
  EXPECT_EQ(folder.query("SELECT count(*) FROM trials t JOIN replicates r USING(trial_id) WHERE "
                         "r.value <> t.value OR r.best_epoch <> t.best_epoch"),
            "0");
  // The two rules differ on this data, so the test can fail.
  EXPECT_NE(folder.query("SELECT count(*) FROM trials t WHERE value < (SELECT max(val_accuracy) "
                         "FROM epochs e WHERE e.trial_id = t.trial_id)"),
            "0");
  EXPECT_EQ(folder.query("SELECT value = (SELECT max(value) FROM trials) FROM best_trials"), "1");
  // The winner's weights and its test metric are those of that epoch.
  const nn::SafetensorsFile file =
      nn::read_safetensors(folder.path() / "hpsearch.db.files/sweep1/best.safetensors");
  const std::string epoch = folder.query("SELECT best_epoch FROM best_trials");
  EXPECT_EQ(file.metadata.at("epoch"), epoch);
  EXPECT_EQ(folder.query("SELECT DISTINCT epoch FROM metrics WHERE name = 'test_accuracy'"), epoch);
  // The best configuration is judged in the same way when it is trained on its own.
  const std::string best = folder.report({"--best"}).out;
  EXPECT_THAT(best, HasSubstr("best_by: loss"));
  folder.write("best.yaml", best);
  ASSERT_EQ(test::run_hpsearch(folder.path(), {"run", "best.yaml"}).code, 0);
  EXPECT_EQ(folder.query("SELECT count(DISTINCT value || ' ' || best_epoch) FROM best_trials"),
            "1");
}

TEST(BestBy, SurvivesKillsAndCountsPatienceByTheLoss) {
  const std::string yaml = by_loss_sweep(", patience: 3");
  const RunFolder undisturbed(yaml);
  ASSERT_EQ(undisturbed.run({"--workers", "1"}).code, 0);
  EXPECT_EQ(undisturbed.query(kWrong), "0");
  EXPECT_EQ(undisturbed.query("SELECT count(*) FROM trials WHERE epochs_done < epochs AND "
                              "epochs_done <> best_epoch + 3"),
            "0");
  EXPECT_NE(undisturbed.query("SELECT count(*) FROM trials WHERE epochs_done < epochs"), "0");
  const RunFolder killed(yaml);
  test::Process process(killed.path(), {"run", "sweep.yaml", "--workers", "2"});
  ASSERT_TRUE(process.wait_until(
      [&] { return std::stoi("0" + killed.query("SELECT count(*) FROM epochs")) >= 20; }));
  process.signal(SIGKILL);
  process.wait();
  ASSERT_EQ(killed.run({"--workers", "2"}).code, 0);
  EXPECT_EQ(killed.digest(), undisturbed.digest());
}

// Every setting of the recipe for tables at once, fixed or searched.
TEST(TableRecipe, TrainsResumesAndExplainsItself) {
  const RunFolder folder(
      "name: recipe\nseed: 1\nrun_cap: 6\n"
      "dataset: {source: t.csv, target: y, task: regression, validation: 40, test: 40}\n"
      "metric: {name: val_rmse}\n"
      "model: {hidden: [32, 32], activation: mish, scaling: true, parametrization: ntk,\n"
      "        dropout: 0.15, dropout_schedule: flat_cos, clip_predictions: true}\n"
      "training: {epochs: 8, batch_size: 16, drop_last: true, optimizer: adamw, beta2: 0.95,\n"
      "           epsilon: 1e-9, bias_rate: 0.1, weight_decay_schedule: flat_cos, best_by: loss}\n"
      "parameters:\n"
      "  learning_rate: {min: 0.01, max: 0.1, scale: log}\n"
      "  scaling_rate: {min: 1, max: 10, scale: log}\n"
      "  weight_decay: {values: [0, 0.02, 0.1]}\n"
      "  schedule: {values: [coslog4, flat_cos, cosine]}\n");
  std::string table = "a,b,y\n";
  for (int i = 0; i < 240; ++i) {
    const int a = i * 37 % 101;
    const int b = i * 53 % 89;
    table += std::to_string(a) + "," + std::to_string(b) + "," +
             std::to_string(3 * a - b + (a > 50 ? 40 : 0)) + "\n";
  }
  folder.write("t.csv", table);
  const auto check = test::run_hpsearch(folder.path(), {"check", "sweep.yaml", "--gradients"});
  ASSERT_EQ(check.code, 0) << check.out << check.err;
  EXPECT_THAT(check.out, HasSubstr("Scaling-1"));
  EXPECT_THAT(check.out, HasSubstr("Mish-"));
  EXPECT_THAT(check.out, HasSubstr("  scaling "));
  EXPECT_THAT(check.out, Not(HasSubstr("none: no gradient")));
  const auto resolved = test::run_hpsearch(folder.path(), {"check", "sweep.yaml", "--resolved"});
  ASSERT_EQ(resolved.code, 0) << resolved.err;
  EXPECT_THAT(resolved.out, HasSubstr("parametrization: ntk"));
  const auto run = folder.run();
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(folder.query("SELECT count(*) FROM trials WHERE state = 'complete'"), "6");
  // The rates of coslog4 start at 0, and its last update is all but 0 again.
  EXPECT_EQ(folder.query("SELECT count(*) FROM trials t JOIN params p ON p.trial_id = t.trial_id "
                         "AND p.name = 'schedule' AND p.value = 'coslog4' JOIN epochs e ON "
                         "e.trial_id = t.trial_id AND e.epoch = 8 WHERE e.learning_rate > 1e-3"),
            "0");
  // What the file writes out in full is the same sweep.
  RunFolder again(resolved.out);
  again.write("t.csv", table);
  ASSERT_EQ(again.run().code, 0);
  EXPECT_EQ(again.digest(), folder.digest());
  const auto sanity = test::run_hpsearch(folder.path(), {"check", "sweep.yaml", "--sanity"});
  EXPECT_EQ(sanity.code, 0) << sanity.err;
  EXPECT_THAT(sanity.out, HasSubstr("ok    memorising 20 rows"));
}

}  // namespace
}  // namespace hpsearch::runner
