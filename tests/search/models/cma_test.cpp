#include "search/models/cma.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "nn/base/random.h"
#include "tests/support/fixture.h"

namespace hpsearch::search {
namespace {

using nlohmann::json;

std::vector<double> draw(const Cma& cma, nn::Stream& stream) {
  std::vector<double> z(cma.mean().size());
  std::generate(z.begin(), z.end(), [&] { return stream.normal(); });
  return cma.at(z);
}

void expect_all_near(const std::vector<double>& ours, const json& theirs, double tolerance) {
  ASSERT_EQ(ours.size(), theirs.size());
  for (std::size_t i = 0; i < ours.size(); ++i) {
    EXPECT_NEAR(ours[i], theirs[i].get<double>(), tolerance) << i;
  }
}

TEST(Cma, HasTheConstantsOfTheReference) {
  for (const json& row : test::read_fixture("cmaes.json").at("cma_constants")) {
    const auto n = row.at("n").get<std::size_t>();
    SCOPED_TRACE(n);
    EXPECT_EQ(cma_population(n), row.at("popsize").get<std::size_t>());
    const CmaConstants ours(n, cma_population(n));
    EXPECT_EQ(ours.parents, row.at("mu").get<std::size_t>());
    expect_all_near(ours.weights, row.at("weights"), 1e-12);
    EXPECT_NEAR(ours.mu_eff, row.at("mu_eff").get<double>(), 1e-12);
    EXPECT_NEAR(ours.c_1, row.at("c1").get<double>(), 1e-12);
    EXPECT_NEAR(ours.c_mu, row.at("cmu").get<double>(), 1e-12);
    EXPECT_NEAR(ours.c_c, row.at("cc").get<double>(), 1e-12);
    EXPECT_NEAR(ours.c_sigma, row.at("c_sigma").get<double>(), 1e-12);
    EXPECT_NEAR(ours.d_sigma, row.at("d_sigma").get<double>(), 1e-12);
    EXPECT_NEAR(ours.chi, row.at("chi_n").get<double>(), 1e-12);
  }
}

TEST(Cma, TakesTheStepOfTheReference) {
  const json example = test::read_fixture("cmaes.json").at("cma_one_tell");
  std::vector<Cma::Member> members;
  for (const json& x : example.at("x")) {
    members.push_back({x.get<std::vector<double>>(), true});
  }
  auto value = [](const Cma::Member& m) {
    return std::pow(m.point[0] - 0.3, 2) + 2.0 * std::pow(m.point[1] - 0.6, 2);
  };
  std::sort(members.begin(), members.end(),
            [&](const auto& a, const auto& b) { return value(a) < value(b); });
  Cma cma({0.5, 0.5}, 1.0 / 6.0, members.size());
  cma.tell(members);
  expect_all_near(cma.mean(), example.at("mean"), 1e-9);
  EXPECT_NEAR(cma.sigma(), example.at("sigma").get<double>(), 1e-9);
  expect_all_near(cma.sigma_path(), example.at("p_sigma"), 1e-9);
  expect_all_near(cma.covariance_path(), example.at("pc"), 1e-9);
  for (std::size_t i = 0; i < 2; ++i) {
    for (std::size_t j = 0; j < 2; ++j) {
      EXPECT_NEAR(cma.covariance()[2 * i + j], example.at("C")[i][j].get<double>(), 1e-9);
    }
  }
}

// Draws and tells until nothing is left to improve.
TEST(Cma, FindsTheMinimumOfATurnedEllipsoid) {
  Cma cma({3.0, -2.0, 1.0, 0.5}, 0.5, 8);
  auto value = [](const std::vector<double>& x) {
    double sum = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double turned = x[i] + 0.9 * x[(i + 1) % x.size()];
      sum += std::pow(10.0, static_cast<double>(i)) * turned * turned;
    }
    return sum;
  };
  for (std::uint64_t generation = 0; generation < 200; ++generation) {
    nn::Stream stream(generation, nn::Purpose::kSuggest);
    std::vector<Cma::Member> members;
    for (std::size_t k = 0; k < cma.population(); ++k) {
      members.push_back({draw(cma, stream), true});
    }
    std::sort(members.begin(), members.end(),
              [&](const auto& a, const auto& b) { return value(a.point) < value(b.point); });
    cma.tell(members);
  }
  EXPECT_LT(value(cma.mean()), 1e-10);
}

TEST(Cma, DrawsFromItsCovariance) {
  Cma cma({0.0, 0.0}, 2.0, 6);
  nn::Stream stream(1, nn::Purpose::kSuggest);
  double squares = 0.0;
  constexpr int kDraws = 20'000;
  for (int i = 0; i < kDraws; ++i) {
    const std::vector<double> x = draw(cma, stream);
    squares += (x[0] * x[0] + x[1] * x[1]) / kDraws;
  }
  EXPECT_NEAR(squares, 8.0, 0.3);
  EXPECT_DOUBLE_EQ(cma.deviation(0), 2.0);
}

TEST(Cma, IsNotThrownFarByPointsOfOthers) {
  const std::vector<Cma::Member> far(6, {{100.0, 0.0}, false});
  Cma cma({0.0, 0.0}, 1.0, 6);
  cma.tell(far);
  EXPECT_LT(cma.mean()[0], 3.0);
  EXPECT_GT(cma.mean()[0], 1.0);
}

}  // namespace
}  // namespace hpsearch::search
