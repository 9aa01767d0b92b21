#include "reports/sweep/parameter_domain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hpsearch::reports {
namespace {

using ::testing::ElementsAre;

using nn::Value;

// A sweep with one parameter `p` and trials that have these values.
SweepData sweep_with(std::optional<SearchedParameter> declared, const std::vector<Value>& values) {
  SweepData data;
  if (declared) {
    declared->name = "p";
    for (const Value& value : values) {  // as read_sweep_data() does
      if (declared->numeric && value.is_number()) {
        declared->low = std::min(declared->low, value.number());
        declared->high = std::max(declared->high, value.number());
      }
    }
    data.parameters.push_back(*declared);
  }
  for (const Value& value : values) {
    data.trials.emplace_back().params.emplace("p", value);
  }
  return data;
}

enum class Scale { kLinear, kLog };

SearchedParameter real(double low, double high, double step = 0.0, Scale scale = Scale::kLinear) {
  SearchedParameter parameter;
  parameter.numeric = true;
  parameter.low = low;
  parameter.high = high;
  parameter.step = step;
  parameter.logarithmic = scale == Scale::kLog;
  return parameter;
}

SearchedParameter whole(double low, double high, double step, Scale scale = Scale::kLinear) {
  SearchedParameter parameter = real(low, high, step, scale);
  parameter.integer = true;
  return parameter;
}

RangeDomain range_of(const SweepData& data) {
  return std::get<RangeDomain>(parameter_domains(data).at(0).domain);
}

std::vector<Value> choices_of(const SweepData& data) {
  return std::get<ChoiceDomain>(parameter_domains(data).at(0).domain).values;
}

void expect_range(const RangeDomain& range,
                  double low,
                  double high,
                  bool logarithmic,
                  bool integer,
                  double step) {
  EXPECT_EQ(range.low, low);
  EXPECT_EQ(range.high, high);
  EXPECT_EQ(range.logarithmic, logarithmic);
  EXPECT_EQ(range.integer, integer);
  EXPECT_EQ(range.step, step);
}

constexpr std::int64_t operator""_i(unsigned long long x) {
  return static_cast<std::int64_t>(x);
}

TEST(ParameterDomains, AreTheWrittenRange) {
  expect_range(range_of(sweep_with(real(0.1, 10, 0, Scale::kLog), {0.5, 1.0})), 0.1, 10, true,
               false, 0);
  expect_range(range_of(sweep_with(whole(2, 9, 1), {3_i})), 2, 9, false, true, 1);
}

TEST(ParameterDomains, AreWidenedByTheValuesOfTrials) {
  expect_range(range_of(sweep_with(real(0, 1), {-1.0, 0.5, 7.0})), -1, 7, false, false, 0);
}

TEST(ParameterDomains, BeginAndEndAtAStep) {
  expect_range(range_of(sweep_with(whole(5, 33, 4), {8_i, 12_i})), 8, 32, false, true, 4);
  expect_range(range_of(sweep_with(real(0.05, 0.3, 0.1), {0.3, 0.1})), 0.1, 0.3, false, false, 0.1);
}

TEST(ParameterDomains, LoseStepsThatAValueIsNoneOf) {
  expect_range(range_of(sweep_with(whole(5, 33, 4), {8_i, 13_i})), 5, 33, false, true, 1);
  expect_range(range_of(sweep_with(real(0.05, 0.3, 0.1), {0.15})), 0.05, 0.3, false, false, 0);
}

TEST(ParameterDomains, LoseStepsOfALogarithmicScale) {
  expect_range(range_of(sweep_with(whole(8, 64, 8, Scale::kLog), {16_i})), 8, 64, true, true, 0);
}

TEST(ParameterDomains, AreRealWhereAValueIsNoInteger) {
  EXPECT_FALSE(range_of(sweep_with(whole(2, 9, 1), {3_i, 4.5})).integer);
}

TEST(ParameterDomains, AreWhatTrialsHadWhereNoRangeIsWritten) {
  expect_range(range_of(sweep_with(std::nullopt, {0.5, 3.0, 1.0})), 0.5, 3, false, false, 0);
  expect_range(range_of(sweep_with(std::nullopt, {2_i, 5_i})), 2, 5, false, true, 1);
  EXPECT_THAT(choices_of(sweep_with(std::nullopt, {0.9, 0.9})), ElementsAre(Value(0.9)));
  EXPECT_THAT(choices_of(sweep_with(std::nullopt, {Value("a"), 1_i, Value("a")})),
              ElementsAre(Value("a"), Value(1_i)));
  // Cannot be placed on a logarithmic scale.
  expect_range(range_of(sweep_with(real(0.1, 10, 0, Scale::kLog), {0.0, 1.0})), 0, 1, false, false,
               0);
}

TEST(ParameterDomains, KeepChoicesThatNoTrialHas) {
  SearchedParameter choice;
  choice.choices = {Value("a"), Value("b")};
  EXPECT_THAT(choices_of(sweep_with(choice, {Value("b")})), ElementsAre(Value("a"), Value("b")));
  const auto domains = parameter_domains(sweep_with(choice, {Value("b")}));
  const auto& choices = std::get<ChoiceDomain>(domains.at(0).domain);
  EXPECT_EQ(choices.index(Value("b")), 1U);
  EXPECT_EQ(choices.index(Value("c")), std::nullopt);
}

TEST(FlatValue, WritesListsAsPythonDoes) {
  EXPECT_EQ(flat_value(nn::ValueList{64_i, 32_i}), Value("[64, 32]"));
  EXPECT_EQ(flat_value(nn::ValueList{0.5, Value("r\u00e9lu"), true, nn::ValueList{}}),
            Value("[0.5, \"r\\u00e9lu\", true, []]"));
  EXPECT_EQ(flat_value(0.5), Value(0.5));
  EXPECT_EQ(flat_value(Value("[x]")), Value("[x]"));
}

}  // namespace
}  // namespace hpsearch::reports
