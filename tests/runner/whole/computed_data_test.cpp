// The real program on data sets that are computed: there is no file to keep a checksum of.

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runner/run_support.h"

namespace hpsearch::runner {
namespace {

using testing::HasSubstr;

TEST(ComputedData, GoesFromASweepToItsContinuationAndItsWinner) {
  const std::string yaml =
      "name: arms\n"
      "dataset: {source: spiral, preprocess: pca_whiten}\n"
      "model: {hidden: [8]}\n"
      "training: {epochs: 3, batch_size: 30}\n"
      "parameters: {learning_rate: {min: 0.01, max: 0.1}}\n";
  const RunFolder folder(yaml + "run_cap: 2\n");
  ASSERT_EQ(folder.run().code, 0);
  folder.write("sweep.yaml", yaml + "run_cap: 3\n");
  const auto more = folder.run();
  EXPECT_EQ(more.code, 0) << more.err;
  EXPECT_EQ(folder.query("SELECT count(*) FROM trials WHERE state = 'complete'"), "3");

  const RunFolder elsewhere(folder.report({"--best"}).out);
  const auto again = elsewhere.run();
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(elsewhere.query("SELECT value FROM best_trials"),
            folder.query("SELECT value FROM best_trials"));
}

TEST(ComputedData, LearnsXorOutOfTheBox) {
  const RunFolder folder(
      "dataset: {source: xor}\n"
      "model: {hidden: [16]}\n"
      "training: {epochs: 200, batch_size: 4, learning_rate: 0.1}\n"
      "run_cap: 3\n"
      "parameters: {seed: {values: [1, 2, 3]}}\n");
  const auto run = folder.run();
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(folder.query("SELECT value FROM best_trials"), "1.0");
  EXPECT_THAT(folder.report().out, HasSubstr("test: accuracy 1"));
}

TEST(ComputedData, ValidatesByTheOwnTestPart) {
  const RunFolder folder(
      "dataset: {source: linear-synthetic, validation: test, preprocess: none, "
      "standardize_target: false}\n"
      "model: {hidden: []}\n"
      "parameters: {l2: {values: [0, 3]}}\n");
  const auto check = test::run_hpsearch(folder.path(), {"check", "sweep.yaml"});
  ASSERT_EQ(check.code, 0) << check.err;
  EXPECT_THAT(check.out, HasSubstr("data: linear-synthetic: 120 rows of 200 features, regression\n"
                                   "  train 20, validation 100, test 0\n"));
}

TEST(ComputedData, LeavesValidationByTheTestPartToImagesToo) {
  if (!std::filesystem::exists("/usr/share/datasets/fashion-mnist")) {
    GTEST_SKIP() << "needs the package dataset-fashion-mnist";
  }
  const RunFolder folder(
      "dataset: {source: fashion-mnist, validation: test, test: none}\n"
      "model: {hidden: []}\n"
      "parameters: {l2: {values: [0, 3]}}\n");
  const auto check = test::run_hpsearch(folder.path(), {"check", "sweep.yaml"});
  ASSERT_EQ(check.code, 0) << check.err;
  EXPECT_THAT(check.out, HasSubstr("  train 60000, validation 10000, test 0\n"));
}

}  // namespace
}  // namespace hpsearch::runner
