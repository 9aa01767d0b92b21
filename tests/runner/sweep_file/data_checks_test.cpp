#include "runner/sweep_file/data_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "runner/console/usage_error.h"
#include "tests/nn/files/idx_files.h"
#include "tests/nn/small_data.h"
#include "tests/runner/run_support.h"

namespace hpsearch::runner {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

nn::Dataset ten_classes() {
  return nn::labelled(nn::Task::kClassification, {0, 1, 2, 9}, 10);
}
nn::Dataset two_classes() {
  return nn::labelled(nn::Task::kBinary, {0, 1, 1, 1}, 2);
}
nn::Dataset numbers() {
  return nn::numbered({1.0F, 2.0F, 4.0F, 4.0F});
}

SweepFile load(const std::string& yaml) {
  const test::TempFolder folder;
  SweepFile file = load_sweep_file(folder.write("s.yaml", yaml).string());
  file.source.path = "s.yaml";
  return file;
}

const std::string kData = "dataset: {source: digits}\n";

template <class Work>
std::string error_of(Work work) {
  try {
    work();
  } catch (const SweepFileError& error) {
    return error.what();
  }
  return "no error";
}

std::string refusal(const std::string& more, const nn::Dataset& dataset) {
  const SweepFile file = load(kData + more);
  return error_of([&] { resolve(file, dataset); });
}

TEST(DataChecks, TakeTheMetricFromTheTaskWhereTheFileNamesNone) {
  const SweepFile file = load(kData);
  EXPECT_EQ(resolve(file, ten_classes()).metric.name, "val_accuracy");
  EXPECT_EQ(resolve(file, two_classes()).metric.name, "val_accuracy");
  EXPECT_EQ(resolve(file, numbers()).metric.name, "val_loss");
  EXPECT_EQ(resolve(file, numbers()).metric.goal, search::Goal::kMinimize);
}

TEST(DataChecks, LeaveTheMetricAndTheGoalThatTheFileNames) {
  const SweepFile file = load(kData + "metric: {name: val_rmse, goal: minimize}\n");
  EXPECT_EQ(resolve(file, numbers()).metric.name, "val_rmse");
  EXPECT_EQ(resolve(file, numbers()).metric.goal, search::Goal::kMinimize);
}

TEST(DataChecks, KnowLogLossAsAnotherNameOfTheLoss) {
  const SweepFile file = load(kData + "metric: {name: val_log_loss}\n");
  EXPECT_EQ(resolve(file, two_classes()).metric.name, "val_loss");
  EXPECT_EQ(resolve(file, two_classes()).metric.goal, search::Goal::kMinimize);
}

TEST(DataChecks, RefuseAMetricThatIsNotMeasured) {
  EXPECT_EQ(refusal("metric: {name: val_rmse}\n", ten_classes()),
            "s.yaml:2:16: error: 'val_rmse' is not measured here, since 'small' has 10 classes; "
            "write one of val_accuracy, val_balanced_accuracy, val_f1, val_loss, train_accuracy, "
            "train_loss\n"
            "metric: {name: val_rmse}\n"
            "               ^");
  EXPECT_THAT(refusal("metric: {name: val_auc}\n", ten_classes()),
              StartsWith("s.yaml:2:16: error: 'val_auc' is not measured here, since 'small' has "
                         "10 classes; "));
  EXPECT_THAT(refusal("metric:\n  name: val_accuracy\n", numbers()),
              StartsWith("s.yaml:3:9: error: 'val_accuracy' is not measured here, since 'small' "
                         "is a regression; write one of val_rmse, val_mae, val_r2, val_loss, "
                         "train_loss\n"));
  EXPECT_EQ(refusal("metric: {name: val_auc}\n", two_classes()), "no error");
}

TEST(DataChecks, RefuseATargetThatIsNoNumberToBeStandardised) {
  const std::string yaml = "dataset: {source: digits, standardize_target: true}\n";
  const SweepFile file = load(yaml);
  EXPECT_TRUE(resolve(file, numbers()).dataset.standardize_target.value());
  EXPECT_THAT(error_of([&] { resolve(file, two_classes()); }),
              StartsWith("s.yaml:1:47: error: 'standardize_target' is for a regression, but "
                         "'small' has two classes; leave it out\n"));
}

TEST(DataChecks, LeadToLabelsThatDoNotBeginWithZero) {
  EXPECT_THAT(refusal("metric: {name: val_auc}\n",
                      nn::labelled(nn::Task::kClassification, {1, 2, 1, 2}, 3)),
              StartsWith("s.yaml:2:16: error: 'val_auc' is not measured here, since 'small' has 3 "
                         "classes (no label is 0: renumber them from 0); write one of "));
}

TEST(DataChecks, RefuseClassWeightsWhereverTheyAreWritten) {
  EXPECT_THAT(refusal("training: {class_weights: [1, 2, 3]}\n", two_classes()),
              StartsWith("s.yaml:2:27: error: 'class_weights' has 3 weights, but 'small' has 2 "
                         "classes; give one weight per class, in this order: 0, 1\n"));
  EXPECT_THAT(refusal("training: {class_weights: balanced}\n", numbers()),
              StartsWith("s.yaml:2:27: error: 'class_weights' applies to classification only, but "
                         "'small' is a regression; remove it\n"));
  EXPECT_THAT(refusal("parameters:\n  class_weights: [1, 2, 3]\n", two_classes()),
              StartsWith("s.yaml:3:18: error: "));
  EXPECT_THAT(
      refusal("parameters:\n  class_weights: {values: [none, balanced, [1, 2], [1, 2, 3]]}\n",
              two_classes()),
      StartsWith("s.yaml:3:52: error: "));
  EXPECT_EQ(refusal("training: {class_weights: none}\n", numbers()), "no error");
  EXPECT_EQ(
      refusal("parameters: {class_weights: {values: [none, balanced, [1, 2]]}}\n", two_classes()),
      "no error");
}

TEST(DataChecks, RefuseAThresholdUnlessThereAreTwoClasses) {
  const SweepFile file = load("dataset: {source: digits, threshold: share}\n");
  EXPECT_TRUE(resolve(file, two_classes()).dataset.threshold.at_share);
  EXPECT_EQ(resolve(load("dataset: {source: digits, threshold: 0.2}\n"), two_classes())
                .dataset.threshold.value,
            0.2);
  EXPECT_THAT(error_of([&] { resolve(file, ten_classes()); }),
              StartsWith("s.yaml:1:38: error: 'threshold' is for two classes, but 'small' has 10 "
                         "classes; leave it out\n"));
  EXPECT_THAT(error_of([&] { resolve(file, numbers()); }), HasSubstr("'small' is a regression"));
  EXPECT_THAT(error_of([&] {
                resolve(file, nn::labelled(nn::Task::kClassification, {0, 1, 0, 1}, 2));
              }),
              HasSubstr("write task: binary"));
  for (const char* value : {"0", "1", "1.5", "half", "[0.5]"}) {
    const std::string yaml = fmt::format("dataset: {{source: digits, threshold: {}}}\n", value);
    EXPECT_THAT(error_of([&] { load(yaml); }),
                HasSubstr("s.yaml:1:27: error: 'threshold' must be share (of the training rows "
                          "that have the second class) or a probability between 0 and 1; found"));
  }
}

TEST(DataChecks, RefuseToClipClasses) {
  EXPECT_THAT(
      refusal("model: {clip_predictions: true}\n", two_classes()),
      StartsWith("s.yaml:2:27: error: 'clip_predictions' is for a regression, but 'small' "));
  EXPECT_THAT(
      refusal("parameters: {clip_predictions: {values: [false, true]}}\n", ten_classes()),
      StartsWith("s.yaml:2:49: error: 'clip_predictions' is for a regression, but 'small' "));
  EXPECT_EQ(refusal("model: {clip_predictions: false}\n", two_classes()), "no error");
  EXPECT_EQ(refusal("model: {clip_predictions: true}\n", numbers()), "no error");
}

TEST(DataChecks, SayAllMistakesAtOnce) {
  const std::string all =
      refusal("metric: {name: val_accuracy}\ntraining: {class_weights: balanced}\n", numbers());
  EXPECT_THAT(all, HasSubstr("s.yaml:2:16: error: "));
  EXPECT_THAT(all, HasSubstr("\ns.yaml:3:27: error: "));
}

TEST(DataChecks, RefuseAMetricThatTheValidationPartCannotShow) {
  auto check = [](const std::string& metric, const nn::Dataset& dataset, std::size_t train) {
    const SweepFile file = load(kData + "metric: {name: " + metric + "}\n");
    const nn::TrainingData data = nn::split_at(dataset, train);
    return error_of([&] { check_validation(file, resolve(file, dataset), data); });
  };
  EXPECT_THAT(check("val_auc", two_classes(), 2),
              StartsWith("s.yaml:2:16: error: 'val_auc' needs rows of both classes to validate "
                         "by, but all 2 are of one; make the validation part larger, or write "
                         "another metric\n"));
  EXPECT_THAT(check("val_r2", numbers(), 2),
              StartsWith("s.yaml:2:16: error: 'val_r2' needs different targets to validate by, "
                         "but those of all 2 rows are equal; "));
  nn::Dataset two_targets = numbers();
  two_targets.outputs = 2;
  two_targets.targets = {1, 5, 2, 6, 3, 7, 4, 7};
  two_targets.rows = 4;
  two_targets.features.resize(4);
  EXPECT_THAT(check("val_r2", two_targets, 2),
              StartsWith("s.yaml:2:16: error: 'val_r2' needs different targets to validate by, "));
  EXPECT_EQ(check("val_f1", two_classes(), 2), "no error");
  EXPECT_EQ(check("val_rmse", numbers(), 2), "no error");
}

// 120 rows of two columns, of which the second tells the classes apart, mostly.
void write_two_classes(const test::TempFolder& folder) {
  std::string pixels;
  std::string labels;
  const std::string random = test::noise(240);
  for (std::size_t i = 0; i < 120; ++i) {
    const bool rare = i % 5 == 0;
    pixels += random[2 * i];
    pixels +=
        static_cast<char>((rare ? 100 : 60) + static_cast<unsigned char>(random[2 * i + 1]) % 60);
    labels += rare ? '\1' : '\0';
  }
  folder.write("two/images-idx3-ubyte", test::idx_header({120, 1, 2}) + pixels);
  folder.write("two/labels-idx1-ubyte", test::idx_header({120}) + labels);
}

TEST(DataChecks, LetTheProgramOptimiseAFurtherMetric) {
  const RunFolder folder(
      "name: two\nrun_cap: 6\nmetric: {name: val_auc}\ndataset: {source: ./two}\n"
      "model: {hidden: [8]}\ntraining: {epochs: 5, batch_size: 16}\nparameters:\n"
      "  learning_rate: {min: 0.01, max: 0.1, scale: log}\n"
      "  class_weights: {values: [none, balanced, [1, 3.5]]}\n");
  write_two_classes(folder);
  const auto result = folder.run();
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, StartsWith("two: random search, maximize val_auc\n"));
  EXPECT_THAT(result.out, testing::ContainsRegex("\ntest: accuracy [^ ]+, auc [^ ]+, loss "));
  EXPECT_EQ(folder.query("SELECT metric || ' ' || goal FROM sweeps"), "val_auc maximize");
  EXPECT_EQ(folder.query("SELECT count(*) FROM trials t WHERE value <> (SELECT max(value) FROM "
                         "metrics m WHERE m.trial_id = t.trial_id AND name = 'val_auc') OR "
                         "best_epoch <> (SELECT min(epoch) FROM metrics m WHERE m.trial_id = "
                         "t.trial_id AND name = 'val_auc' AND m.value = t.value)"),
            "0");
  EXPECT_EQ(folder.query("SELECT count(*) FROM metrics WHERE name GLOB 'val_*'"), "90");
  const auto json = nlohmann::json::parse(folder.report({"--json"}).out);
  EXPECT_EQ(json["test"].size(), 5U);
  EXPECT_TRUE(json["test"].contains("test_auc"));
  // The winner trains again to the same bits, whatever its weights are.
  folder.write("best.yaml", folder.report({"--best"}).out);
  ASSERT_EQ(test::run_hpsearch(folder.path(), {"run", "best.yaml", "--db", "best.db"}).code, 0);
  const std::string value = "SELECT printf('%!.17g', value) FROM best_trials";
  EXPECT_EQ(test::query(folder.path() / "best.db", value), folder.query(value));
}

TEST(DataChecks, EndTheProgramBeforeAnythingIsTrained) {
  const RunFolder folder(small_sweep(6, "metric: {name: val_auc}\n"));
  const auto result = folder.run();
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err, StartsWith("sweep.yaml:11:16: error: 'val_auc' is not measured here, "
                                     "since 'digits' has 10 classes; "));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "hpsearch.db"));
  folder.write("good.yaml", "dataset: {source: digits}\nrun_cap: 1\ntraining: {epochs: 1}\n");
  EXPECT_EQ(test::run_hpsearch(folder.path(), {"run", "good.yaml", "sweep.yaml"}).code, 2);
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "hpsearch.db"));
}

}  // namespace
}  // namespace hpsearch::runner
