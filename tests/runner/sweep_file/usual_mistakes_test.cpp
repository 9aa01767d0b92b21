// Files that people bring from elsewhere: W&B's forms, other names, settings without effect.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sweep_file_support.h"

namespace hpsearch::runner {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// The one message about a parameter of the file; two messages fail.
std::string about(const std::string& parameter) {
  const std::string all = messages(std::string(kData) + "parameters:\n  " + parameter + "\n");
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 1) << all;
  return all;
}

SweepFile load(const std::string& yaml, const std::vector<YamlEdit>& edits = {}) {
  const test::TempFolder folder;
  return load_sweep_file(folder.write("s.yaml", yaml).string(), edits);
}

TEST(UsualMistakes, OfAnUnknownMetricAreOne) {
  const std::string all =
      messages(std::string(kData) + "metric: {name: fit_error, goal: minimize}\n");
  EXPECT_THAT(all, HasSubstr("'name' must be one of val_accuracy"));
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 1) << all;
}

TEST(UsualMistakes, OfNestedParametersAreOne) {
  for (const char* name : {"optimizer", "learning_rate"}) {
    EXPECT_THAT(about(std::string(name) + ": {parameters: {lr: {value: 1}}}"),
                AllOf(HasSubstr("has parameters of its own"), Not(HasSubstr("?"))));
  }
}

TEST(UsualMistakes, OfANullValueSayIt) {
  EXPECT_THAT(about("max_norm: {value: null}"),
              HasSubstr("'value' of 'max_norm' is null; write none to switch it off"));
  EXPECT_THAT(about("l2: {values: }"), HasSubstr("'values' of 'l2' is null; give it a value"));
}

TEST(UsualMistakes, OfWandbsDistributionsPointTheRightWay) {
  EXPECT_THAT(
      about("l2: {distribution: q_log_uniform, min: -9, max: -2, q: 1}"),
      AllOf(HasSubstr("q_log_uniform takes exponents of e"), HasSubstr("q_log_uniform_values")));
  EXPECT_THAT(
      about("l2: {distribution: inv_log_uniform, min: 1, max: 2}"),
      AllOf(HasSubstr("write distribution: log_uniform_values"), Not(HasSubstr("int_uniform"))));
  for (const char* name : {"q_normal", "q_log_normal", "beta", "q_beta"}) {
    EXPECT_THAT(about(std::string("l2: {distribution: ") + name + "}"),
                Not(HasSubstr("did you mean")));
  }
}

TEST(UsualMistakes, OfATagSayTheTag) {
  EXPECT_THAT(about("l2: {value: !!str 5}"), HasSubstr("'l2' has the tag !!str, so it is text"));
}

TEST(UsualMistakes, OfTwoWaysToGiveValuesNameBoth) {
  EXPECT_THAT(about("l2: {min: 1, max: 2, values: [1, 2]}"),
              HasSubstr("'values' and 'min' of 'l2' exclude each other; leave one of them out"));
  EXPECT_THAT(about("l2: {value: 1, values: [1, 2]}"), HasSubstr("'value' and 'values' of 'l2'"));
}

TEST(UsualMistakes, OfNamesSuggestWhatIsMeant) {
  EXPECT_THAT(about("lr: {min: 0.1, max: 1}"), EndsWith("; did you mean 'learning_rate'?\n"));
  EXPECT_THAT(about("n_layers: {min: 1, max: 2}"), EndsWith("; did you mean 'hidden_layers'?\n"));
  for (const auto& [typed, meant] :
       {std::pair{"val_acc", "val_accuracy"}, std::pair{"accuracy", "val_accuracy"},
        std::pair{"auc", "val_auc"}, std::pair{"f1", "val_f1"}, std::pair{"rmse", "val_rmse"}}) {
    EXPECT_THAT(messages(std::string(kData) + "metric: {name: " + typed + "}\n"),
                EndsWith(std::string("; did you mean '") + meant + "'?\n"));
  }
  EXPECT_THAT(messages(std::string(kData) + "epochs: 10\n"),
              HasSubstr("s.yaml:2:1: error: 'epochs' belongs in 'training' (--set "
                        "training.epochs=...)"));
  EXPECT_THAT(messages(std::string(kData) + "lr: 0.1\n"),
              HasSubstr("error: 'lr' is 'learning_rate' here and belongs in 'training'"));
  EXPECT_THAT(messages(std::string(kData) + "trials: 10\n"), HasSubstr("did you mean 'run_cap'?"));
}

TEST(UsualMistakes, OfKeysWithoutEffectAreNotes) {
  const SweepFile file = load(std::string(kData) + "project: p\nentity: {a: 1}\njob: j\n");
  EXPECT_THAT(
      file.notes,
      ElementsAre(EndsWith("s.yaml:2:1: warning: 'project' is accepted and has no effect here"),
                  EndsWith("s.yaml:3:1: warning: 'entity' is accepted and has no effect here"),
                  EndsWith("s.yaml:4:1: warning: 'job' is accepted and has no effect here")));
}

TEST(UsualMistakes, OfAFixedSettingWithoutEffectAreNotes) {
  const SweepFile file = load(std::string(kData) + "training: {rho: 0.5}\n");
  EXPECT_THAT(file.notes, ElementsAre(EndsWith("s.yaml:2:12: warning: 'rho' has no effect with "
                                               "optimizer: sgd; it needs rmsprop")));
  EXPECT_THAT(load(std::string(kData) + "training: {rho: 0.5, optimizer: rmsprop}\n").notes,
              IsEmpty());
  // As `check --resolved` writes all defaults.
  EXPECT_THAT(
      load(std::string(kData) + "training: {rho: 0.9, beta1: 0.9, beta2: 0.999, epsilon: 1e-8}\n")
          .notes,
      IsEmpty());
}

TEST(UsualMistakes, OfSettingsThatContradictEachOtherAreShownAllAtOnce) {
  const std::string all =
      messages(std::string(kData) +
               "model: {batch_norm: true, pretrain: rbm}\n"
               "training: {batch_size: 1, optimizer: adam, nesterov: true, schedule: step}\n");
  EXPECT_THAT(all, HasSubstr("set batch_size to 2 or more (batch_norm: true, batch_size: 1)"));
  EXPECT_THAT(all, HasSubstr("'pretrain: rbm' needs sigmoid"));
  EXPECT_THAT(all, HasSubstr("momentum above 0 (nesterov: true, optimizer: adam)"));
  EXPECT_THAT(all, HasSubstr("schedule: step needs 'every'"));
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 4) << all;
}

TEST(UsualMistakes, OfAConditionThatNeverHoldsNameTheParameter) {
  EXPECT_THAT(messages(std::string(kData) +
                       "parameters:\n  optimizer: adam\n"
                       "  momentum: {min: 0.1, max: 0.9, when: optimizer == \"sgd\"}\n"),
              HasSubstr("no trial has 'momentum': its condition optimizer == \"sgd\" never holds"));
  // One of two words is enough.
  EXPECT_EQ(messages(std::string(kData) +
                     "parameters:\n  optimizer: rmsprop\n"
                     "  momentum: {min: 0.1, max: 0.9, when: optimizer == \"sgd\" or optimizer == "
                     "\"rmsprop\"}\n"),
            "");
}

TEST(SetEdits, LeaveOutWhatNoTrialCanUseAnyMore) {
  const std::string yaml = std::string(kData) +
                           "parameters:\n  optimizer: {values: [sgd, adam]}\n"
                           "  momentum: {min: 0.1, max: 0.9, when: optimizer == \"sgd\"}\n";
  for (const YamlEdit& edit : {YamlEdit{"parameters.optimizer", "adam"},
                               YamlEdit{"parameters.optimizer.values", "[adam, adamw]"}}) {
    const SweepFile file = load(yaml, {edit});
    EXPECT_EQ(search::find_parameter(file.spec.space, "momentum"), nullptr);
    EXPECT_THAT(file.notes,
                ElementsAre(HasSubstr("momentum is left out: no trial has 'momentum'")));
  }
  EXPECT_THAT(load(yaml, {{"parameters.optimizer", "sgd"}}).notes, IsEmpty());
}

TEST(Depth, IsSearchedWithAWidthForEachLayer) {
  const auto spec = read(std::string(kData) +
                         "parameters:\n"
                         "  hidden_layers: {min: 1, max: 3}\n"
                         "  hidden1: {min: 4, max: 128, scale: log}\n"
                         "  hidden2: {min: 4, max: 128, scale: log, when: hidden_layers >= 2}\n"
                         "  hidden3: {min: 4, max: 128, scale: log}\n");
  search::ParamSet all{{"hidden_layers", std::int64_t{1}},
                       {"hidden1", std::int64_t{5}},
                       {"hidden2", std::int64_t{6}},
                       {"hidden3", std::int64_t{7}}};
  for (std::int64_t depth = 1; depth <= 3; ++depth) {
    all["hidden_layers"] = depth;
    const auto active = search::active_params(spec.space, all);
    EXPECT_EQ(active.size(), static_cast<std::size_t>(depth) + 1);
    EXPECT_EQ(nn::make_settings(active).hidden.size(), static_cast<std::size_t>(depth));
  }
  // As Optuna's first example has it, with no layer at all.
  EXPECT_EQ(
      messages(std::string(kData) + "parameters:\n  hidden_layers: {min: 0, max: 2}\n"
                                    "  hidden_units: {min: 4, max: 8, when: hidden_layers >= 1}\n"),
      "");
  EXPECT_THAT(
      messages(std::string(kData) + "parameters:\n  hidden_layers: {min: 1, max: 3}\n"
                                    "  hidden1: {min: 4, max: 8}\n  hidden2: {min: 4, max: 8}\n"),
      HasSubstr("'hidden_layers' is 3, but there is no 'hidden3'"));
}

TEST(ChoiceMaps, AreParametersWithConditions) {
  const auto spec = read(std::string(kData) +
                         "parameters:\n  schedule: {values: [constant, {type: step, every: 5, "
                         "factor: 0.5}, {type: step, every: 2, factor: 0.1}, {type: cosine, "
                         "final: 0.01}]}\n");
  ASSERT_EQ(spec.space.size(), 4U);
  EXPECT_EQ(
      std::get<search::Categorical>(search::find_parameter(spec.space, "schedule")->distribution)
          .values.size(),
      3U);
  const auto allowed = [&](const char* kind, std::int64_t every, double factor) {
    const auto params = search::active_params(spec.space, {{"schedule", std::string(kind)},
                                                           {"schedule.every", every},
                                                           {"schedule.factor", factor},
                                                           {"schedule.final", 0.01}});
    nn::make_settings(params);
    return search::satisfies(spec.constraints, params);
  };
  EXPECT_TRUE(allowed("step", 5, 0.5));
  EXPECT_TRUE(allowed("step", 2, 0.1));
  EXPECT_FALSE(allowed("step", 5, 0.1));
  EXPECT_TRUE(allowed("cosine", 5, 0.1));
  EXPECT_TRUE(allowed("constant", 5, 0.1));
  EXPECT_THAT(
      messages(std::string(kData) +
               "parameters: {schedule: {values: [{type: cosine, every: 5}, {every: 2}]}}\n"),
      AllOf(HasSubstr("schedule: cosine has no 'every'; it takes final, warmup"),
            HasSubstr("a map among the values of 'schedule' needs 'type'")));
}

TEST(ChoiceMaps, TakeNumbersAsValuesNotAsTexts) {
  const auto spec = read(std::string(kData) +
                         "parameters:\n  schedule: {values: [{type: step, every: 5, factor: 0.5}, "
                         "{type: step, every: 5.0, factor: 0.1}]}\n");
  EXPECT_EQ(search::value_count(search::find_parameter(spec.space, "schedule.every")->distribution),
            1.0);
}

TEST(ChoiceMaps, BlameAMisspeltWordAlone) {
  const std::string all = messages(
      std::string(kData) + "parameters: {schedule: {values: [{type: stepp, every: 5}, cosine]}}\n");
  EXPECT_THAT(all, HasSubstr("found stepp; did you mean 'step'?"));
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 1) << all;
}

TEST(UsualMistakes, OfTheFormOfAKeyShowTheFormOfThatKey) {
  for (const char* file : {"[1, 2]", "digits"}) {
    const std::string all = messages(file);
    EXPECT_THAT(all, HasSubstr("the file must be a map"));
    EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 1) << all;
  }
  EXPECT_THAT(messages("dataset: digits\n"), HasSubstr("write dataset: {source: digits}"));
  EXPECT_THAT(messages(std::string(kData) + "constraints: l2 < 1\n"),
              HasSubstr("'constraints' must be a list, such as [learning_rate < 0.1]"));
}

TEST(UsualMistakes, OfColumnsOfABuiltInDataSetNameIt) {
  for (const std::string key : {"target", "group", "order"}) {
    EXPECT_THAT(messages("dataset: {source: digits, " + key + ": 3}\n"),
                HasSubstr("the built-in data set 'digits' has no columns to name; leave '" + key +
                          "' out"));
  }
}

// rho is below 1; the distribution ends there too, and its upper end is a value that it can have.
TEST(NormalParameter, StaysBelowABoundThatIsNoValue) {
  const auto spec = read(std::string(kData) +
                         "parameters: {rho: {distribution: normal, mu: 0.9, sigma: 0.1}, "
                         "optimizer: {value: rmsprop}}\n");
  const auto& rho = search::find_parameter(spec.space, "rho")->distribution;
  EXPECT_LT(search::value_at(rho, 1.0).number(), 1.0);
  EXPECT_GT(search::value_at(rho, 1.0).number(), 0.999);
}

}  // namespace
}  // namespace hpsearch::runner
