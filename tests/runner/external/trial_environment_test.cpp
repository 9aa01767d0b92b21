#include "runner/external/trial_environment.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hpsearch::runner {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::Not;
using ::testing::StartsWith;
using Text = std::string;

std::vector<Text> environment(const std::vector<Text>& ours, const search::ParamSet& params) {
  return trial_environment(ours, {}, params, {"s", 3, 77, "s1t3", "/f/config.yaml", "/f"});
}

TEST(TrialEnvironment, HasTheParametersEachAndTogether) {
  const auto all = environment({"HOME=/h"}, {{"lr", 1e-5}, {"opt.kind", Text("a b")}, {"n", true}});
  EXPECT_THAT(all, AllOf(Contains("HOME=/h"), Contains("HPSEARCH_PARAM_LR=1e-05"),
                         Contains("HPSEARCH_PARAM_OPT_KIND=a b"), Contains("HPSEARCH_PARAM_N=True"),
                         Contains("HPSEARCH_TRIAL=3"), Contains("HPSEARCH_SEED=77"),
                         Contains("WANDB_SWEEP_PARAM_PATH=/f/config.yaml"),
                         Contains("PYTHONUNBUFFERED=1")));
  EXPECT_THAT(all, Contains(R"(HPSEARCH_PARAMS={"lr": 1e-05, "n": true, "opt.kind": "a b"})"));
}

TEST(TrialEnvironment, LeavesOutWhatWouldBeCalledAlike) {
  const auto all = environment({"HPSEARCH_PARAM_A_B=old"}, {{"a.b", 1.0}, {"a_b", 2.0}});
  EXPECT_THAT(all, Each(Not(StartsWith("HPSEARCH_PARAM_A_B="))));
}

TEST(TrialEnvironment, PutsTheModuleFirstAndKeepsWhatIsSet) {
  const auto all = environment({"PYTHONPATH=/mine", "WANDB_DIR=/w", "WANDB_SERVICE=x",
                                "PYTHONUNBUFFERED=", "HPSEARCH_WANDB=stand-in"},
                               {});
  EXPECT_THAT(all, AllOf(Contains("PYTHONPATH=/f:/mine"), Contains("WANDB_DIR=/w"),
                         Contains("PYTHONUNBUFFERED="), Each(Not(StartsWith("WANDB_SERVICE"))),
                         Each(Not(StartsWith("HPSEARCH_WANDB=")))));
}

TEST(TrialEnvironment, WritesTheFileOfWandbsAgent) {
  const nn::ValueMap params{{"a", 1e-5}, {"b", nn::ValueMap{{"c", Text("x: y")}}}};
  EXPECT_EQ(parameter_file_text(params),
            "wandb_version: 1\n\n\"a\":\n  value: 1.0e-05\n\n\"b\":\n  value: {\"c\": \"x: y\"}\n");
}

}  // namespace
}  // namespace hpsearch::runner
