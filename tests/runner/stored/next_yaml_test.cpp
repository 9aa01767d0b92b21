#include "runner/stored/next_yaml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runner/sweep_file/sweep_file.h"

namespace hpsearch::runner {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

storage::SweepRow stored(const std::string& yaml) {
  storage::SweepRow sweep;
  sweep.name = "s";
  sweep.data_json = "{}";
  sweep.config_yaml = yaml;
  return sweep;
}

constexpr char kYaml[] =
    "name: s\n"
    "run_cap: 60\n"
    "dataset: {source: digits}\n"
    "model: {hidden: [16], gain: 1}\n"
    "training: {epochs: 20, batch_size: 32}\n"
    "parameters:\n"
    "  learning_rate: {min: 1e-4, max: 1, scale: log, limits: [1e-6, 10]}\n"
    "  dropout: {min: 0.0, max: 0.5}\n";

TEST(NextYaml, ChangesALineAndSaysWhyAboveIt) {
  const std::string yaml =
      next_yaml(stored(kYaml),
                {{"narrow", "learning_rate", "narrow learning_rate", "6 of 60",
                  "learning_rate: {min: 0.001, max: 0.1, scale: log}"},
                 {"no_influence", "dropout", "fix dropout", "0 %", "dropout: 0.25"},
                 {"epochs", "epochs", "train longer", "4 of 5", "training: {epochs: 40}"}},
                {});
  EXPECT_THAT(yaml, HasSubstr("\nname: s-2\n"));
  EXPECT_THAT(yaml, HasSubstr("  # narrow learning_rate: 6 of 60\n"
                              "  learning_rate:"));
  EXPECT_THAT(yaml, HasSubstr("limits: [1e-6, 10]")) << "what else is said of a range stays";
  EXPECT_THAT(yaml, HasSubstr("min: 0.001"));
  EXPECT_THAT(yaml, HasSubstr("  # fix dropout: 0 %\n  dropout: 0.25\n"));
  EXPECT_THAT(yaml, HasSubstr("# train longer: 4 of 5\n"));
  EXPECT_THAT(yaml, HasSubstr("epochs: 40"));
  EXPECT_THAT(yaml, HasSubstr("batch_size: 32"));
}

TEST(NextYaml, MovesASettingThatWasFixedToTheParameters) {
  const std::string yaml = next_yaml(
      stored(kYaml),
      {{"first_loss", "gain", "smaller", "9 and 2.3", "gain: {min: 0.1, max: 1.0, scale: log}"}},
      {});
  EXPECT_THAT(yaml, Not(HasSubstr("gain: 1}")));
  EXPECT_THAT(yaml, HasSubstr("  gain: {min: 0.1, max: 1.0, scale: log}\n"));
}

// The same sweep by a method that learns, which began with an earlier one.
storage::SweepRow learning(const std::string& method, const std::string& search) {
  storage::SweepRow sweep = stored("method: " + method + "\nsearch: " + search + "\n" + kYaml);
  sweep.method = method;
  return sweep;
}

TEST(NextYaml, BeginsWithTheResultsOfTheSweepWhereItsMethodLearns) {
  const std::vector<reports::Advice> more{{"few_trials", "", "more", "few", "run_cap: 90"}};
  for (const char* method : {"bayes", "tpe", "gp", "cmaes"}) {
    EXPECT_THAT(
        next_yaml(learning(method, "{warm_start: old.db, duplicates: allow}"), more, {}, "/a/x.db"),
        HasSubstr("# starts from the results of sweep s\n"
                  "search: {duplicates: allow, warm_start: '/a/x.db:s'}\n"))
        << method;
  }
}

TEST(NextYaml, DoesNotBeginWithWhatTheSweepBeganWith) {
  const std::vector<reports::Advice> more{{"few_trials", "", "more", "few", "run_cap: 90"}};
  EXPECT_THAT(
      next_yaml(learning("coarse_to_fine", "{warm_start: old.db, carry: 2}"), more, {}, "/a/x.db"),
      AllOf(HasSubstr("\nsearch: {carry: 2}\n"), Not(HasSubstr("warm_start"))));
  EXPECT_THAT(next_yaml(learning("coarse_to_fine", "{warm_start: old.db}"), more, {}, "/a/x.db"),
              Not(HasSubstr("search:")));
  const reports::Advice noise{
      "noise", "", "n", "e", "seed: {values: [1, 2]}", R"({"dropout":0.5})"};
  EXPECT_THAT(next_yaml(learning("tpe", "{warm_start: old.db}"), {noise}, {}, "/a/x.db"),
              Not(HasSubstr("warm_start")));
}

TEST(NextYaml, KeepsConditionsAndOrder) {
  const std::string yaml = next_yaml(
      stored("name: s\nmethod: random\ndataset: {source: digits}\nparameters:\n"
             "  optimizer: {values: [sgd, adam]}\n"
             "  momentum: {min: 0.0, max: 0.9, when: optimizer == \"sgd\"}\n"
             "  l2: {distribution: log_normal, mu: -9, sigma: 2, when: batch_size > 16}\n"
             "  batch_size: {values: [16, 32, 64], ordered: true, when: momentum >= 0.5}\n"),
      {{"no_influence", "momentum", "fix", "0 %", "momentum: 0.5"},
       {"border", "l2", "move", "low", "l2: {distribution: log_normal, mu: -11, sigma: 2}"},
       {"border", "batch_size", "widen", "high", "batch_size: {values: [16, 32, 64, 128]}"}},
      {});
  EXPECT_THAT(yaml, HasSubstr("  momentum: {value: 0.5, when: 'optimizer == \"sgd\"'}\n"));
  EXPECT_THAT(yaml, HasSubstr("mu: -11, sigma: 2, when: batch_size > 16}\n"));
  EXPECT_THAT(yaml,
              HasSubstr("values: [16, 32, 64, 128], when: momentum >= 0.5, ordered: true}\n"));
}

TEST(NextYaml, TakesTheNextNameThatIsFree) {
  const std::vector<reports::Advice> more{{"few_trials", "", "more", "few", "run_cap: 90"}};
  EXPECT_THAT(next_yaml(stored(kYaml), more, {"S-2", "s-3"}), HasSubstr("\nname: s-4\n"));
  storage::SweepRow second = stored(kYaml);
  second.name = "s-2";
  EXPECT_THAT(next_yaml(second, more, {"s", "s-2"}), HasSubstr("\nname: s-3\n"));
}

TEST(NextYaml, RepeatsTheBestWithOtherSeedsWhereAllElseIsSaid) {
  const reports::Advice noise{"noise",
                              "",
                              "again",
                              "all alike",
                              "seed: {values: [1, 2, 3, 4, 5]}",
                              R"({"dropout":0.25,"learning_rate":0.01})",
                              20};
  const std::string yaml = next_yaml(stored(kYaml), {noise}, {});
  EXPECT_THAT(yaml, HasSubstr("method: grid\n"));
  EXPECT_THAT(yaml, HasSubstr("run_cap: 5\n"));
  EXPECT_THAT(yaml, HasSubstr("  dropout: 0.25\n  learning_rate: 0.01\n  # again: all alike\n"
                              "  seed: {values: [1, 2, 3, 4, 5]}\n"));
  EXPECT_THAT(next_yaml(stored(kYaml), {noise, {"few_trials", "", "m", "f", "run_cap: 90"}}, {}),
              Not(HasSubstr("method: grid")));
}

TEST(NextYaml, IsEmptyWhereNoSingleLineChanges) {
  EXPECT_EQ(next_yaml(stored(kYaml), {}, {}), "");
  EXPECT_EQ(next_yaml(stored(kYaml), {{"noise", "", "a larger part", "e", ""}}, {}), "");
  EXPECT_EQ(
      next_yaml(stored(kYaml),
                {{"border", "width", "widen", "e", "width: {values: [1, 2]}, and larger ones"}},
                {}),
      "");
}

// Reads what next_yaml() wrote: it must be valid by itself.
std::string errors_of(const std::string& yaml) {
  std::vector<Diagnostic> diagnostics;
  const SourceText source{"next.yaml", yaml};
  const auto tree = parse_yaml(source, diagnostics);
  if (tree && diagnostics.empty()) {
    read_sweep(*tree, "next", {}, diagnostics);
  }
  return format_diagnostics(source, diagnostics);
}

TEST(NextYaml, LeavesOutWhatNoTrialCanUseAnyMore) {
  const std::string head = "name: s\ndataset: {source: digits}\nparameters:\n";
  const struct {
    const char* parameters;
    reports::Advice fix;
    const char* gone;
  } cases[]{
      {"  optimizer: {values: [sgd, adam]}\n"
       "  momentum: {min: 0.1, max: 0.99, when: optimizer == \"sgd\"}\n",
       {"no_influence", "optimizer", "fix", "0 %", "optimizer: adam"},
       "momentum"},
      {"  schedule: {values: [constant, exponential]}\n"
       "  schedule.factor: {min: 0.1, max: 0.9}\n",
       {"no_influence", "schedule", "fix", "0 %", "schedule: constant"},
       "schedule.factor"},
      {"  batch_norm: {values: [true, false]}\n"
       "  bn_momentum: {min: 0.1, max: 0.9}\n",
       {"no_influence", "batch_norm", "fix", "0 %", "batch_norm: false"},
       "bn_momentum"},
      {"  hidden_layers: {min: 1, max: 2}\n"
       "  hidden1: {min: 4, max: 8}\n"
       "  hidden2: {min: 4, max: 8}\n",
       {"no_influence", "hidden_layers", "fix", "0 %", "hidden_layers: 1"},
       "hidden2"},
  };
  for (const auto& one : cases) {
    const std::string yaml = next_yaml(stored(head + one.parameters), {one.fix}, {});
    EXPECT_EQ(errors_of(yaml), "") << yaml;
    EXPECT_THAT(yaml, HasSubstr(std::string("# ") + one.gone + " is left out: ")) << yaml;
    EXPECT_THAT(yaml, Not(HasSubstr(std::string("\n  ") + one.gone + ":"))) << yaml;
  }
}

TEST(NextYaml, LeavesOutWhatDependsOnWhatIsLeftOut) {
  const std::string yaml =
      next_yaml(stored("name: s\ndataset: {source: digits}\nparameters:\n"
                       "  optimizer: {values: [sgd, adam]}\n"
                       "  momentum: {min: 0.1, max: 0.99, when: optimizer == \"sgd\"}\n"
                       "  nesterov: {values: [true, false], when: momentum > 0.5}\n"
                       "  l2: {min: 1e-6, max: 1, scale: log}\n"
                       "constraints: [momentum + l2 < 1.5, l2 < 0.9]\n"),
                {{"no_influence", "optimizer", "fix", "0 %", "optimizer: adam"}}, {});
  EXPECT_EQ(errors_of(yaml), "") << yaml;
  EXPECT_THAT(yaml, AllOf(HasSubstr("# nesterov is left out"), HasSubstr("needs 'momentum'"),
                          HasSubstr("constraints: [l2 < 0.9]")));
}

// The section that the line names, and not `parameters`.
TEST(NextYaml, PutsSettingsUnderTheirSection) {
  const std::string yaml =
      next_yaml(stored("name: s\nrun_cap: 1\ndataset: {source: digits}\nmodel: {hidden: []}\n"
                       "training: {epochs: 6, learning_rate: 0.001}\n"),
                {{"underfitting", "", "larger", "0.5", "training: {epochs: 12}"}}, {});
  EXPECT_EQ(errors_of(yaml), "") << yaml;
  EXPECT_THAT(yaml, AllOf(HasSubstr("epochs: 12"), HasSubstr("# larger: 0.5\ntraining:"),
                          Not(HasSubstr("parameters"))));
}

TEST(NextYaml, GivesNoAdviceThatTheFileCannotCarryOut) {
  const storage::SweepRow sweep = stored(
      "name: s\ndataset: {source: digits}\ntraining: {batch_size: 1}\nparameters:\n"
      "  l2: {min: 1e-6, max: 1, scale: log}\n");
  const reports::Advice batch_norm{"flat_start", "batch_norm", "use it", "flat",
                                   "batch_norm: {values: [false, true]}"};
  const reports::Advice words{"underfitting", "", "use a larger network", "0.5", ""};
  const auto left = feasible_advice(sweep, {batch_norm, words});
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left.front().kind, "underfitting");
  EXPECT_EQ(next_yaml(sweep, {batch_norm, words}, {}), "");
}

TEST(NextYaml, RepeatsABestTrialWithListsAndWithoutTheSearch) {
  const std::string yaml =
      next_yaml(stored("name: s\nmetric: {name: val_accuracy, target: 0.9}\n"
                       "dataset: {source: digits}\nparameters:\n"
                       "  dropout: {values: [[0.1, 0.2], [0.3, 0.4]]}\n"
                       "  hidden: {values: [[8, 4], [4, 4]]}\n"
                       "  optimizer: {values: [sgd, adam]}\n"
                       "  momentum: {min: 0.1, max: 0.9, when: optimizer == \"sgd\"}\n"
                       "constraints: [momentum < 0.8]\n"),
                {{"noise", "", "repeat", "0.1", "seed: {values: [1, 2, 3, 4, 5]}",
                  R"({"dropout":[0.1,0.2],"hidden":[8,4],"optimizer":"adam"})"}},
                {});
  EXPECT_EQ(errors_of(yaml), "") << yaml;
  EXPECT_THAT(yaml, AllOf(HasSubstr("dropout: {value: [0.1, 0.2]}"), Not(HasSubstr("target")),
                          Not(HasSubstr("constraints"))));
}

}  // namespace
}  // namespace hpsearch::runner
