// The sweep file: what it means, and what is said about each mistake in it.

#include "runner/sweep_file/sweep_file.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>

#include <gtest/gtest.h>

#include "test_locations.h"
#include "tests/runner/sweep_file/sweep_file_support.h"

namespace hpsearch::runner {
namespace {

TEST(SweepFile, HasDefaultsForAllButTheData) {
  const auto spec = read(kData);
  EXPECT_EQ(spec.name, "my-sweep");
  EXPECT_EQ(spec.seed, 0U);
  EXPECT_EQ(spec.method, "random");
  EXPECT_EQ(spec.metric.name, "val_accuracy");
  EXPECT_EQ(spec.metric.goal, search::Goal::kMaximize);
  EXPECT_EQ(spec.limits.trials, 1);  // nothing varies
  EXPECT_FALSE(spec.workers.has_value());
  EXPECT_TRUE(spec.space.empty());
  EXPECT_EQ(read(std::string(kData) + "parameters: {dropout: {min: 0, max: 0.5}}\n").limits.trials,
            50);
}

TEST(SweepFile, ReadsEveryKey) {
  const auto spec = read(
      "name: all\ndescription: everything\nseed: 7\nmethod: random\nmetric: {name: "
      "val_loss}\nrun_cap: 1e3\n"
      "dataset: {source: digits, validation: 100, test: 0.25, split_seed: 3, stratify: false, "
      "preprocess: standardize}\n"
      "model: {hidden: [32, 16], activation: relu, init: normal, init_std: 0.1}\n"
      "training: {epochs: 5, batch_size: 10, optimizer: sgd, momentum: 0, seed: 4}\n"
      "parameters:\n"
      "  learning_rate: {distribution: log_uniform_values, min: 1.0e-4, max: 1}\n"
      "  l2: {min: 1e-7, max: 1e-2, scale: log}\n"
      "  dropout: {distribution: q_uniform, min: 0, max: 0.5, q: 0.1}\n"
      "stop: {trials: 1000}\nparallel: {workers: 3}\n");
  EXPECT_EQ(spec.name, "all");
  EXPECT_EQ(spec.metric.goal, search::Goal::kMinimize);
  EXPECT_EQ(spec.limits.trials, 1000);
  EXPECT_EQ(spec.dataset.split.validation.count, 100U);
  EXPECT_EQ(spec.dataset.split.test.fraction, 0.25);
  EXPECT_EQ(spec.dataset.split.seed, 3U);
  EXPECT_EQ(spec.dataset.split.stratify, false);
  EXPECT_EQ(spec.dataset.preprocess, nn::Preprocess::kStandardize);
  EXPECT_EQ(spec.workers, 3);
  EXPECT_EQ(nn::make_settings(spec.settings).hidden, (std::vector<int>{32, 16}));
  EXPECT_EQ(nn::make_settings(spec.settings).seed, 4U);
  ASSERT_EQ(spec.space.size(), 3U);
  EXPECT_EQ(spec.space[0].name, "dropout");
  EXPECT_EQ(spec.space[2].name, "learning_rate");
  const auto& rate = std::get<search::Numeric>(spec.space[2].distribution);
  EXPECT_TRUE(rate.logarithmic);
  EXPECT_EQ(rate.low, 1e-4);
  EXPECT_EQ(rate.high, 1.0);
  EXPECT_EQ(rate.step, 0.0);
  EXPECT_EQ(std::get<search::Numeric>(spec.space[0].distribution).step, 0.1);
}

TEST(SweepFile, TakesTheKindOfAParameterFromItsSetting) {
  const auto spec =
      read(std::string(kData) +
           "parameters:\n"
           "  momentum: {min: 0, max: 1}\n"
           "  batch_size: {min: 16, max: 256, scale: log}\n"
           "  hidden1: {distribution: q_log_uniform_values, min: 32, max: 512, q: 32}\n"
           "  epochs: {values: [5, 10]}\n"
           "  init: {values: [he_normal, normal]}\n"
           "  l2: 0\n"
           "  init_std: {value: 0.1}\n");
  auto range = [&](const char* name) {
    return std::get<search::Numeric>(search::find_parameter(spec.space, name)->distribution);
  };
  EXPECT_FALSE(range("momentum").integer);  // a real setting with whole bounds stays real
  EXPECT_EQ(range("momentum").step, 0.0);
  EXPECT_TRUE(range("batch_size").integer);
  EXPECT_EQ(range("batch_size").step, 1.0);
  EXPECT_EQ(range("hidden1").step, 32.0);
  EXPECT_EQ(std::get<search::Fixed>(search::find_parameter(spec.space, "l2")->distribution).value,
            nn::Value(0.0));
  EXPECT_EQ(
      std::get<search::Categorical>(search::find_parameter(spec.space, "epochs")->distribution)
          .values,
      (std::vector<nn::Value>{5, 10}));
}

TEST(SweepFile, SaysAllMistakesAtOnceEachWithItsPlace) {
  EXPECT_EQ(
      errors("name: bad\n"
             "run_cap: ten\n"
             "dataset: {source: digit}\n"
             "parameters:\n"
             "  leraning_rate: {min: 1e-5, max: 1}\n"
             "  l2: {min: 0, max: 1e-2, scale: log}\n"),
      "s.yaml:2:10: error: 'run_cap' must be a whole number from 1 to 1000000000; found 'ten'\n"
      "run_cap: ten\n"
      "         ^\n"
      "s.yaml:3:11: error: 'digit' is neither a built-in data set (digits, fashion-mnist, "
      "linear-synthetic, spiral, logistic, and, or, nand, xor) nor a "
      "file or folder beside this file; did you mean 'digits'?\n"
      "dataset: {source: digit}\n"
      "          ^\n"
      "s.yaml:5:3: error: the trainer has no setting 'leraning_rate'; did you mean "
      "'learning_rate'?\n"
      "  leraning_rate: {min: 1e-5, max: 1}\n"
      "  ^\n"
      "s.yaml:6:8: error: a log scale never reaches 0: give 'l2' a min above 0, such as 1e-6\n"
      "  l2: {min: 0, max: 1e-2, scale: log}\n"
      "       ^");
}

TEST(SweepFile, ExplainsEachMistakeOfTheTopLevel) {
  const std::vector<Mistake> mistakes{
      {"seed: 1\n",
       "s.yaml:1:1: error: 'dataset' is missing; write dataset: {source: digits}, or another of "
       "the built-in data "
       "sets (digits, fashion-mnist, linear-synthetic, spiral, logistic, and, or, nand, xor), or a "
       "CSV file, a NumPy file, or a folder of IDX files\n"},
      {"dataset: {source: digits}\nmethod: annealing\n",
       "s.yaml:2:9: error: 'method' must be one of random, grid, sobol, coarse_to_fine, "
       "bayes, tpe, gp, cmaes; found 'annealing'\n"},
      {"dataset: {source: digits}\nname: a~1\n",
       "s.yaml:2:1: error: '~' is reserved for sweeps that --fresh has set aside; use another "
       "name\n"},
      {"dataset: {source: digits}\nname: ''\n",
       "s.yaml:2:1: error: a sweep's name must have 1 to 200 bytes and no control characters; "
       "write name: ...\n"},
      {"dataset: {source: digits}\nmetric: {name: acuracy}\n",
       "s.yaml:2:16: error: 'name' must be one of val_accuracy, val_balanced_accuracy, val_f1, "
       "val_auc, val_rmse, val_mae, val_r2, val_loss, train_accuracy, train_loss, val_log_loss; "
       "found "
       "'acuracy'\n"},
      {"dataset: {source: digits}\nrun_cap: 5\nstop: {trials: 6}\n",
       "s.yaml:3:8: error: 'trials' is another name for 'run_cap', which is 5; leave one of them "
       "out\n"},
      {"dataset: {source: digits}\nrun_cap: 0\n",
       "s.yaml:2:10: error: 'run_cap' must be a whole number from 1 to 1000000000; found 0\n"},
      {"dataset: {source: digits}\nrun_cap: 1e12\n",
       "s.yaml:2:10: error: 'run_cap' must be a whole number from 1 to 1000000000; found 1e12\n"},
      {"dataset: {source: digits}\nseed: -1\n",
       "s.yaml:2:7: error: 'seed' must be a whole number from 0 to 9007199254740991; found -1\n"},
      {"dataset: {source: digits}\nparallel: {workers: 0}\n",
       "s.yaml:2:21: error: 'workers' must be a whole number from 1 to 1024; found 0\n"},
      {"dataset: {source: digits, validation: 1.0}\n",
       "s.yaml:1:27: error: 'validation' must be a number of rows (1 or more), a fraction between "
       "0 and 1, test, or a file beside this file; found 1.0\n"},
      {"dataset: {source: digits, test: half}\n",
       "s.yaml:1:27: error: 'test' must be a number of rows (1 or more), a fraction between 0 and "
       "1, none, or a file beside this file; found 'half'\n"},
      {"dataset: {source: digits, validation: nope.csv}\n",
       "s.yaml:1:27: error: there is no file 'nope.csv' beside this file; check the path\n"},
      {"dataset: {source: digits, test: /no/nope}\n",
       "s.yaml:1:27: error: there is no file '/no/nope'; check the path\n"},
      {"dataset: {source: ./missing.csv}\n",
       "s.yaml:1:11: error: there is no file or folder './missing.csv' beside this file; check the "
       "path\n"},
      {"dataset: {source: \"\"}\n",
       "s.yaml:1:11: error: '' is neither a built-in data set (digits, fashion-mnist, "
       "linear-synthetic, spiral, logistic, and, or, nand, xor) nor a file "
       "or "
       "folder beside this file\n"},
      {"dataset: {source: digits}\nmodel: {learning_rate: 0.1}\n",
       "s.yaml:2:9: error: 'learning_rate' belongs in 'training'\n"},
      {"dataset: {source: digits}\ntraining: {epochs: 0}\n",
       "s.yaml:2:20: error: 'epochs' must be a whole number from 1 to 1000000; found 0\n"},
      {"dataset: {source: digits}\nmodel: {hidden: [8], hidden1: 9}\n",
       "s.yaml:2:22: error: 'hidden' and 'hidden1' both define the hidden layers; use only one of "
       "hidden, hidden_layers with hidden_units, or hidden1, hidden2, ... (hidden: [8], hidden1: "
       "9)\n"},
  };
  for (const Mistake& mistake : mistakes) {
    EXPECT_EQ(messages(mistake.yaml), mistake.messages) << mistake.yaml;
  }
}

TEST(SweepFile, ReadsHowTheFeaturesAreWhitened) {
  const auto dataset = [](const std::string& more) {
    return read("dataset: {source: digits, preprocess: pca_whiten" + more + "}\n").dataset;
  };
  EXPECT_EQ(dataset("").preprocess, nn::Preprocess::kPcaWhiten);
  EXPECT_EQ(dataset("").whiten_epsilon, 0.01);
  EXPECT_EQ(dataset(", whiten_epsilon: 1e-5").whiten_epsilon, 1e-5);
}

TEST(SweepFile, ReadsTheColumnsOfATable) {
  const test::TempFolder folder;
  folder.write("t.csv", "a,b\n");
  folder.write("v.csv", "a,b\n");
  const auto dataset = [&](const std::string& more) {
    const std::string yaml = "dataset: {source: t.csv, " + more + "}\n";
    return load_sweep_file(folder.write("s.yaml", yaml).string()).spec.dataset;
  };
  auto spec = dataset("target: b, task: regression, group: 0, validation: v.csv, test: none");
  EXPECT_EQ(spec.source.target, nn::ColumnKey("b"));
  EXPECT_EQ(spec.source.task, nn::Task::kRegression);
  EXPECT_EQ(spec.source.group, nn::ColumnKey(std::uint64_t{0}));
  EXPECT_EQ(spec.source.validation_file, "v.csv");
  EXPECT_EQ(spec.split.validation.kind, nn::PartSize::Kind::kDefault);
  EXPECT_FALSE(spec.split.stratify.has_value());
  spec = dataset("target: '0', order: when, test: v.csv");
  EXPECT_EQ(spec.source.target, nn::ColumnKey("0"));
  EXPECT_EQ(spec.source.order, nn::ColumnKey("when"));
  EXPECT_EQ(spec.source.test_file, "v.csv");
}

TEST(SweepFile, ReadsAListOfTargets) {
  const auto source = [](const std::string& target) {
    return read("dataset: {source: tt.csv, target: " + target + "}\n").dataset.source;
  };
  const auto two = source("[b, 0]");
  EXPECT_EQ(two.target, nn::ColumnKey("b"));
  EXPECT_EQ(two.further_targets, (std::vector<nn::ColumnKey>{std::uint64_t{0}}));
  const auto one = source("[b]");
  EXPECT_EQ(one.target, nn::ColumnKey("b"));
  EXPECT_TRUE(one.further_targets.empty());
}

TEST(SweepFile, ExplainsEachMistakeAboutATable) {
  const std::vector<Mistake> mistakes{
      {"target: []", "s.yaml:1:27: error: 'target' is an empty list; name at least one column\n"},
      {"target: [a, -1, [b]]",
       "s.yaml:1:39: error: 'target' must list columns' names, in quotes if they look like "
       "numbers, or their numbers from 0; found -1\n"
       "s.yaml:1:43: error: 'target' must list columns' names, in quotes if they look like "
       "numbers, or their numbers from 0; found a list\n"},
      {"target: [a, b], task: binary",
       "s.yaml:1:43: error: several targets are a regression; write one target, or leave 'task: "
       "binary' out\n"},
      {"target: -1",
       "s.yaml:1:27: error: 'target' must be a column's name, in quotes if it looks like a number, "
       "or its number from 0; found -1\n"},
      {"task: multilabel",
       "s.yaml:1:33: error: 'task' must be one of classification, binary, regression; found "
       "'multilabel'\n"},
      {"group: g, order: t",
       "s.yaml:1:37: error: 'group' and 'order' are two ways to split; leave one of them out\n"},
      {"group: g, stratify: true",
       "s.yaml:1:37: error: a split by group cannot be stratified; leave 'stratify' out\n"},
      {"task: regression, stratify: true",
       "s.yaml:1:45: error: a split for regression cannot be stratified; leave 'stratify' out\n"},
      {"preprocess: zca",
       "s.yaml:1:39: error: 'preprocess' must be one of none, unit, standardize, mean_image, "
       "channel_mean, pca_whiten, robust; found 'zca'\n"},
      {"preprocess: pca_whiten, whiten_epsilon: 0",
       "s.yaml:1:67: error: 'whiten_epsilon' must be a number above 0; found 0\n"},
      {"preprocess: unit, whiten_epsilon: 0.1",
       "s.yaml:1:45: error: 'whiten_epsilon' goes with 'preprocess: pca_whiten' alone; leave it "
       "out\n"},
  };
  for (const Mistake& mistake : mistakes) {
    EXPECT_EQ(messages("dataset: {source: tt.csv, " + mistake.yaml + "}\n"), mistake.messages);
  }
}

TEST(SweepFile, ExplainsEachMistakeOfAParameter) {
  const std::vector<Mistake> mistakes{
      {"learning_rate: {distribution: log_uniform, min: -9, max: 0}",
       "W&B's log_uniform takes exponents of e as min and max; write distribution: "
       "log_uniform_values with the smallest and the largest value themselves"},
      {"learning_rate: {min: 1, max: 0.1}",
       "the range of 'learning_rate' is empty: max 0.1 is not above min 1.0"},
      {"learning_rate: {min: 0.1, max: 0.1}",
       "the range of 'learning_rate' is empty: max 0.1 is not above min 0.1; to fix the value, "
       "write it alone"},
      {"learning_rate: {min: 0.1}",
       "'learning_rate' needs max; give min and max, or values, or a value"},
      {"learning_rate: {min: 0.1, max: .inf}", "'max' must be a finite number; found .inf"},
      {"dropout: {min: 0, max: 1.5}", "'max' must be a number from 0 to 1; found 1.5"},
      {"dropout: {values: []}", "'values' of 'dropout' is empty; list at least one"},
      {"dropout: {values: [0.1, 0.2, 0.1]}", "'values' of 'dropout' has 0.1 twice"},
      {"dropout: [0.1, 0.2]",
       "'dropout' is a list; to try each of its values write dropout: {values: [...]}"},
      {"dropout: {min: 0, max: 0.5, q: 0.1}",
       "'q' needs distribution: q_uniform or q_log_uniform_values"},
      {"dropout: {distribution: q_uniform, min: 0.11, max: 0.19, q: 0.1}",
       "no multiple of q lies between min and max of 'dropout'"},
      {"dropout: {distribution: uniform, values: [0.1]}",
       "'values' needs distribution: categorical, or none; found uniform"},
      {"dropout: {distribution: uniform, min: 0.1, max: 0.5, scale: log}",
       "scale: log contradicts distribution: uniform; leave one of them out"},
      {"dropout: {min: 0, max: \"0.5\"}", "'max' is quoted, so it is text; write max: 0.5"},
      {"dropout: \"0.1\"", "'dropout' is quoted, so it is text; write dropout: 0.1"},
      {"dropout:", "'dropout' has no value; give min and max, or values, or a value"},
      {"batch_size: {min: 1.5, max: 8}", "'min' must be a whole number; found 1.5"},
      {"init: {min: 1, max: 2}",
       "'init' is not a number; write values: [...], each one of zero, constant, normal, "
       "xavier_normal, xavier_uniform, lecun_normal, he_normal, he_uniform, torch_default"},
      {"init: xavier",
       "'init' must be one of zero, constant, normal, xavier_normal, xavier_uniform, "
       "lecun_normal, he_normal, he_uniform, torch_default; found xavier"},
      {"momentum: 0.5", "'momentum' is already set on line 2; keep only one of the two"},
      {"learning_rate: {values: [0.1, 1], grid: 3}", "'grid' needs min and max"},
      {"learning_rate: {min: 0.1, max: 1, grid: 0}",
       "'grid' must be a whole number from 1 to 10000; found 0"},
      {"dropout: {min: 0.1, max: 0.5, limits: [0.2, 0.9]}",
       "'limits' of 'dropout' must be [lowest, highest], around min 0.1 and max 0.5"},
      {"dropout: {min: 0.1, max: 0.5, limits: [0, 2]}",
       "'limits' must be a number from 0 to 1; found 2"},
      {"dropout: {min: 0.1, max: 0.5, bins: 3}", "unknown key 'bins' in 'dropout'"},
  };
  for (const Mistake& mistake : mistakes) {
    const std::string yaml =
        std::string(kData) + "training: {momentum: 0.9}\nparameters:\n  " + mistake.yaml + "\n";
    const std::string all = messages(yaml);
    EXPECT_NE(all.find(": error: " + mistake.messages), std::string::npos) << mistake.yaml << "\n"
                                                                           << all;
    EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 1) << all;
  }
}

TEST(SweepFile, KnowsNoKeyBeforeItActs) {
  EXPECT_NE(messages(std::string(kData) + "fidelity: 1\n").find("unknown key 'fidelity'"),
            std::string::npos);
}

TEST(SweepFile, ReadsTheFilesThatComeWithTheProgram) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(
           std::string(HPSEARCH_SOURCE_DIR) + "/configs")) {
    if (entry.path().extension() == ".yaml") {
      EXPECT_NO_THROW(load_sweep_file(entry.path().string())) << entry.path();
    }
  }
}

// What tests/notes/run reads: "#: NAME | LOW | HIGH | SQL", going on in "#:     MORE SQL", or
// "#: NAME | LOW | HIGH | predictions ..."
TEST(SweepFile, FindsAFigureToMeasureInEachExperimentOfTheNotes) {
  const std::regex first("#: [^ |][^|]* \\| (\\S+) \\| (\\S+) \\| (SELECT.*|predictions .*)");
  const std::regex further("#:     \\S.*");
  const std::filesystem::path folder = std::string(HPSEARCH_SOURCE_DIR) + "/configs/notes";
  std::ifstream readme(folder / "README.md");
  const std::string table{std::istreambuf_iterator<char>(readme), {}};
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".yaml") {
      continue;
    }
    const std::string name = entry.path().filename().string();
    EXPECT_NE(table.find("[" + name + "](" + name + ")"), std::string::npos) << name;
    std::ifstream file(entry.path());
    int figures = 0;
    for (std::string line; std::getline(file, line);) {
      std::smatch parts;
      if (std::regex_match(line, parts, first)) {
        EXPECT_LE(std::stod(parts[1]), std::stod(parts[2])) << line;
        ++figures;
      } else if (line.starts_with("#:")) {
        EXPECT_TRUE(figures > 0 && std::regex_match(line, further)) << name << ": " << line;
      }
    }
    EXPECT_GT(figures, 0) << name;
  }
}

}  // namespace
}  // namespace hpsearch::runner
