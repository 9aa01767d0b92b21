// Sweeps over the techniques, with the real binary: as reproducible and as durable as any other.

#include <csignal>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runner/run_support.h"

namespace hpsearch::runner {
namespace {

using ::testing::HasSubstr;

// Everything with a state of its own at once: running statistics, moments, a plateau, patience.
constexpr char kStates[] =
    "name: states\n"
    "seed: 2\n"
    "run_cap: 30\n"
    "dataset: {source: digits}\n"
    "model: {hidden: [24, 16], activation: [elu, tanh], batch_norm: true, dropout: [0.1, 0.3]}\n"
    "training:\n"
    "  epochs: 30\n"
    "  batch_size: 32\n"
    "  patience: 6\n"
    "  l1: 1e-5\n"
    "  grad_clip: 2\n"
    "  schedule: {type: plateau, factor: 0.3, patience: 2}\n"
    "parameters:\n"
    "  optimizer: {values: [sgd, adagrad, rmsprop, adam, adamw]}\n"
    "  learning_rate: {min: 1e-3, max: 0.1, scale: log}\n"
    "  weight_decay: {min: 1e-4, max: 0.1, scale: log}\n";

TEST(TechniquesRun, HasTheSameDigestForAnyNumberOfWorkersAndAfterKills) {
  std::string expected;
  for (const char* workers : {"1", "3"}) {
    const RunFolder folder(kStates);
    ASSERT_EQ(folder.run({"--workers", workers}).code, 0);
    expected = expected.empty() ? folder.digest() : expected;
    EXPECT_EQ(folder.digest(), expected);
    EXPECT_EQ(folder.query("SELECT count(*) FROM trials WHERE state = 'complete'"), "30");
    // Patience has ended some of them, as complete, six epochs after their best.
    EXPECT_NE(folder.query("SELECT count(*) FROM trials WHERE epochs_done < epochs"), "0");
    EXPECT_EQ(folder.query("SELECT count(*) FROM trials WHERE epochs_done < epochs AND "
                           "epochs_done <> best_epoch + 6"),
              "0");
  }
  const RunFolder folder(kStates);
  for (const int epochs : {30, 150}) {
    test::Process process(folder.path(), {"run", "sweep.yaml", "--workers", "2"});
    ASSERT_TRUE(process.wait_until(
        [&] { return std::stoi("0" + folder.query("SELECT count(*) FROM epochs")) >= epochs; }));
    process.signal(SIGKILL);
    process.wait();
  }
  ASSERT_EQ(folder.run().code, 0);
  EXPECT_EQ(folder.digest(), expected);
}

// A winner whose schedule depends on its stage's epochs is trained again to the same bits, and as
// a sweep of its own too.
TEST(TechniquesRun, TrainsAStagedWinnerAgainAlongItsSchedule) {
  const RunFolder folder(
      "name: staged\nseed: 1\nrun_cap: 12\nmethod: coarse_to_fine\ndataset: {source: digits}\n"
      "model: {hidden: [16]}\n"
      "training: {epochs: 9, batch_size: 32, schedule: {type: cosine, final: 0.01}}\n"
      "parameters:\n"
      "  learning_rate: {min: 1e-3, max: 0.3, scale: log}\n"
      "  schedule.warmup: {min: 0, max: 2}\n");
  const auto run = folder.run();
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("test: accuracy 0."));
  const std::string best = folder.report({"--best"}).out;
  EXPECT_THAT(best, HasSubstr("schedule: {type: cosine, final: 0.01, warmup: "));
  folder.write("best.yaml", best);
  ASSERT_EQ(test::run_hpsearch(folder.path(), {"run", "best.yaml"}).code, 0);
  EXPECT_EQ(folder.query("SELECT count(DISTINCT value) FROM best_trials"), "1");
}

TEST(TechniquesRun, WritesABestWhoseScheduleHasNoOtherKeys) {
  const RunFolder folder(
      "name: choice\nseed: 1\nrun_cap: 6\nmethod: grid\ndataset: {source: digits}\n"
      "model: {hidden: [16]}\ntraining: {epochs: 2, schedule.every: 1}\n"
      "parameters:\n"
      "  schedule: {values: [constant, step, inverse_time]}\n"
      "  schedule.factor: {values: [0.5, 0.9]}\n"
      "  schedule.decay: 0.5\n");
  const auto run = folder.run();
  ASSERT_EQ(run.code, 0) << run.err;
  folder.write("best.yaml", folder.report({"--best"}).out);
  const auto again = test::run_hpsearch(folder.path(), {"run", "best.yaml"});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(folder.query("SELECT count(DISTINCT value) FROM best_trials"), "1");
}

TEST(TechniquesRun, KeepsTheSeriesOfATrial) {
  const RunFolder folder(
      "name: rbm\nseed: 1\ndataset: {source: digits}\n"
      "model: {hidden: [12, 8], activation: sigmoid, pretrain: {method: rbm, epochs: 2}}\n"
      "training: {epochs: 5, l2: 1e-4}\ndiagnostics: full\n");
  ASSERT_EQ(folder.run().code, 0);
  EXPECT_EQ(folder.query("SELECT count(*) FROM metrics WHERE name = 'pretrain_error_2'"), "2");
  EXPECT_EQ(folder.query("SELECT count(*) FROM metrics WHERE name = 'initial_loss' AND epoch = 0"),
            "1");
  EXPECT_EQ(folder.query("SELECT group_concat(epoch) FROM metrics WHERE name = 'dead_units_2'"),
            "1,2,3,4,5");
  EXPECT_EQ(folder.query("SELECT count(*) FROM metrics WHERE name = 'penalty'"), "5");
  const auto shown = test::run_hpsearch(folder.path(), {"show", "0"});
  EXPECT_THAT(shown.out, HasSubstr("layers, at epoch 5:\nlayer  act. std  act. mean  dead"));
}

// The weights of every kind of layer are in the file.
TEST(TechniquesRun, KeepsStatisticsAndPiecesInTheWeights) {
  const RunFolder folder(
      "name: kept\ndataset: {source: digits}\n"
      "model: {hidden: [12], activation: maxout, maxout_pieces: 3, batch_norm: true}\n"
      "training: {epochs: 1}\n");
  ASSERT_EQ(folder.run().code, 0);
  std::ifstream file(folder.path() / "hpsearch.db.files/sweep1/best.safetensors", std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  EXPECT_THAT(bytes, HasSubstr(R"("layers.0.weight":{"dtype":"F32","shape":[64,3,12])"));
  EXPECT_THAT(bytes,
              HasSubstr(R"("layers.0.norm.running_variance":{"dtype":"F32","shape":[3,12])"));
  EXPECT_THAT(bytes, HasSubstr(R"("layers.1.weight":{"dtype":"F32","shape":[12,10])"));
}

TEST(TechniquesRun, QueuesLists) {
  const RunFolder folder(
      "name: lists\nrun_cap: 4\ndataset: {source: digits}\nmodel: {hidden: [8, 6]}\n"
      "training: {epochs: 1}\n"
      "parameters: {activation: {values: [relu, [relu, tanh]]}, dropout: {min: 0, max: 0.5}}\n");
  ASSERT_EQ(folder.run({"--trials", "1"}).code, 0);
  const auto queued = test::run_hpsearch(
      folder.path(), {"enqueue", "activation=[relu, tanh]", "dropout=[0.25, 0]"});
  ASSERT_EQ(queued.code, 0) << queued.err;
  ASSERT_EQ(folder.run().code, 0);
  EXPECT_EQ(folder.query("SELECT params_json FROM trials WHERE origin = 'enqueued'"),
            R"({"activation":["relu","tanh"],"dropout":[0.25,0.0]})");
}

TEST(TechniquesRun, SurvivesATrialThatDiverges) {
  const RunFolder folder(
      "name: wild\nseed: 1\nrun_cap: 4\ndataset: {source: digits}\n"
      "model: {hidden: [32, 32, 32], init: normal, init_std: 10}\n"
      "training: {epochs: 3, momentum: 0}\n"
      "parameters: {learning_rate: {values: [1e-6, 1e30]}}\n");
  const auto run = folder.run();
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(folder.query("SELECT count(*) FROM trials WHERE state NOT IN ('complete', 'diverged')"),
            "0");
  EXPECT_NE(folder.query("SELECT count(*) FROM trials WHERE state = 'diverged'"), "0");
}

}  // namespace
}  // namespace hpsearch::runner
