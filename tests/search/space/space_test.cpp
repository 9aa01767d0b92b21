#include "search/space/space.h"

#include <limits>
#include <stdexcept>
#include <string>
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/search/statistics.h"

namespace hpsearch::search {
namespace {

using testing::Optional;

TEST(SpaceSize, EqualsTheNumberOfDifferentTrials) {
  const Space space{{"a", Categorical{{1.0, 2.0, 4.0}}},
                    {"b", Numeric{0.0, 0.4, false, 0.1, false}},
                    {"c", Fixed{7.0}}};
  std::set<std::string> seen;
  for (std::uint64_t i = 0; i < 2000; ++i) {
    nn::Stream stream(i, nn::Purpose::kSample);
    ParamSet params;
    for (const Parameter& parameter : space) {
      params.emplace(parameter.name, sample(parameter.distribution, stream));
    }
    seen.insert(params_json(params));
  }
  EXPECT_THAT(space_size(space), Optional(static_cast<double>(seen.size())));
}

TEST(SpaceSize, IsEmptyWhereOneParameterIsContinuous) {
  EXPECT_EQ(space_size({{"a", Categorical{{1.0}}}, {"b", Numeric{}}}), std::nullopt);
}

TEST(SpaceSize, CountsTheEmptySpaceAsOneTrial) {
  EXPECT_THAT(space_size({}), Optional(1.0));
}

TEST(FindParameter, FindsByTheWholeName) {
  const Space space{{"a", Fixed{1.0}}, {"ab", Fixed{2.0}}};
  EXPECT_EQ(find_parameter(space, "ab"), &space[1]);
  EXPECT_EQ(find_parameter(space, "abc"), nullptr);
  EXPECT_EQ(find_parameter(space, ""), nullptr);
}

TEST(ParamsJson, WritesTheCanonicalText) {
  EXPECT_EQ(params_json({}), "{}");
  EXPECT_EQ(params_json({{"learning_rate", 0.001}, {"dropout", 0.25}}),
            R"({"dropout":0.25,"learning_rate":0.001})");
  EXPECT_EQ(params_json({{"a", 3.0},
                         {"b", std::int64_t{3}},
                         {"c", true},
                         {"d", std::string("re\"lu\n")},
                         {"e", nn::ValueList{std::int64_t{64}, 0.5, std::string("x")}},
                         {"f", 1e-20},
                         {"g", 0.1 + 0.2}}),
            R"({"a":3.0,"b":3,"c":true,"d":"re\"lu\n","e":[64,0.5,"x"],"f":1e-20,)"
            R"("g":0.30000000000000004})");
}

TEST(ParamsJson, ReadsBackToTheSameValuesAndTypes) {
  const ParamSet params{
      {"\xF0\x9F\x98\x80 \"name\"", -0.0},
      {"big", std::numeric_limits<std::int64_t>::max()},
      {"small", std::numeric_limits<std::int64_t>::min()},
      {"huge", 1.7976931348623157e308},
      {"tiny", 5e-324},
      {"third", 1.0 / 3.0},
      {"whole", 1e15},
      {"flag", false},
      {"text", std::string("3.0")},
      {"lists", nn::ValueList{nn::ValueList{}, nn::ValueList{1.0, std::int64_t{1}, true}}},
  };
  EXPECT_EQ(parse_params_json(params_json(params)), params);
}

TEST(ParamsJson, ReadsBackEveryDrawToTheSameBits) {
  for (const nn::Value& value : draw_many(Numeric{1e-300, 1e300, true, 0.0, false}, 2000)) {
    const ParamSet params{{"x", value}};
    ASSERT_EQ(parse_params_json(params_json(params)), params);
  }
}

TEST(ParamsJson, SurvivesBytesThatAreNotUtf8) {
  EXPECT_EQ(params_json({{"a", std::string("x\xFFy")}}), "{\"a\":\"x\xEF\xBF\xBDy\"}");
}

TEST(ParamsJson, RefusesWhatItDidNotWrite) {
  for (const char* text : {"", "{", "[]", "3", "null", R"({"a":18446744073709551615})"}) {
    EXPECT_THROW(std::ignore = parse_params_json(text), std::runtime_error) << text;
  }
}

// printf '%s' '{"dropout":0.25,"learning_rate":0.001}' | sha256sum
TEST(ParamsHash, IsTheBeginningOfTheSha256OfTheText) {
  EXPECT_EQ(params_hash({{"learning_rate", 0.001}, {"dropout", 0.25}}), "08d34b6d798ae9a5");
  EXPECT_EQ(params_hash({}), "44136fa355b3678a");
}

TEST(SpaceJson, SaysWhatEachParameterMayBe) {
  EXPECT_EQ(space_json({{"a", Fixed{std::int64_t{3}}},
                        {"b", Categorical{{std::string("x"), 1.5, true}}},
                        {"c", Numeric{1e-4, 1.0, true, 0.0, false}},
                        {"d", Numeric{0.0, 8.0, false, 2.0, true}}}),
            R"({"a":{"value":3},"b":{"values":["x",1.5,true]},)"
            R"("c":{"min":0.0001,"max":1.0,"scale":"log","type":"real"},)"
            R"("d":{"min":0.0,"max":8.0,"scale":"linear","step":2.0,"type":"integer"}})");
}

}  // namespace
}  // namespace hpsearch::search
