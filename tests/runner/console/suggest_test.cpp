#include "runner/console/suggest.h"

#include <array>

#include <gtest/gtest.h>

namespace hpsearch::runner {
namespace {

constexpr std::array<std::string_view, 5> kNames = {"learning_rate", "l1", "l2", "seed", "epochs"};

TEST(Suggest, FindsTheNearestName) {
  EXPECT_EQ(nearest_name("lerning_rate", kNames), "learning_rate");
  EXPECT_EQ(nearest_name("learnign_rate", kNames), "learning_rate");
  EXPECT_EQ(nearest_name("sede", kNames), "seed");
  EXPECT_EQ(nearest_name("epoch", kNames), "epochs");
}

TEST(Suggest, CountsASwapAsOneEdit) {
  constexpr std::array<std::string_view, 1> kOne = {"ab"};
  EXPECT_EQ(nearest_name("ba", kOne), "ab");
}

TEST(Suggest, IgnoresCase) {
  EXPECT_EQ(nearest_name("SEED", kNames), "seed");
}

TEST(Suggest, PrefersTheFirstOfEquals) {
  EXPECT_EQ(nearest_name("l3", kNames), "l1");
}

TEST(Suggest, FindsNothingFarAway) {
  EXPECT_EQ(nearest_name("momentum", kNames), std::nullopt);
  EXPECT_EQ(nearest_name("x", kNames), std::nullopt);
  EXPECT_EQ(nearest_name("", kNames), std::nullopt);
  EXPECT_EQ(nearest_name("seed", {}), std::nullopt);
}

TEST(Suggest, DoesNotProposeToChangeEveryCharacter) {
  constexpr std::array<std::string_view, 1> kOne = {"a"};
  EXPECT_EQ(nearest_name("b", kOne), std::nullopt);
}

TEST(Suggest, EndsAMessage) {
  EXPECT_EQ(did_you_mean("sead", kNames), "; did you mean 'seed'?");
  EXPECT_EQ(did_you_mean("momentum", kNames), "");
}

}  // namespace
}  // namespace hpsearch::runner
