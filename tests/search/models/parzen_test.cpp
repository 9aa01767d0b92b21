#include "search/models/parzen.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "nn/base/vector_unit.h"
#include "tests/search/statistics.h"
#include "tests/support/fixture.h"

namespace hpsearch::search {
namespace {

using nlohmann::json;

// The ranges of the fixture's examples, by name.
Distribution range_of(const std::string& name) {
  if (name == "float_empty") {
    return Numeric{-3.0, 5.0, false, 0.0, false};
  }
  if (name == "float_log") {
    return Numeric{1e-6, 10.0, true, 0.0, false};
  }
  if (name == "float_step") {
    return Numeric{0.0, 5.0, false, 0.5, false};
  }
  if (name == "int") {
    return Numeric{0.0, 10.0, false, 1.0, true};
  }
  if (name == "int_log") {
    return Numeric{4.0, 1024.0, true, 1.0, true};
  }
  if (name == "cat") {
    return Categorical{{std::int64_t{0}, std::int64_t{1}, std::int64_t{2}}};
  }
  return Numeric{0.0, 1.0, false, 0.0, false};
}

// The width of the axis in the fixture's units; here every axis has width 1.
double width_of(const Distribution& distribution) {
  const auto& range = std::get<Numeric>(distribution);
  const double low = range.low - range.step / 2.0;
  const double high = range.high + range.step / 2.0;
  return range.logarithmic ? std::log(high) - std::log(low) : high - low;
}

// A mixture over a few points of a space.
struct Mixture {
  Mixture(Space parameters, const std::vector<ParamSet>& trials)
      : space(std::move(parameters)), units(space) {
    std::vector<std::size_t> axes(units.size());
    std::iota(axes.begin(), axes.end(), 0);
    mixture = std::make_unique<ParzenMixture>(units, axes);
    std::vector<ParzenMember> members;
    for (const ParamSet& trial : trials) {
      points.push_back(point(trial));
      members.push_back({members.size(), points.back().data()});
    }
    mixture->assign(members);
  }

  std::vector<double> point(const ParamSet& params) const {
    std::vector<double> point(units.size());
    units.encode(params, point);
    return point;
  }

  Space space;
  UnitSpace units;
  std::vector<std::vector<double>> points;
  std::unique_ptr<ParzenMixture> mixture;
};

TEST(Parzen, HasTheWeightsOfTheReference) {
  for (const auto& [members, weights] : test::read_fixture("tpe.json").at("weights").items()) {
    const std::vector<double> ours = parzen_weights(std::stoul(members));
    ASSERT_EQ(ours.size(), weights.size());
    for (std::size_t i = 0; i < ours.size(); ++i) {
      EXPECT_NEAR(ours[i], weights[i].get<double>(), 1e-12) << members << " " << i;
    }
  }
}

TEST(Parzen, HasTheKernelsAndDensitiesOfTheReference) {
  for (const auto& [name, example] : test::read_fixture("tpe.json").at("parzen").items()) {
    SCOPED_TRACE(name);
    const Distribution distribution = range_of(name);
    const bool numbers = std::holds_alternative<Numeric>(distribution);
    const bool continuous = numbers && std::get<Numeric>(distribution).step == 0.0;
    auto value = [&](const json& x) {
      return continuous || name == "float_step" ? nn::Value(x.get<double>())
                                                : nn::Value(x.get<std::int64_t>());
    };
    std::vector<ParamSet> trials;
    for (const json& x : example.at("obs_internal")) {
      trials.push_back({{"x", value(x)}});
    }
    const Mixture mixture({{"x", distribution}}, trials);
    for (std::size_t k = 0; k <= trials.size(); ++k) {
      EXPECT_NEAR(mixture.mixture->weights()[k], example.at("weights")[k].get<double>(), 1e-12);
    }
    for (std::size_t k = 0; numbers && k < trials.size(); ++k) {
      EXPECT_NEAR(mixture.mixture->deviation(0, k) * width_of(distribution),
                  example.at("sigma")[k].get<double>(), 1e-9);
    }
    // Densities scale with the inverse width of the axis; probabilities have no unit.
    const double unit = continuous ? std::log(width_of(distribution)) : 0.0;
    for (std::size_t i = 0; i < example.at("x").size(); ++i) {
      const auto point = mixture.point({{"x", value(example.at("x")[i])}});
      EXPECT_NEAR(mixture.mixture->log_density(point)[0] - unit,
                  example.at("log_pdf")[i].get<double>(), 1e-9);
    }
  }
}

TEST(Parzen, HasTheJointDensitiesOfTheReference) {
  const json example = test::read_fixture("tpe.json").at("parzen_joint");
  std::vector<ParamSet> trials;
  for (std::size_t k = 0; k < example.at("lr").size(); ++k) {
    trials.push_back(
        {{"d", example.at("d")[k].get<double>()}, {"lr", example.at("lr")[k].get<double>()}});
  }
  const Mixture mixture(
      {{"d", Numeric{0.0, 0.9, false, 0.0, false}}, {"lr", Numeric{1e-6, 10.0, true, 0.0, false}}},
      trials);
  for (std::size_t i = 0; i < example.at("x").size(); ++i) {
    const auto point = mixture.point(
        {{"lr", example.at("x")[i][0].get<double>()}, {"d", example.at("x")[i][1].get<double>()}});
    EXPECT_NEAR(mixture.mixture->log_density(point)[0] - std::log(0.9 * std::log(1e7)),
                example.at("log_pdf")[i].get<double>(), 1e-9);
  }
}

Space mixed_space() {
  return {{"a", Numeric{0.0, 1.0, false, 0.0, false}},
          {"b", Numeric{1.0, 1000.0, true, 1.0, true}},
          {"c", Categorical{{std::string("x"), std::string("y"), std::string("z")}}},
          {"d", Numeric{1e-4, 1.0, true, 0.0, false}}};
}

std::vector<ParamSet> random_trials(const Space& space, std::size_t count) {
  std::vector<ParamSet> trials(count);
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = 0; j < space.size(); ++j) {
      nn::Stream stream(i, nn::Purpose::kSample, static_cast<std::uint32_t>(j));
      trials[i].emplace(space[j].name, sample(space[j].distribution, stream));
    }
  }
  return trials;
}

TEST(Parzen, DoesNotDependOnWhoWereMembersBefore) {
  const auto trials = random_trials(mixed_space(), 300);
  Mixture changed(mixed_space(), trials);
  auto members = [&](std::size_t start, std::size_t every) {
    std::vector<ParzenMember> some;
    for (std::size_t i = start; i < trials.size(); i += every) {
      some.push_back({i, changed.points[i].data()});
    }
    return some;
  };
  std::vector<double> where;
  for (const ParamSet& params : random_trials(mixed_space(), 20)) {
    const auto point = changed.point(params);
    where.insert(where.end(), point.begin(), point.end());
  }
  for (const auto& [start, every] :
       std::vector<std::pair<std::size_t, std::size_t>>{{1, 2}, {0, 3}, {299, 1}, {0, 1}, {5, 7}}) {
    changed.mixture->assign(members(start, every));
    ParzenMixture fresh(changed.units, {0, 1, 2, 3});
    fresh.assign(members(start, every));
    EXPECT_EQ(changed.mixture->log_density(where), fresh.log_density(where)) << start;
  }
}

TEST(Parzen, HasTheSameBitsInEveryVectorUnit) {
  const Mixture mixture(mixed_space(), random_trials(mixed_space(), 300));
  std::vector<double> where;
  for (const auto& point : mixture.points) {
    where.insert(where.end(), point.begin(), point.end());
  }
  const std::vector<double> widest = mixture.mixture->log_density(where);
  for (const auto unit : {nn::VectorUnit::kBaseline, nn::VectorUnit::kAvx2}) {
    nn::use_vector_unit(unit);
    EXPECT_EQ(mixture.mixture->log_density(where), widest);
  }
  nn::use_vector_unit(nn::VectorUnit::kAvx512);
}

TEST(Parzen, IsADensity) {
  const Mixture mixture({{"x", Numeric{0.0, 1.0, false, 0.0, false}}},
                        {{{"x", 0.1}}, {{"x", 0.12}}, {{"x", 0.9}}});
  std::vector<double> where;
  constexpr int kCells = 10'000;
  for (int i = 0; i < kCells; ++i) {
    where.push_back((i + 0.5) / kCells);
  }
  double sum = 0.0;
  for (const double log_density : mixture.mixture->log_density(where)) {
    sum += std::exp(log_density) / kCells;
  }
  EXPECT_NEAR(sum, 1.0, 1e-6);
}

// The draws and the density must describe the same distribution.
TEST(Parzen, DrawsFromItsDensity) {
  const Space space{{"c", Categorical{{std::string("x"), std::string("y"), std::string("z")}}},
                    {"n", Numeric{1.0, 4.0, true, 1.0, true}}};
  const auto trials = random_trials(space, 6);
  const Mixture mixture(space, trials);
  constexpr std::size_t kDraws = 40'000;
  std::vector<std::size_t> cells(12);
  nn::Stream stream(3, nn::Purpose::kSample);
  std::vector<double> point(2);
  for (std::size_t i = 0; i < kDraws; ++i) {
    mixture.mixture->sample(stream, point);
    ++cells.at(static_cast<std::size_t>(point[0]) * 4 + mixture.units.axis(1).level(point[1]));
  }
  double sum = 0.0;
  for (std::size_t cell = 0; cell < cells.size(); ++cell) {
    const std::vector<double> at{static_cast<double>(cell / 4),
                                 mixture.units.axis(1).level_coordinate(cell % 4)};
    const double probability = std::exp(mixture.mixture->log_density(at)[0]);
    expect_share(cells[cell], kDraws, probability);
    sum += probability;
  }
  EXPECT_NEAR(sum, 1.0, 1e-9);
}

TEST(Parzen, DrawsNumbersFromItsDensity) {
  const Mixture mixture({{"x", Numeric{0.0, 1.0, false, 0.0, false}}},
                        {{{"x", 0.02}}, {{"x", 0.12}}, {{"x", 0.97}}});
  constexpr std::size_t kDraws = 40'000;
  constexpr std::size_t kCells = 10;
  std::vector<std::size_t> cells(kCells);
  nn::Stream stream(4, nn::Purpose::kSample);
  std::vector<double> point(1);
  for (std::size_t i = 0; i < kDraws; ++i) {
    mixture.mixture->sample(stream, point);
    ++cells.at(static_cast<std::size_t>(point[0] * kCells));
  }
  constexpr std::size_t kPieces = 200;
  for (std::size_t cell = 0; cell < kCells; ++cell) {
    std::vector<double> where;
    for (std::size_t i = 0; i < kPieces; ++i) {
      where.push_back((static_cast<double>(cell * kPieces + i) + 0.5) / (kCells * kPieces));
    }
    double probability = 0.0;
    for (const double log_density : mixture.mixture->log_density(where)) {
      probability += std::exp(log_density) / (kCells * kPieces);
    }
    expect_share(cells[cell], kDraws, probability);
  }
}

}  // namespace
}  // namespace hpsearch::search
