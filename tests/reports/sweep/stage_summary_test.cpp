#include "reports/sweep/stage_summary.h"

#include <gtest/gtest.h>

namespace hpsearch::reports {
namespace {

const std::vector<storage::StageRow> kRows{
    {0, 2, 30, R"({"dropout":{"min":0.0,"max":0.6},"act":{"values":["relu","tanh"]}})"},
    {1, 7, 18, R"({"dropout":{"min":0.0,"max":0.3},"act":{"values":["relu"]}})"},
    {2, 20, 12, "{}"}};

const std::vector<storage::StageStarted> kBegun{
    {0, 30, "sobol", 2, {}, {}},
    {1,
     18,
     "sobol",
     7,
     {4, 11},
     {{"act", "narrowed", "none of the best 6 trials has tanh"},
      {"dropout", "shrunk", "the best 6 of 30 trials lie low"}}}};

TEST(StagesText, ExplainsEachBox) {
  EXPECT_EQ(stages_text(summarise_stages(kRows, kBegun)),
            "stage 0: 30 trials of 2 epochs; sobol\n"
            "  act      relu, tanh\n"
            "  dropout  0 to 0.6\n"
            "stage 1: 18 trials of 7 epochs; repeats trials 4, 11, then sobol\n"
            "  act      relu      narrowed: none of the best 6 trials has tanh\n"
            "  dropout  0 to 0.3  shrunk: the best 6 of 30 trials lie low\n"
            "stage 2: 12 trials of 20 epochs, not started\n");
}

TEST(StagesText, IsEmptyForASweepWithoutStages) {
  EXPECT_EQ(stages_text(summarise_stages({kRows.front()}, {})), "");
}

TEST(StagesText, SurvivesStagesThatItDoesNotKnow) {
  EXPECT_EQ(summarise_stages(kRows, {{9, 1}, {-1, 1}}).size(), 3U);
}

}  // namespace
}  // namespace hpsearch::reports
