// Sweep files of W&B: the space, the words and the order that its agent would give.

#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runner/external/command_line.h"
#include "runner/sweep_file/sweep_file.h"
#include "search/samplers/choose.h"
#include "search/samplers/sampler.h"
#include "test_locations.h"

namespace hpsearch::runner {
namespace {

using ::testing::ElementsAre;
using Text = std::string;
using Words = std::vector<std::string>;

SweepFile file(const std::string& number) {
  return load_sweep_file(std::string(HPSEARCH_SOURCE_DIR) + "/tests/runner/wandb/" + number +
                         ".yaml");
}

Words words(const search::SweepSpec& spec, const search::ParamSet& params) {
  return command_line(*spec.program, params, {"python", "params.json", [](const std::string& name) {
                                                return name == "HOME"
                                                           ? std::optional<std::string>("/home/me")
                                                           : std::nullopt;
                                              }});
}

// The words of a trial with these values; the others are constants of the file.
Words words_of(const search::SweepSpec& spec, search::ParamSet params) {
  for (const search::Parameter& parameter : spec.space) {
    if (const auto* fixed = std::get_if<search::Fixed>(&parameter.distribution)) {
      params.emplace(parameter.name, fixed->value);
    }
  }
  return words(spec, params);
}

// The words of the trials of a grid, in order.
std::vector<Words> grid(const search::SweepSpec& spec) {
  const auto sampler = search::find_sampler("grid")->make(
      {.space = spec.space, .seed = 0, .options = spec.search, .stages = {search::Stage{1, 1, 1}}});
  std::vector<Words> trials;
  for (std::uint64_t i = 0; i < *sampler->size(); ++i) {
    trials.push_back(words(spec, sampler->suggest(i, {}).params));
  }
  return trials;
}

const search::Distribution& distribution(const search::SweepSpec& spec, const std::string& name) {
  return search::find_parameter(spec.space, name)->distribution;
}

TEST(WandbFiles, TakeTheDefaultCommand) {
  const auto spec = file("001").spec;
  EXPECT_EQ(spec.metric.name, "valid/rmse_cm");
  EXPECT_EQ(spec.metric.goal, search::Goal::kMinimize);
  EXPECT_THAT(words_of(spec, {{"harmonics", std::int64_t{8}},
                              {"lag_hours", std::int64_t{24}},
                              {"smoothing", 0.5},
                              {"station", Text("north pier")}}),
              ElementsAre("/usr/bin/env", "python", "tide/fit.py", "--harmonics=8",
                          "--lag_hours=24", "--smoothing=0.5", "--station=north pier"));
  const auto& lag = std::get<search::Numeric>(distribution(spec, "lag_hours"));
  EXPECT_TRUE(lag.integer && lag.low == 1.0 && lag.high == 48.0);
  EXPECT_FALSE(std::get<search::Numeric>(distribution(spec, "smoothing")).integer);
}

TEST(WandbFiles, KeepDotsAndWriteNumbersAsPython) {
  const auto spec = file("002").spec;
  EXPECT_THAT(words_of(spec, {{"optim.lr", 3e-5}, {"optim.decay", 0.0001}}),
              ElementsAre("python3", "run_bees.py", "--config-name", "hives", "trainer.device=cpu",
                          "data.cache=None", "data.shuffle=True", "model.width=96",
                          "optim.decay=0.0001", "optim.lr=3e-05"));
  EXPECT_TRUE(spec.program->nested.empty());
}

TEST(WandbFiles, LeaveFalseFlagsOut) {
  const auto trials = grid(file("003").spec);
  ASSERT_EQ(trials.size(), 4U);
  const Words begin{"/usr/bin/env", "python", "scripts/sort_mail.py", "--folds", "5", "--quiet"};
  const std::vector<Words> ends{
      {"--lowercase", "--ngram=1", "--tokenizer=whitespace", "--use_sender"},
      {"--lowercase", "--ngram=1", "--tokenizer=whitespace"},
      {"--lowercase", "--ngram=2", "--tokenizer=whitespace", "--use_sender"},
      {"--lowercase", "--ngram=2", "--tokenizer=whitespace"}};
  for (std::size_t i = 0; i < 4; ++i) {
    Words expected = begin;
    expected.insert(expected.end(), ends[i].begin(), ends[i].end());
    EXPECT_EQ(trials[i], expected) << i;
  }
}

TEST(WandbFiles, NeedNoProgramWhereTheCommandSaysAll) {
  const auto spec = file("004").spec;
  EXPECT_THAT(words_of(spec, {{"gamma", 0.95}}),
              ElementsAre("/usr/bin/env", "python3", "-m", "glider.learn", "3", "0.5", "--record"));
  EXPECT_FALSE(passes_parameters(*spec.program));
  EXPECT_EQ(spec.metric.name, "Episode reward (mean)");
  EXPECT_NE(search::find_parameter(spec.space, "seed"), nullptr) << "a name of the program's own";
}

TEST(WandbFiles, HandNestedParametersOverAsOne) {
  const auto trials = grid(file("005").spec);
  ASSERT_EQ(trials.size(), 4U);
  EXPECT_THAT(trials[0],
              ElementsAre("/usr/bin/env", "python", "kiln.py", "--batch_size=16", "--glaze=celadon",
                          "--schedule={'hold': {'cone': 6.0, 'minutes': 10}, 'kind': 'ramp'}"));
  EXPECT_EQ(trials[1].back(), "--schedule={'hold': {'cone': 6.0, 'minutes': 20}, 'kind': 'ramp'}");
  EXPECT_EQ(trials[1][3], "--batch_size=16") << "the last name turns fastest";
  EXPECT_EQ(trials[2][3], "--batch_size=32");
}

TEST(WandbFiles, RoundToMultiples) {
  const auto spec = file("007").spec;
  const auto& hop = std::get<search::Numeric>(distribution(spec, "hop"));
  EXPECT_TRUE(!hop.integer && hop.step == 1.0 && hop.low == 0.0 && hop.high == 12.0);
  EXPECT_THAT(words_of(spec, {{"gain", 0.55}, {"hop", 6.0}, {"window", 91.0}}),
              ElementsAre("/usr/bin/env", "python", "train_owl.py", "--gain=0.55", "--hop=6.0",
                          "--window=91.0"));
}

// The figures of the expected medians are SciPy's.
TEST(WandbFiles, ReadExponentsOfE) {
  const auto spec = file("008").spec;
  const auto middle = [&](const char* name) {
    return search::value_at(distribution(spec, name), 0.5).number();
  };
  EXPECT_NEAR(middle("learning_rate"), 0.003162278395350946, 1e-15);
  EXPECT_NEAR(middle("l2"), 0.0024787521766663585, 1e-15);
  EXPECT_NEAR(middle("malt"), 0.07071067811865477, 1e-15);
  EXPECT_EQ(search::value_at(distribution(spec, "hops"), 0.5), nn::Value(std::int64_t{10}));
  EXPECT_EQ(search::value_at(distribution(spec, "hops"), 0.0), nn::Value(std::int64_t{0}));
  EXPECT_EQ(search::value_at(distribution(spec, "hops"), 0.999999), nn::Value(std::int64_t{200}));
}

TEST(WandbFiles, NeedNoMetricForAGrid) {
  const auto spec = file("009").spec;
  EXPECT_FALSE(spec.program->has_metric);
  const auto trials = grid(spec);
  ASSERT_EQ(trials.size(), 36U) << "without max itself, as numpy.arange has it";
  EXPECT_EQ(trials[0], (Words{"/usr/bin/env", "python", "loom.py", "--dye=indigo, twice",
                              "--tension=0.0", "--threads=3", "--weave=plain"}));
  EXPECT_EQ(trials[1].back(), "--weave=twill 2/1");
  EXPECT_EQ(trials[2].back(), "--weave=");
  EXPECT_EQ(trials[3][5], "--threads=4");
}

TEST(WandbFiles, HandListsMapsAndNullOverAsJson) {
  const auto trials = grid(file("010").spec);
  ASSERT_EQ(trials.size(), 8U);
  EXPECT_THAT(
      trials[0],
      ElementsAre(
          "/usr/bin/env", "python", "atlas.py", "--params",
          R"({"augment": {"flip": true, "noise": null}, "blocks": [32, 64], )"
          R"("crop": [96, 96, 64], "head": {"dim": 8, "kind": "linear"}, "resume": null})"));
  EXPECT_THAT(trials[1].back(), ::testing::HasSubstr(R"("resume": "last.ckpt")"));
  EXPECT_THAT(trials[2].back(),
              ::testing::HasSubstr(R"("head": {"dim": 8, "drop": 0.1, "kind": "mlp"})"));
}

TEST(WandbFiles, ReadScalarsAsYamlOnePointOne) {
  const auto trials = grid(file("011").spec);
  ASSERT_EQ(trials.size(), 64U);
  EXPECT_THAT(trials[0],
              ElementsAre("/usr/bin/env", "python", "scalars.py", "--a_sci=1e-05", "--b_big=10000",
                          "--c_quoted=5e-4", "--d_yes=True", "--e_none=None", "--f_null=None",
                          "--g_dot=0.5", "--h_hex=31", "--i_tag=0.001", "--j_first=0.1",
                          "--j_second=0.1", "--k_merge=0.3"));
  EXPECT_EQ(trials[63][3], "--a_sci=250.0");
  EXPECT_EQ(trials[63][6], "--d_yes=False");
}

TEST(WandbFiles, KnowAllDistributions) {
  const auto spec = file("012").spec;
  EXPECT_EQ(spec.name, "harbour: cranes & winds");
  EXPECT_EQ(spec.limits.target, 12.5);
  search::ParamSet medians;
  for (const search::Parameter& parameter : spec.space) {
    medians.emplace(parameter.name, search::value_at(parameter.distribution, 0.5));
  }
  EXPECT_THAT(words(spec, medians),
              ElementsAre("/usr/bin/env", "python", "cranes.py", "--boom=long", "--cargo=20",
                          "--rope=1.0", "--share=0.26444998329566005", "--sway=0.2"));
  EXPECT_EQ(std::get<search::Categorical>(distribution(spec, "boom")).values.size(), 2U)
      << "what has no chance never comes";
}

TEST(CommandLine, ReplacesVariablesAndDropsUnknownMacros) {
  search::ProgramSpec spec;
  spec.program = "p";
  spec.command = {"${envvar:HOME}/run",     "x${envvar:GONE}y",  "${unknown}",
                  "a${unknown}b",           "${args_no_equals}", "${args_append_hydra}",
                  "${args_override_hydra}", "${args_json_file}"};
  const search::ParamSet params{{"n", std::int64_t{1}}};
  search::SweepSpec sweep;
  sweep.program = spec;
  EXPECT_THAT(words(sweep, params), ElementsAre("/home/me/run", "xGONEy", "a${unknown}b", "--n",
                                                "1", "+n=1", "++n=1", "params.json"));
}

}  // namespace
}  // namespace hpsearch::runner
