#include "search/models/gaussian_process.h"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "nn/base/random.h"
#include "tests/support/fixture.h"

namespace hpsearch::search {
namespace {

using nlohmann::json;

GpData data_of(const json& example) {
  GpData data;
  const auto axes = example.at("lengths").size();
  data.categorical.assign(axes, false);
  data.columns.resize(axes);
  for (const json& x : example.at("x")) {
    for (std::size_t j = 0; j < axes; ++j) {
      data.columns[j].push_back(x[j].get<double>());
    }
  }
  data.y = example.at("y").get<std::vector<double>>();
  return data;
}

GpKernel kernel_of(const json& example) {
  GpKernel kernel{{}, example.at("scale").get<double>(), example.at("noise").get<double>()};
  for (const json& length : example.at("lengths")) {
    kernel.weights.push_back(std::pow(length.get<double>(), -2));
  }
  return kernel;
}

TEST(Gp, PredictsWhatScikitLearnDoes) {
  for (const json& example : test::read_fixture("gp.json").at("examples")) {
    SCOPED_TRACE(example.at("y").size());
    const GpPosterior posterior(data_of(example), kernel_of(example));
    std::vector<double> all;
    for (std::size_t i = 0; i < example.at("at").size(); ++i) {
      const auto at = example.at("at")[i].get<std::vector<double>>();
      const auto prediction = posterior.at(at);
      EXPECT_NEAR(prediction.mean, example.at("mean")[i].get<double>(), 1e-8);
      EXPECT_NEAR(std::sqrt(prediction.variance), example.at("deviation")[i].get<double>(), 1e-6);
      all.insert(all.end(), at.begin(), at.end());
    }
    const auto predictions = posterior.at_all(all);
    for (std::size_t i = 0; i < predictions.size(); ++i) {
      EXPECT_NEAR(predictions[i].mean, example.at("mean")[i].get<double>(), 1e-8);
    }
  }
}

// Also where the noise had to grow, as one point was tried many times.
TEST(Gp, HasTheMeansOfItsPredictions) {
  std::vector<GpPosterior> posteriors;
  for (const json& example : test::read_fixture("gp.json").at("examples")) {
    posteriors.emplace_back(data_of(example), kernel_of(example));
  }
  posteriors.emplace_back(
      GpData{{false}, {std::vector<double>(50, 0.3)}, {std::vector<double>(50, 1.5)}},
      GpKernel{{1.0}, 1.0, 1e-18});
  for (const GpPosterior& posterior : posteriors) {
    const std::vector<double> means = posterior.means();
    ASSERT_EQ(means.size(), posterior.data().size());
    for (std::size_t i = 0; i < means.size(); ++i) {
      std::vector<double> point;
      for (const auto& column : posterior.data().columns) {
        point.push_back(column[i]);
      }
      EXPECT_NEAR(means[i], posterior.at(point).mean, 1e-6);
    }
  }
}

// Without the priors (models/gaussian_process.h), the posterior is the likelihood.
TEST(Gp, HasTheLikelihoodOfScikitLearn) {
  for (const json& example : test::read_fixture("gp.json").at("examples")) {
    const GpKernel kernel = kernel_of(example);
    std::vector<double> logs;
    double priors = 0.0;
    for (const double w : kernel.weights) {
      logs.push_back(std::log(w));
      priors -= 0.1 / w + 0.1 * w;
    }
    const double extra = std::max(kernel.noise - kGpLeastNoise, 1e-300);
    logs.push_back(std::log(kernel.scale));
    logs.push_back(std::log(extra));
    priors += std::log(kernel.scale) - kernel.scale;
    priors += 0.1 * std::log(kernel.noise) - 30.0 * kernel.noise;
    std::vector<double> gradient(logs.size());
    EXPECT_NEAR(gp_log_posterior(data_of(example), logs, gradient) - priors,
                example.at("log_likelihood").get<double>(), 1e-5);
  }
}

GpData mixed_data(std::size_t size) {
  GpData data;
  data.categorical = {false, true, false};
  data.columns.resize(3);
  nn::Stream stream(5, nn::Purpose::kSample);
  for (std::size_t i = 0; i < size; ++i) {
    const double a = stream.uniform();
    const auto b = static_cast<double>(stream.below(3));
    const double c = stream.uniform();
    data.columns[0].push_back(a);
    data.columns[1].push_back(b);
    data.columns[2].push_back(c);
    data.y.push_back(std::sin(6.0 * a) + (b == 1.0 ? 0.7 : 0.0) + 0.01 * stream.normal());
  }
  return data;
}

TEST(Gp, HasTheGradientOfItsPosterior) {
  const GpData data = mixed_data(25);
  std::vector<double> logs{0.3, -0.4, 1.2, 0.5, -4.0};
  std::vector<double> gradient(logs.size());
  std::vector<double> ignored(logs.size());
  gp_log_posterior(data, logs, gradient);
  constexpr double kStep = 1e-5;
  for (std::size_t i = 0; i < logs.size(); ++i) {
    std::vector<double> up = logs;
    std::vector<double> down = logs;
    up[i] += kStep;
    down[i] -= kStep;
    const double slope =
        (gp_log_posterior(data, up, ignored) - gp_log_posterior(data, down, ignored)) /
        (2.0 * kStep);
    EXPECT_NEAR(gradient[i], slope, 1e-5 * std::max(1.0, std::abs(slope))) << i;
  }
}

TEST(Gp, HasTheGradientsOfItsPredictions) {
  const GpPosterior posterior(mixed_data(25), {{3.0, 1.0, 0.5}, 1.2, 1e-3});
  std::vector<double> point{0.37, 1.0, 0.81};
  std::vector<double> by_mean(3);
  std::vector<double> by_variance(3);
  const auto here = posterior.at(point, by_mean, by_variance);
  EXPECT_NEAR(here.mean, posterior.at(point).mean, 1e-12);
  EXPECT_NEAR(here.variance, posterior.at(point).variance, 1e-12);
  constexpr double kStep = 1e-5;
  for (const std::size_t axis : {0U, 2U}) {
    std::vector<double> up = point;
    std::vector<double> down = point;
    up[axis] += kStep;
    down[axis] -= kStep;
    const auto above = posterior.at(up);
    const auto below = posterior.at(down);
    EXPECT_NEAR(by_mean[axis], (above.mean - below.mean) / (2.0 * kStep), 1e-6);
    EXPECT_NEAR(by_variance[axis], (above.variance - below.variance) / (2.0 * kStep), 1e-6);
  }
  EXPECT_EQ(by_mean[1], 0.0);
}

TEST(Gp, FindsOutWhatMatters) {
  const GpData data = mixed_data(60);
  const GpKernel kernel = fit_gp(data, default_gp_kernel(3), 50);
  EXPECT_GT(kernel.weights[0], 20.0 * kernel.weights[2]);  // the third axis has no effect
  EXPECT_LT(kernel.noise, 0.01);
  std::vector<double> gradient(5);
  const std::vector<double> start{0.0, 0.0, 0.0, 0.0, std::log(0.01)};
  const std::vector<double> fitted{std::log(kernel.weights[0]), std::log(kernel.weights[1]),
                                   std::log(kernel.weights[2]), std::log(kernel.scale),
                                   std::log(std::max(kernel.noise - kGpLeastNoise, 1e-7))};
  EXPECT_GT(gp_log_posterior(data, fitted, gradient), gp_log_posterior(data, start, gradient));
}

TEST(Gp, TakesTheSamePointManyTimes) {
  GpData data{{false}, {std::vector<double>(50, 0.3)}, std::vector<double>(50, 1.5)};
  data.y[7] = 1.6;
  const GpPosterior posterior(data, fit_gp(data, default_gp_kernel(1), 20));
  EXPECT_NEAR(posterior.at(std::vector<double>{0.3}).mean, 1.5, 0.1);
}

}  // namespace
}  // namespace hpsearch::search
