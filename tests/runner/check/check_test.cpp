// `check`: what a sweep would be, before it is run.

#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test_locations.h"
#include "tests/runner/run_support.h"

namespace hpsearch::runner {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

test::ProcessResult call(const RunFolder& folder, const std::vector<std::string>& arguments) {
  return test::run_hpsearch(folder.path(), arguments);
}

TEST(Check, SaysWhatASweepWouldBe) {
  const RunFolder folder(small_sweep());
  const auto result = call(folder, {"check", "sweep.yaml"});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(
      result.out.substr(0, result.out.find("time: ")),
      "sweep.yaml is a valid sweep.\n"
      "\n"
      "small: random search, maximize val_accuracy\n"
      "limits: 6 trials\n"
      "epochs: 24 in total\n"
      "space: continuous\n"
      "  dropout: 0 to 0.5, linear\n"
      "  l2: 1e-06 to 0.01, log scale\n"
      "  learning_rate: 0.001 to 0.3, log scale\n"
      "\n"
      "data: digits: 1797 rows of 64 features, 10 classes\n"
      "  train 1150, validation 288, test 359\n"
      "  training rows per class: 0: 113, 1: 117, 2: 114, 3: 117, 4: 116, 5: 117, 6: 116, 7: "
      "114, 8: 111, 9: 115\n"
      "model: 64-16-10, 1210 parameters, in the middle of its ranges\n"
      "  Linear-1      [32, 16]      1040\n"
      "  ReLU-2        [32, 16]         0\n"
      "  Dropout-3     [32, 16]         0  p 0.25\n"
      "  Linear-4      [32, 10]       170\n"
      "  memory: input 0.01 MB, forward and backward pass of a batch 0.01 MB, parameters 0.00 "
      "MB, total 0.03 MB\n");
  EXPECT_THAT(result.out.substr(result.out.find("time: ")),
              MatchesRegex("time: .* per epoch in the middle of the ranges, measured here; 24 "
                           "epochs on [0-9]+ workers?: about .*\n"
                           "\n"
                           "next: .* run sweep.yaml\n"));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "hpsearch.db"));
}

TEST(Check, CountsWhatAGridAndStagesWouldTry) {
  const RunFolder grid(
      "method: grid\ndataset: {source: digits}\nparameters: {l2: {values: [0, 1]}, momentum: {min: "
      "0, max: 1, grid: 3}, hidden1: {min: 4, max: 7}}\n");
  EXPECT_THAT(call(grid, {"check", "sweep.yaml"}).out,
              AllOf(HasSubstr("limits: 24 trials\n"), HasSubstr("model: 64-6-10, ")));
  const RunFolder staged(
      "method: coarse_to_fine\nrun_cap: 60\ndataset: {source: digits}\n"
      "training: {epochs: 40}\nparameters: {dropout: {min: 0, max: 0.5}}\n");
  EXPECT_THAT(call(staged, {"check", "sweep.yaml"}).out,
              HasSubstr("stage 0: 30 trials of 4 epochs\n"
                        "stage 1: 18 trials of 14 epochs\n"
                        "stage 2: 12 trials of 40 epochs\n"
                        "epochs: 852 in total\n"));
}

TEST(Check, TakesTheFileWithEditsAndSaysWhatIsWrong) {
  const RunFolder folder(small_sweep());
  EXPECT_EQ(call(folder, {"check", "sweep.yaml", "--set", "run_cap=0"}).code, 2);
  const auto wrong = call(folder, {"check", "sweep.yaml", "--set", "metric.name=val_rmse"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("'val_rmse' is not measured here"));
}

// What is resolved is the same sweep: it finds the same, to the bit.
TEST(Check, ResolvesAFileToOneThatMeansTheSame) {
  for (const std::string method : {"random", "coarse_to_fine"}) {
    const RunFolder folder(small_sweep(10, "method: " + method + "\n"));
    ASSERT_EQ(folder.run().code, 0);
    const auto resolved = call(folder, {"check", "--resolved", "sweep.yaml"});
    ASSERT_EQ(resolved.code, 0) << resolved.err;
    EXPECT_THAT(resolved.out, AllOf(HasSubstr("momentum: 0.9"), HasSubstr("preprocess: unit"),
                                    HasSubstr("goal: maximize")));
    const RunFolder again(resolved.out);
    const auto run = again.run();
    ASSERT_EQ(run.code, 0) << run.err;
    EXPECT_EQ(again.digest(), folder.digest()) << resolved.out;
    EXPECT_EQ(call(again, {"check", "--resolved", "sweep.yaml"}).out, resolved.out)
        << "resolved again";
  }
}

// Sent into another folder, the file finds its data all the same.
TEST(Check, ResolvesPathsForTheFolderOfTheOutput) {
  const RunFolder folder(
      "name: t\ndataset: {source: t.csv}\ntraining: {epochs: 1}\nrun_cap: 1\n"
      "parameters: {l2: {min: 0, max: 1}}\n");
  std::string table = "a,b,c\n";
  for (int i = 0; i < 40; ++i) {
    table += fmt::format("{},{},{}\n", i, 40 - i, i % 2 == 0 ? "x" : "y");
  }
  folder.write("t.csv", table);
  EXPECT_THAT(call(folder, {"check", "--resolved", "sweep.yaml"}).out, HasSubstr("source: t.csv"));
  const RunFolder other("");
  const auto elsewhere =
      call(other, {"check", "--resolved", (folder.path() / "sweep.yaml").string()});
  ASSERT_EQ(elsewhere.code, 0) << elsewhere.err;
  other.write("sweep.yaml", elsewhere.out);
  const auto again = call(other, {"check", "sweep.yaml"});
  EXPECT_EQ(again.code, 0) << again.err << elsewhere.out;
}

TEST(Check, ResolvesHowTheFeaturesAreWhitened) {
  const RunFolder folder(
      "dataset: {source: digits, preprocess: pca_whiten}\nparameters: {l2: {min: 0, max: 1}}\n");
  const auto resolved = call(folder, {"check", "--resolved", "sweep.yaml"});
  ASSERT_EQ(resolved.code, 0) << resolved.err;
  EXPECT_THAT(resolved.out,
              AllOf(HasSubstr("preprocess: pca_whiten"), HasSubstr("whiten_epsilon: 0.01")));
}

TEST(Check, NamesSeveralTargets) {
  const RunFolder folder(
      "dataset: {source: t.csv, target: [b, c]}\nmodel: {hidden: [4]}\nparameters: {l2: {min: 0, "
      "max: 1}}\n");
  std::string table = "a,b,c\n";
  for (int i = 0; i < 50; ++i) {
    table += fmt::format("{},{},{}\n", i, 2 * i, i % 7);
  }
  folder.write("t.csv", table);
  const auto result = call(folder, {"check", "sweep.yaml"});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out,
              AllOf(HasSubstr("data: t.csv: 50 rows of 1 features, regression of 2 "
                              "targets: 'b', 'c'\n"),
                    HasSubstr("  b  target; numbers from 0 to 98\n"), HasSubstr("model: 1-4-2, ")));
}

TEST(Check, LooksAtWhatACarefulPersonWouldTry) {
  const RunFolder folder(
      "dataset: {source: digits}\nmodel: {hidden: [16]}\ntraining: {learning_rate: 0.05}\n");
  const auto result = call(folder, {"check", "sweep.yaml", "--sanity", "--gradients"});
  ASSERT_EQ(result.code, 0) << result.err;
  const std::string sanity = result.out.substr(result.out.find("sanity"));
  EXPECT_THAT(sanity, HasSubstr("  ok    data: 1150 training rows, 111 to 117 per class; always "
                                "predicting the largest class is right in 10.2 %\n"));
  EXPECT_THAT(sanity, HasSubstr("  ok    memorising 20 rows: loss "));
  EXPECT_THAT(sanity, HasSubstr("  ok    learning rates: the loss falls from "));
  EXPECT_THAT(sanity, HasSubstr("regularisation: an l2 of 0.01 raises the loss by "));
  EXPECT_THAT(sanity, HasSubstr("  ok    all below 1e-2, as float32 rounding allows\n"));
  // On top of the initial loss.
  const std::string raised = sanity.substr(sanity.find("raises the loss by "));
  double penalty = 0.0;
  double total = 0.0;
  ASSERT_EQ(std::sscanf(raised.c_str(), "raises the loss by %lf, to %lf", &penalty, &total), 2);
  EXPECT_GT(total, penalty + 1.0);
  EXPECT_LT(sanity.find("initial loss"), sanity.find("regularisation"));
  EXPECT_LT(sanity.find("memorising"), sanity.find("learning rates"));
}

TEST(Check, GivesAdviceWhereSomethingLooksWrong) {
  const RunFolder folder(
      "dataset: {source: digits}\nmodel: {hidden: [16], init: normal, init_std: 3}\n"
      "training: {learning_rate: 1.0e-5, l2: 1}\n");
  const auto result = call(folder, {"check", "sweep.yaml", "--sanity"});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("  look  initial loss: "));
  EXPECT_THAT(result.out, HasSubstr("the initial weights are too large"));
  EXPECT_THAT(result.out, HasSubstr("the penalty outweighs the data: lower l2 and l1, or make "));
}

// The settings of the recipe for tables: weights from N(0, 1), outputs that start at 0, rates below
// those of the range test, which makes few updates at each.
TEST(Check, FindsNothingWrongWithTheRecipe) {
  const RunFolder folder(
      "dataset: {source: t.csv, target: y}\nmodel: {preset: table}\nrun_cap: 4\n");
  std::string table = "a,b,y\n";
  for (int i = 0; i < 400; ++i) {
    const int a = i * 37 % 101;
    const int b = i * 53 % 89;
    table += fmt::format("{},{},{}\n", a, b, 3 * a + b * b % 17);
  }
  folder.write("t.csv", table);
  const auto result = call(folder, {"check", "sweep.yaml", "--sanity", "--gradients"});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, Not(HasSubstr("  look  ")));
  const std::string raised =
      result.out.substr(result.out.find("an l2 of 0.0001 raises the loss by "));
  EXPECT_LT(std::stod(raised.substr(raised.find("by ") + 3)), 10.0) << raised;
}

TEST(Check, SaysThatNormalisationLeavesOutASingleRow) {
  const RunFolder folder(
      "dataset: {source: digits}\nmodel: {hidden: [16], batch_norm: true}\n"
      "training: {batch_size: 383}\n");  // 1150 = 3 * 383 + 1
  const auto result = call(folder, {"check", "sweep.yaml"});
  EXPECT_THAT(result.out,
              HasSubstr("  note: with a batch_size of 383 the last batch of an epoch is a single "
                        "row, which batch normalisation leaves out\n"));
}

TEST(Check, RefusesWhatDoesNotGoWithTheData) {
  const RunFolder folder(
      "dataset: {source: digits, preprocess: standardize}\n"
      "model: {activation: sigmoid, pretrain: rbm}\ntraining: {loss: mse}\n");
  const auto result = call(folder, {"check", "sweep.yaml"});
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err, HasSubstr("sweep.yaml:3:18: error: 'loss' mse does not go with 'digits', "
                                    "which has 10 classes; write cross_entropy"));
  EXPECT_THAT(
      result.err,
      HasSubstr("sweep.yaml:2:40: error: 'pretrain' rbm needs inputs from 0 to 1, which "
                "preprocess: standardize does not give; write dataset: {preprocess: unit}"));
}

// As they are, the digits' pixels go to 16.
TEST(Check, RefusesToPretrainOnWhatIsNoProbability) {
  const RunFolder folder(
      "dataset: {source: digits, preprocess: none}\n"
      "model: {activation: sigmoid, pretrain: rbm}\n");
  const auto result = call(folder, {"check", "sweep.yaml"});
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err, HasSubstr("'pretrain' rbm needs inputs from 0 to 1, which preprocess: "
                                    "none does not give"));
  EXPECT_EQ(call(folder, {"check", "sweep.yaml", "--set", "dataset.source=xor"}).code, 0);
}

TEST(Check, RefusesToCompareLossesOfTwoKinds) {
  const RunFolder folder(
      fmt::format("dataset: {{source: {}/configs/data/diabetes/diabetes.csv}}\n"
                  "parameters: {{loss: {{values: [mse, l1]}}}}\n",
                  HPSEARCH_SOURCE_DIR));
  const auto result = call(folder, {"check", "sweep.yaml"});
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err, HasSubstr("sweep.yaml:2:20: error: trials with another 'loss' do not "
                                    "compare by val_loss; write metric: {name: val_rmse} or "
                                    "val_mae"));
  EXPECT_EQ(call(folder, {"check", "sweep.yaml", "--set", "metric.name=val_rmse"}).code, 0);
}

TEST(Check, FindsASingleRowAmongTheBatchSizesOfASweep) {
  const RunFolder folder(
      "dataset: {source: digits}\nparameters: {batch_size: {values: [64, 1149]}, batch_norm: "
      "{values: [false, true]}}\n");
  EXPECT_THAT(call(folder, {"check", "sweep.yaml"}).out, HasSubstr("with a batch_size of 1149 "));
}

TEST(Check, NotesAWarmupThatIsLongerThanAStage) {
  const RunFolder folder(
      "method: coarse_to_fine\nrun_cap: 12\ndataset: {source: digits}\n"
      "training: {epochs: 10, schedule: {type: cosine, warmup: 3}}\n"
      "parameters: {learning_rate: {min: 1e-3, max: 1, scale: log}}\n");
  EXPECT_THAT(call(folder, {"check", "sweep.yaml"}).out,
              HasSubstr("  note: stage 0 trains for 1 epoch, within the warm-up of 3, so its "
                        "trials are judged at lower learning rates than their own\n"));
}

// Pre-training may take any time; measuring an epoch may not.
TEST(Check, DoesNotWaitForPretraining) {
  const RunFolder folder(
      "dataset: {source: digits}\nmodel: {hidden: [16], activation: sigmoid, pretrain: {method: "
      "rbm, epochs: 1000000}}\n");
  const auto result = call(folder, {"check", "sweep.yaml", "--sanity"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr(", plus pre-training\n"),
                                HasSubstr("middle of the ranges, without pre-training:")));
}

TEST(Check, SaysWhereNoGradientIsCompared) {
  const RunFolder folder("dataset: {source: digits}\nmodel: {hidden: [16], init: zero}\n");
  EXPECT_THAT(call(folder, {"check", "sweep.yaml", "--gradients"}).out,
              HasSubstr("  look  some weights have no finite gradient"));
}

TEST(Check, SetsAKeyWithAPoint) {
  const RunFolder folder(
      "dataset: {source: digits}\ntraining: {schedule: {type: exponential, factor: 0.5}}\n");
  const auto result =
      call(folder, {"check", "sweep.yaml", "--set", "parameters.schedule.warmup.max=2", "--set",
                    "parameters.schedule.warmup.min=0", "--set", "training.schedule.factor=0.9"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("  schedule.warmup: 0 to 2, linear\n"));
}

// The key reference names every key that the reader takes; the reader's own words say which.
TEST(KeyReference, NamesEveryKey) {
  const RunFolder folder(
      "method: coarse_to_fine\ndataset: {source: digits, zzz: 1}\nzzz: 1\n"
      "metric: {name: val_loss, zzz: 1}\nstop: {zzz: 1}\nparallel: {zzz: 1}\n"
      "search: {zzz: 1, stages: [{share: 1, epochs: 1, zzz: 1}]}\n"
      "early_terminate: {type: hyperband, min_iter: 1, zzz: 1}\n"
      "parameters: {dropout: {min: 0, max: 0.5, zzz: 1}, l2: {values: [0], zzz: 1}}\n");
  const std::string reference =
      read_file(std::filesystem::path(HPSEARCH_SOURCE_DIR) / "configs" / "README.md");
  const std::string messages = call(folder, {"check", "sweep.yaml"}).err;
  int keys = 0;
  const std::string mark = "valid keys: ";
  for (std::size_t at = 0; (at = messages.find(mark, at)) != std::string::npos;) {
    at += mark.size();
    std::istringstream list(messages.substr(at, messages.find('\n', at) - at));
    for (std::string key; std::getline(list >> std::ws, key, ',');) {
      EXPECT_THAT(reference, HasSubstr("`" + key + "`")) << key;
      ++keys;
    }
  }
  EXPECT_GT(keys, 40);
}

}  // namespace
}  // namespace hpsearch::runner
