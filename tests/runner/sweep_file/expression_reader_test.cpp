// Normal, weighted and ordered parameters, conditions and constraints in a sweep file.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runner/run_support.h"
#include "tests/runner/sweep_file/sweep_file_support.h"

namespace hpsearch::runner {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string parameters(const std::string& lines, const std::string& more = "") {
  return std::string(kData) + "training: {momentum: 0.5}\nparameters:\n" + lines + more;
}

template <class T>
const T& only(const search::SweepSpec& spec) {
  return std::get<T>(spec.space.at(0).distribution);
}

TEST(ParameterReader, ReadsNormalDistributions) {
  const auto log_normal = only<search::Normal>(
      read(parameters("  learning_rate: {distribution: log_normal, mu: -4, sigma: 1.5}\n")));
  EXPECT_EQ(log_normal.mu, -4.0);
  EXPECT_EQ(log_normal.sigma, 1.5);
  EXPECT_TRUE(log_normal.logarithmic);
  EXPECT_GT(log_normal.low, 0.0) << "a learning rate is above 0";
  const auto normal =
      only<search::Normal>(read(parameters("  dropout: {distribution: normal, max: 0.5}\n")));
  EXPECT_EQ(normal.mu, 0.0) << "as W&B's default";
  EXPECT_EQ(normal.sigma, 1.0);
  EXPECT_EQ(normal.low, 0.0) << "what the setting allows";
  EXPECT_EQ(normal.high, 0.5);
  const auto whole = only<search::Normal>(
      read(parameters("  batch_size: {distribution: normal, mu: 32, sigma: 8}\n")));
  EXPECT_TRUE(whole.integer);
}

TEST(ParameterReader, ReadsWeightsAndOrder) {
  const auto some = only<search::Categorical>(read(
      parameters("  batch_size: {values: [8, 16], probabilities: [0.25, 0.75], ordered: true}\n")));
  EXPECT_THAT(some.probabilities, ElementsAre(0.25, 0.75));
  EXPECT_TRUE(some.ordered);
}

TEST(ParameterReader, ReadsListsOfWidths) {
  const auto some =
      only<search::Categorical>(read(parameters("  hidden: {values: [[64], [64, 32], []]}\n")));
  ASSERT_EQ(some.values.size(), 3U);
  EXPECT_EQ(nn::to_text(some.values[1]), "[64, 32]");
  EXPECT_EQ(nn::to_text(some.values[2]), "[]");
}

TEST(ParameterReader, ExplainsMistakesInDistributions) {
  for (const Mistake& mistake : std::vector<Mistake>{
           {"batch_size: {values: [8, 16], probabilities: [0.5]}",
            "'probabilities' of 'batch_size' has 1 numbers for 2 values; give one each"},
           {"batch_size: {values: [8, 16], probabilities: [0.5, 0.6]}",
            "the probabilities of 'batch_size' add up to 1.1; they must add up to 1"},
           {"batch_size: {values: [8, 16], probabilities: [0, 1]}",
            "'probabilities' must be a number above 0 and of at most 1; found 0"},
           {"dropout: {min: 0, max: 0.5, ordered: true}", "'ordered' needs values"},
           {"dropout: {min: 0, max: 0.5, sigma: 1}",
            "'sigma' needs distribution: normal or log_normal"},
           {"dropout: {distribution: normal, sigma: 0}",
            "'sigma' must be a number above 0; found 0"},
           {"dropout: {distribution: normal, min: 0.5, max: 0.2}",
            "the range of 'dropout' is empty: max 0.2 is not above min 0.5"},
           {"dropout: {distribution: normal, mu: 500}",
            "almost none of this distribution lies between 0 and 1, the range of 'dropout'; for "
            "log_normal, mu and sigma describe the logarithm"},
           {"learning_rate: {distribution: log_normal, mu: 0, sigma: 300}",
            "log_normal with mu 0 and sigma 300 reaches beyond the largest number; both describe "
            "the logarithm of 'learning_rate': write smaller ones, or a max"},
           {"dropout: {distribution: normal, limits: [0, 1]}", "'limits' needs min and max"},
           {"init: {distribution: normal}",
            "'init' is not a number; write values: [...], each one "}}) {
    EXPECT_THAT(messages(parameters("  " + mistake.yaml + "\n")), HasSubstr(mistake.messages))
        << mistake.yaml;
  }
}

TEST(ExpressionReader, GivesParametersTheirConditions) {
  const auto spec =
      read(parameters("  optimizer: {values: [sgd, adam]}\n"
                      "  nesterov: {values: [true, false], when: optimizer == \"sgd\"}\n"
                      "  beta1: {min: 0.5, max: 0.9, when: 'optimizer in [\"adam\"]'}\n",
                      "constraints: [beta1 > momentum]\n"));
  EXPECT_FALSE(search::find_parameter(spec.space, "optimizer")->when);
  EXPECT_EQ(search::find_parameter(spec.space, "nesterov")->when->text(), "optimizer == \"sgd\"");
  ASSERT_EQ(spec.constraints.size(), 1U);
  // A setting that the file fixes is a constant.
  EXPECT_EQ(spec.constraints[0].holds({{"beta1", 0.6}}), true);
  EXPECT_EQ(spec.constraints[0].holds({{"beta1", 0.4}}), false);
}

TEST(ExpressionReader, ShowsTheCharacterThatIsWrong) {
  EXPECT_EQ(
      errors(parameters("  optimizer: {values: [sgd, adam]}\n"
                        "  nesterov: {values: [true, false], when: optimizer == sgd}\n"
                        "  l2: {min: 0, max: 1, when: \"optimizer == 'sdg'\"}\n")),
      "s.yaml:5:56: error: in 'when': there is no parameter 'sgd'; put text in quotes: \"sgd\"\n"
      "  nesterov: {values: [true, false], when: optimizer == sgd}\n"
      "                                                       ^\n"
      "s.yaml:6:44: error: in 'when': 'optimizer' is never sdg; it is one of [sgd, adam]\n"
      "  l2: {min: 0, max: 1, when: \"optimizer == 'sdg'\"}\n"
      "                                           ^");
}

TEST(ExpressionReader, ExplainsMistakes) {
  for (const Mistake& mistake : std::vector<Mistake>{
           {"  l2: {min: 0, max: 1, when: dropot > 0}\n  dropout: {min: 0, max: 1}\n",
            "4:30: error: in 'when': there is no parameter 'dropot'; did you mean 'dropout'?"},
           {"  l2: {min: 0, max: 1, when: rho > 0}\n",
            "4:30: error: in 'when': 'rho' has no value in this file; set it in 'model' or "
            "'training', or make it a parameter"},
           {"  l2: {min: 0, max: 1, when: l2 > 0}\n", "circular conditions: l2 needs l2"},
           {"  l2: {min: 0, max: 1, when: l1 > 0}\n  l1: {min: 0, max: 1, when: l2 > 0}\n",
            "circular conditions: l1 needs l2 needs l1"},
           {"  l2: {min: 0, max: 1, when: [1]}\n", "'when' takes expressions, such as "},
           {"  l2: {min: 0, max: 1}\nconstraints: [l2 + 1]\n",
            "the expression is a number; it must be true or false, such as a comparison"},
           {"  l2: {min: 0, max: 1}\nconstraints: [l2 < 0]\n",
            "5:1: error: none of 10000 samples satisfies the constraints; loosen "
            "them, or narrow the ranges to where they hold"},
           {"  batch_size: {values: [8, 16]}\nconstraints: [batch_size > 16]\n",
            "none of 10000 samples satisfies the constraints"}}) {
    EXPECT_THAT(messages(parameters(mistake.yaml)), HasSubstr(mistake.messages)) << mistake.yaml;
  }
  // What could not be read is not called unknown as well.
  EXPECT_EQ(
      messages(parameters("  l2: {min: 0, max: 1, when: dropout > 0}\n  dropout: {min: 1}\n")),
      "s.yaml:5:12: error: 'dropout' needs max; give min and max, or values, or a value\n");
}

TEST(ExpressionReader, TakesASmallShareOfAFewPoints) {
  EXPECT_EQ(messages(parameters("  hidden1: {min: 1, max: 200}\n  hidden2: {min: 1, max: 200}\n",
                                "constraints: [hidden1 == hidden2 and hidden1 > 150]\n")),
            "");
}

std::string tree_sweep(const std::string& method, int run_cap = 12) {
  return fmt::format(
      "name: tree\nseed: 3\nmethod: {}\nrun_cap: {}\ndataset: {{source: digits}}\n"
      "training: {{epochs: 3, batch_size: 64}}\nparameters:\n"
      "  optimizer: {{values: [sgd, adam]}}\n"
      "  momentum: {{min: 0.5, max: 0.99, when: optimizer == \"sgd\"}}\n"
      "  learning_rate: {{distribution: log_normal, mu: -4, sigma: 1}}\n"
      "  hidden1: {{min: 8, max: 32}}\n"
      "  hidden2: {{values: [8, 16, 32], ordered: true}}\n"
      "constraints: [hidden2 <= hidden1]\n",
      method, run_cap);
}

TEST(ConditionalRun, StoresTheActiveParametersAlone) {
  const RunFolder folder(tree_sweep("random"));
  ASSERT_EQ(folder.run().code, 0);
  EXPECT_EQ(
      folder.query("SELECT count(*) FROM trials WHERE (params_json ->> 'optimizer' = 'sgd') <> "
                   "(params_json -> 'momentum' IS NOT NULL)"),
      "0");
  EXPECT_EQ(folder.query("SELECT count(DISTINCT params_json ->> 'optimizer') FROM trials"), "2");
  EXPECT_EQ(folder.query("SELECT count(*) FROM trials WHERE params_json ->> 'hidden2' > "
                         "params_json ->> 'hidden1'"),
            "0");
  EXPECT_EQ(
      folder.query("SELECT count(*) FROM params p JOIN trials t USING(trial_id) WHERE p.name = "
                   "'momentum' AND t.params_json ->> 'optimizer' = 'adam'"),
      "0");
  EXPECT_EQ(
      folder.query("SELECT count(*) FROM trials_tree WHERE (momentum IS NULL) <> (optimizer = "
                   "'adam')"),
      "0");
  // unit: a probability, an index / (n - 1), and none of a category.
  EXPECT_EQ(
      folder.query("SELECT count(*) FROM params WHERE name = 'learning_rate' AND (unit IS NULL "
                   "OR unit <= 0 OR unit >= 1)"),
      "0");
  EXPECT_EQ(folder.query("SELECT count(*) FROM params WHERE name = 'hidden2' AND unit <> "
                         "CASE value WHEN 8 THEN 0 WHEN 16 THEN 0.5 ELSE 1 END"),
            "0");
  EXPECT_EQ(
      folder.query("SELECT count(*) FROM params WHERE name = 'optimizer' AND unit IS NOT NULL"),
      "0");
}

TEST(ConditionalRun, RepeatsItsDigestWhateverTheWorkersForEveryKindOfMethod) {
  for (const char* method : {"random", "sobol", "coarse_to_fine", "tpe"}) {
    const RunFolder one(tree_sweep(method, 16));
    ASSERT_EQ(one.run({"--workers", "1"}).code, 0) << method;
    const RunFolder three(tree_sweep(method, 16));
    ASSERT_EQ(three.run({"--workers", "3"}).code, 0) << method;
    EXPECT_EQ(one.digest(), three.digest()) << method;
    EXPECT_EQ(
        one.query("SELECT count(*) FROM trials WHERE (params_json ->> 'optimizer' = 'sgd') <> "
                  "(params_json -> 'momentum' IS NOT NULL)"),
        "0")
        << method;
  }
}

TEST(ConditionalRun, TrainsItsWinnerAgainFromTheReportedFile) {
  const RunFolder folder(tree_sweep("random"));
  ASSERT_EQ(folder.run().code, 0);
  folder.write("best.yaml", folder.report({"--best"}).out);
  const auto again = test::run_hpsearch(folder.path(), {"run", "best.yaml", "--db", "best.db"});
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(test::query(folder.path() / "best.db", "SELECT value FROM best_trials"),
            folder.query("SELECT value FROM best_trials"));
}

TEST(ConditionalRun, EnqueuesWhatSuitsTheConditions) {
  const RunFolder folder(tree_sweep("random", 2));
  ASSERT_EQ(folder.run().code, 0);
  const auto refused =
      test::run_hpsearch(folder.path(), {"enqueue", "optimizer=adam", "momentum=0.9"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("'momentum' applies only when optimizer == \"sgd\""));
  for (int i = 0; i < 6; ++i) {
    ASSERT_EQ(test::run_hpsearch(folder.path(), {"enqueue", "optimizer=sgd", "hidden2=32"}).code,
              0);
  }
  EXPECT_EQ(
      folder.query("SELECT count(*) FROM trials WHERE origin = 'enqueued' AND params_json ->> "
                   "'hidden1' = 32 AND params_json -> 'momentum' IS NOT NULL"),
      "6")
      << "what is drawn satisfies the constraint beside what is given";
}

TEST(ConditionalRun, SaysInCheckHowMuchTheConstraintsLeave) {
  const RunFolder folder(tree_sweep("random"));
  const auto check = test::run_hpsearch(folder.path(), {"check", "sweep.yaml"});
  EXPECT_THAT(check.out, HasSubstr("momentum: 0.5 to 0.99, linear, when optimizer == \"sgd\"\n"));
  EXPECT_THAT(check.out, HasSubstr("hidden2: one of [8, 16, 32], in this order\n"));
  EXPECT_THAT(check.out, HasSubstr("constraint: hidden2 <= hidden1\n"
                                   "constraints: satisfied by "));
  const auto dry = folder.run({"--dry-run"});
  EXPECT_EQ(dry.code, 0) << dry.err;
}

TEST(ResultConstraints, AreKeptApartFromThoseOverParameters) {
  const auto spec = read(std::string(kData) +
                         "parameters:\n  dropout: {min: 0, max: 0.5}\n"
                         "constraints: [dropout < 0.4, parameters < 50000 or dropout > 0.1, "
                         "seconds < 10 and val_f1 >= 0.8]\n");
  ASSERT_EQ(spec.constraints.size(), 1U);
  ASSERT_EQ(spec.result_constraints.size(), 2U);
  EXPECT_THAT(spec.result_constraints[0].results, ElementsAre("parameters"));
  EXPECT_THAT(spec.result_constraints[1].results, ElementsAre("seconds", "val_f1"));
}

TEST(ResultConstraints, AreCheckedLikeTheOthers) {
  const std::string head = std::string(kData) + "parameters:\n  dropout: {min: 0, max: 0.5}\n";
  EXPECT_THAT(messages(head + "constraints: [paramters < 50]\n"),
              HasSubstr("did you mean 'parameters'?"));
  EXPECT_THAT(messages(head + "constraints: [seconds + 1]\n"), HasSubstr("must be true or false"));
  EXPECT_THAT(messages(head + "constraints: [seconds == \"slow\"]\n"),
              HasSubstr("compares a number with a string"));
  EXPECT_THAT(messages(std::string(kData) +
                       "parameters:\n  dropout: {min: 0, max: 0.5, when: seconds < 3}\n"),
              HasSubstr("there is no parameter 'seconds'"));
}

TEST(ResultConstraints, OfAProgramAreOverWhatIsNoParameter) {
  const std::string head =
      "command: [true]\nmetric: {name: loss}\nparameters: {learning_rate: {min: 0.0, max: 1.0}}\n";
  const auto spec = read(head + "constraints: [memory_mb < 100, learning_rate < 0.5]\n");
  EXPECT_EQ(spec.constraints.size(), 1U);
  ASSERT_EQ(spec.result_constraints.size(), 1U);
  EXPECT_THAT(messages(head + "constraints: [learnign_rate < 0.5]\n"),
              HasSubstr("did you mean 'learning_rate'?"));
}

TEST(ResultConstraints, TakeAnyNameInBackticks) {
  const std::string head =
      "command: [true]\nmetric: {name: val/acc, goal: maximize}\nparameters: {x: {min: 0.0, max: "
      "1.0}}\n";
  const auto spec = read(head + "constraints: ['`val/acc` >= 0.8', '`val/top-5` > x']\n");
  ASSERT_EQ(spec.result_constraints.size(), 2U);
  EXPECT_EQ(spec.result_constraints[0].results, std::vector<std::string>{"val/acc"});
  EXPECT_EQ(spec.result_constraints[1].results, std::vector<std::string>{"val/top-5"});
  EXPECT_THAT(messages(head + "constraints: ['val/acc >= 0.8']\n"),
              HasSubstr("write the metric's name in backticks: `val/acc`"));
}

}  // namespace
}  // namespace hpsearch::runner
