#include "reports/sweep/stage_summary.h"

#include <gtest/gtest.h>

namespace hpsearch::reports {
namespace {

const std::vector<storage::StageRow> kRows{
    {0, 2, 30, R"({"dropout":{"min":0.0,"max":0.6},"act":{"values":["relu","tanh"]}})"},
    {1, 7, 18, R"({"dropout":{"min":0.0,"max":0.3},"act":{"values":["relu"]}})"},
    {2, 20, 12, "{}"}};

const std::vector<storage::EventRow> kBegun{
    {"stage_started",
     R"({"stage":0,"trials":30,"points":"sobol","epochs":2,"carried":[],"axes":[]})"},
    {"stage_started",
     R"({"stage":1,"trials":18,"points":"sobol","epochs":7,"carried":[4,11],"axes":[)"
     R"({"parameter":"act","action":"narrowed","reason":"none of the best 6 trials has tanh"},)"
     R"({"parameter":"dropout","action":"shrunk","reason":"the best 6 of 30 trials lie low"}]})"}};

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

TEST(StagesText, SurvivesEventsThatItDoesNotKnow) {
  EXPECT_EQ(
      summarise_stages(kRows, {{"stage_started", "no json"}, {"stage_started", R"({"stage":9})"}})
          .size(),
      3U);
}

}  // namespace
}  // namespace hpsearch::reports
