// Sweep files over programs: what they may say, and what is said about their mistakes.

#include "runner/sweep_file/program_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "search/samplers/sampler.h"
#include "tests/runner/sweep_file/sweep_file_support.h"

namespace hpsearch::runner {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kProgram[] = "program: p.py\nmetric: {name: m}\n";

std::string about(const std::string& parameter, const std::string& more = "") {
  return messages(kProgram + more + "parameters:\n  x: " + parameter + "\n");
}

const search::Distribution& x_of(const search::SweepSpec& spec) {
  return search::find_parameter(spec.space, "x")->distribution;
}

TEST(ProgramReader, LeavesNamesToTheProgram) {
  const auto spec = read(std::string(kProgram) +
                         "model: {any: thing}\ndataset: 3\n"
                         "parameters:\n  learning_rate: {values: [fast, null, [1, 2], {a: 1}]}\n"
                         "  hidden: {min: 1, max: 4}\n  epochs: {min: 0.5, max: 2.5}\n");
  const auto& values = std::get<search::Categorical>(
                           search::find_parameter(spec.space, "learning_rate")->distribution)
                           .values;
  EXPECT_THAT(values, ElementsAre(nn::Value(std::string("fast")), nn::Value(nn::NullValue{}),
                                  nn::Value(nn::ValueList{std::int64_t{1}, std::int64_t{2}}),
                                  nn::Value(nn::ValueMap{{"a", std::int64_t{1}}})));
  EXPECT_EQ(spec.metric.goal, search::Goal::kMinimize) << "W&B's default";
}

TEST(ProgramReader, KnowsRealFromWholeRanges) {
  const auto range = [](const std::string& map) {
    return std::get<search::Numeric>(
        x_of(read(std::string(kProgram) + "parameters: {x: " + map + "}\n")));
  };
  EXPECT_TRUE(range("{min: 1, max: 9}").integer);
  EXPECT_FALSE(range("{min: 1, max: 9.0}").integer);
  EXPECT_FALSE(range("{min: 1, max: 9, distribution: uniform}").integer);
  EXPECT_TRUE(range("{min: 1, max: 9, scale: log}").logarithmic);
  EXPECT_NEAR(range("{min: 1, max: 2, distribution: inv_log_uniform}").low, std::exp(-2.0), 1e-15);
  EXPECT_EQ(range("{min: 1_000, max: 2_000}").high, 2000.0);
}

TEST(ProgramReader, WeighsValuesThatStandThereTwice) {
  const auto list = std::get<search::Categorical>(
      x_of(read(std::string(kProgram) + "parameters: {x: {values: [1, 1.0, 2, \"1\"]}}\n")));
  ASSERT_EQ(list.values.size(), 3U);
  EXPECT_THAT(list.probabilities, ElementsAre(0.5, 0.25, 0.25));
  const auto grid = std::get<search::Categorical>(
      x_of(read(std::string(kProgram) + "method: grid\nparameters: {x: {values: [1, 1.0, 2]}}\n")));
  EXPECT_EQ(grid.values.size(), 2U);
  EXPECT_TRUE(grid.probabilities.empty());
}

TEST(ProgramReader, SaysWhatIsWrongWithAParameter) {
  EXPECT_THAT(about("{min: 3, max: 3}"), HasSubstr("is empty: max 3 is not above min 3"));
  EXPECT_THAT(about("{min: 0, max: 1, distribution: log_uniform_values}"),
              HasSubstr("never reaches 0"));
  EXPECT_THAT(about("{min: 1}"), HasSubstr("'x' needs max"));
  EXPECT_THAT(about("{mins: 1, maxs: 2}"), HasSubstr("did you mean 'min'?"));
  EXPECT_THAT(about("{a: {b: 1}}"), HasSubstr("value: {...}"));
  EXPECT_THAT(about("[1, 2]"), HasSubstr("x: {values: [...]}"));
  EXPECT_THAT(about("{values: []}"), HasSubstr("at least one value"));
  EXPECT_THAT(about("{values: [1, 2], probabilities: [0.5, 0.6]}"), HasSubstr("add up to 1.1"));
  EXPECT_THAT(about("{values: [1, 2], probabilities: [1]}"), HasSubstr("1 numbers for 2 values"));
  EXPECT_THAT(about("{values: [1], probabilities: [1], distribution: categorical}"),
              HasSubstr("categorical_w_probabilities"));
  EXPECT_THAT(about("{distribution: normall}"), HasSubstr("did you mean 'normal'?"));
  EXPECT_THAT(about("{min: 0.5, max: 3, distribution: int_uniform}"), HasSubstr("whole numbers"));
  EXPECT_THAT(about("{value: 1, values: [2]}"), HasSubstr("x"));
  EXPECT_THAT(about("{min: a, max: 2}"), HasSubstr("must be a number"));
  EXPECT_THAT(about("{min: 0.0, max: 1.0}", "method: grid\n"),
              HasSubstr("a grid cannot have all values of 'x'"));
  EXPECT_EQ(about("{min: 0.0, max: 1.0, grid: 5}", "method: grid\n"), "");
  EXPECT_THAT(about("{parameters: {y: 1}, value: 3}"), HasSubstr("can have no other key"));
  EXPECT_THAT(
      messages(std::string(kProgram) + "parameters: {a.b: 1, a: {parameters: {b: {value: 2}}}}\n"),
      HasSubstr("two parameters are called 'a.b'"));
}

TEST(ProgramReader, SaysWhatIsWrongWithAFile) {
  EXPECT_THAT(messages("program: p\nmetrik: {name: m}\n"), HasSubstr("did you mean 'metric'?"));
  EXPECT_THAT(messages("program: p\nmethod: bayes\nparameters: {x: {values: [1, 2]}}\n"),
              HasSubstr("learns from results"));
  EXPECT_THAT(messages("command: [python, \"${program}\"]\n"), HasSubstr("has no 'program'"));
  EXPECT_THAT(messages("program: p\ncommand: python p\n"), HasSubstr("command"));
  EXPECT_THAT(messages(std::string(kProgram) + "method: coarse_to_fine\n"
                                               "parameters: {x: {min: 0.0, max: 1.0}}\n"),
              HasSubstr("fidelity: {parameter: epochs, max: 27}"));
  EXPECT_THAT(messages(std::string(kProgram) + "trial_timeout: soon\n"),
              HasSubstr("trial_timeout"));
  EXPECT_THAT(messages(std::string(kProgram) + "parallel: {memory: much}\n"), HasSubstr("4G"));
  EXPECT_EQ(messages(std::string(kProgram) + "parallel: {memory: 1.5GiB, gpus: [0, 1]}\n"), "");
  EXPECT_EQ(messages("program: p\nown_section: {a: 1}\n"), "") << "is ignored";
}

TEST(ProgramReader, LetsConditionsUseTheProgramsNames) {
  const auto spec = read(std::string(kProgram) +
                         "parameters:\n  hidden_layers: {values: [1, 2]}\n"
                         "  hidden2: {min: 1, max: 9}\n"
                         "  momentum: {min: 0.0, max: 1.0, when: optim.kind == \"sgd\"}\n"
                         "  optim: {parameters: {kind: {values: [sgd, adam]}}}\n");
  EXPECT_TRUE(search::find_parameter(spec.space, "momentum")->when.has_value());
  EXPECT_FALSE(search::find_parameter(spec.space, "hidden2")->when.has_value());
}

TEST(Zip, SaysWhatIsWrongWithAGroup) {
  const auto zip = [](const std::string& group) {
    return messages(std::string(kProgram) + "zip: " + group +
                    "\nparameters: {a: {values: [1, 2]}, b: {values: [3, 4, 5]}, c: {min: 0, max: "
                    "2}, d: {values: [1, 1]}, e: {values: [2, 2]}}\n");
  };
  EXPECT_THAT(zip("[[a, b]]"), HasSubstr("lists of equal length"));
  EXPECT_THAT(zip("[[a, c]]"), HasSubstr("'c' needs a list of values"));
  EXPECT_THAT(zip("[[a, x]]"), HasSubstr("there is no parameter 'x'"));
  EXPECT_THAT(zip("[[d, e]]"), HasSubstr("tell the rows apart"));
  EXPECT_THAT(zip("[[a, d], [a, e]]"), HasSubstr("in one group"));
  EXPECT_THAT(zip("[a]"), HasSubstr("groups of at least two"));
  EXPECT_EQ(zip("[[d, a]]"), "");
}

// In a sweep over networks, by every method that draws.
TEST(Zip, LetsSettingsVaryTogether) {
  for (const char* method : {"random", "grid", "sobol", "bayes", "tpe", "gp", "cmaes"}) {
    const auto spec = read(std::string("method: ") + method + "\n" + kData +
                           "zip: [[batch_size, epochs]]\n"
                           "parameters: {batch_size: {values: [16, 32, 64]}, epochs: {values: [1, "
                           "2, 4]}, l2: {values: [0.0, 0.1]}}\n");
    const auto sampler = search::find_sampler(method)->make(
        {.space = spec.space, .seed = 1, .options = spec.search, .stages = {search::Stage{1, 6, 6}}});
    for (std::uint64_t i = 0; i < 6; ++i) {
      const auto params = sampler->suggest(i, {}).params;
      EXPECT_EQ(params.at("batch_size").number(), 16 * params.at("epochs").number()) << method;
    }
  }
}

}  // namespace
}  // namespace hpsearch::runner
