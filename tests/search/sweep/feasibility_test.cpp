#include "search/sweep/feasibility.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hpsearch::search {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;

const std::vector<ResultConstraint> kConstraints{
    {Expression::parse("parameters < 100"), {"parameters"}},
    {Expression::parse("val_auc >= 0.5 or momentum > 0.9"), {"val_auc"}},
    {Expression::parse("seconds < slowness * 10"), {"seconds"}}};

TEST(Feasibility, JudgesResultsAndParametersTogether) {
  EXPECT_THAT(margins_of(kConstraints, {{"slowness", 2.0}},
                         {{"parameters", 300.0}, {"val_auc", 0.75}, {"seconds", 60.0}}),
              ElementsAre(DoubleEq(0.5), DoubleEq(-0.2), DoubleEq(0.5)));
  EXPECT_DOUBLE_EQ(
      violation_of(margins_of(kConstraints, {{"slowness", 2.0}},
                              {{"parameters", 300.0}, {"val_auc", 0.75}, {"seconds", 60.0}})),
      1.0);
}

TEST(Feasibility, TakesAMissingResultForAViolationUnlessSomethingElseDecides) {
  EXPECT_THAT(
      margins_of(kConstraints, {{"slowness", 1.0}, {"momentum", 2.7}}, {{"parameters", 50.0}}),
      ElementsAre(DoubleEq(-1.0 / 3.0), DoubleEq(-0.5), 1.0));
}

TEST(Feasibility, LeavesOutWhatNeedsAParameterThatTheTrialDoesNotHave) {
  EXPECT_THAT(
      margins_of(kConstraints, {}, {{"parameters", 50.0}, {"val_auc", 0.75}, {"seconds", 60.0}}),
      ElementsAre(DoubleEq(-1.0 / 3.0), DoubleEq(-0.2), 0.0));
}

TEST(Feasibility, JudgesAnUnfinishedTrainingByTheSizeOfItsNetworkAlone) {
  const auto margins =
      margins_of(kConstraints, {{"slowness", 2.0}},
                 {{"parameters", 300.0}, {"val_auc", 0.1}, {"seconds", 60.0}}, false);
  EXPECT_DOUBLE_EQ(margins[0], 0.5);
  EXPECT_TRUE(std::isnan(margins[1]));
  EXPECT_TRUE(std::isnan(margins[2]));
  EXPECT_DOUBLE_EQ(violation_of(margins), 0.5);
}

TEST(Feasibility, NamesEachResultOnce) {
  EXPECT_THAT(result_names(kConstraints), ElementsAre("parameters", "seconds", "val_auc"));
  EXPECT_EQ(violation_of({}), 0.0);
}

}  // namespace
}  // namespace hpsearch::search
