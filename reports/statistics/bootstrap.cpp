#include "reports/statistics/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "nn/base/random.h"
#include "search/space/normal.h"
#include "search/space/quantiles.h"

namespace hpsearch::reports {
namespace {

constexpr std::uint32_t kResamples = 2000;
// Arbitrary but fixed: the same data must give the same report.
constexpr std::uint64_t kSeed = 20;
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

double figure_of(Figure figure, std::span<const double> values) {
  return figure == Figure::kMean ? search::mean(values) : search::median(values);
}

void resample(std::span<const double> values, nn::Stream& stream, std::vector<double>& drawn) {
  drawn.resize(values.size());
  for (double& value : drawn) {
    value = values[stream.below(values.size())];
  }
}

// The jackknife: the figure without each of the values in turn.
std::vector<double> without_each(Figure figure, std::span<const double> values) {
  std::vector<double> figures;
  std::vector<double> rest(values.begin() + 1, values.end());
  for (std::size_t i = 0; i < values.size(); ++i) {
    figures.push_back(figure_of(figure, rest));
    if (i < rest.size()) {
      rest[i] = values[i];
    }
  }
  return figures;
}

// Sums of the squares and cubes of the jackknife influences. With two samples, both contribute,
// each divided by its size.
struct Influence {
  double squares = 0.0;
  double cubes = 0.0;

  void add(const std::vector<double>& figures, double sign) {
    const double centre = search::mean(figures);
    const double n = static_cast<double>(figures.size());
    for (const double figure : figures) {
      const double influence = sign * (n - 1.0) * (centre - figure) / n;
      squares += influence * influence;
      cubes += influence * influence * influence;
    }
  }
  double acceleration() const {
    return squares > 0.0 ? cubes / (6.0 * std::pow(squares, 1.5)) : 0.0;
  }
};

// Efron and Tibshirani 1993, eq. 14.9 and 14.10: percentiles of the resampled figures, corrected
// for the bias z0 and the acceleration a. The end for a share s is the percentile Phi(z0 + (z0 +
// z_s) / (1 - a (z0 + z_s))).
Interval bca(double estimate,
             std::vector<double> figures,
             const Influence& influence,
             double level) {
  std::sort(figures.begin(), figures.end());
  if (figures.front() == figures.back()) {
    return {estimate, figures.front(), figures.front()};
  }
  // Resamples that reproduce the estimate exactly, as medians often do, count half.
  const auto [first, last] = std::equal_range(figures.begin(), figures.end(), estimate);
  const double below =
      static_cast<double>(first - figures.begin()) + static_cast<double>(last - first) / 2.0;
  const double all = static_cast<double>(figures.size());
  // Clamped, as a bias of 0 or 1 would be infinite.
  const double bias = search::normal_quantile(std::clamp(below / all, 0.5 / all, 1.0 - 0.5 / all));
  const double acceleration = influence.acceleration();
  auto end = [&](double share) {
    const double z = bias + search::normal_quantile(share);
    const double moved = bias + z / (1.0 - acceleration * z);
    return search::quantile(figures, search::normal_cdf(moved));
  };
  const double tail = (1.0 - level) / 2.0;
  return {estimate, end(tail), end(1.0 - tail)};
}

}  // namespace

Interval bootstrap(Figure figure, std::span<const double> values, double level) {
  if (values.size() < 2) {
    return {values.empty() ? kNone : values[0], kNone, kNone};
  }
  std::vector<double> figures;
  std::vector<double> drawn;
  for (std::uint32_t i = 0; i < kResamples; ++i) {
    nn::Stream stream(kSeed, nn::Purpose::kResample, 0, i);
    resample(values, stream, drawn);
    figures.push_back(figure_of(figure, drawn));
  }
  Influence influence;
  influence.add(without_each(figure, values), 1.0);
  return bca(figure_of(figure, values), std::move(figures), influence, level);
}

Interval bootstrap_difference(Figure figure,
                              std::span<const double> a,
                              std::span<const double> b,
                              double level) {
  const double estimate = figure_of(figure, a) - figure_of(figure, b);
  if (a.size() < 2 || b.size() < 2) {
    return {estimate, kNone, kNone};
  }
  std::vector<double> figures;
  std::vector<double> drawn_a;
  std::vector<double> drawn_b;
  for (std::uint32_t i = 0; i < kResamples; ++i) {
    nn::Stream stream(kSeed, nn::Purpose::kResample, 1, i);
    resample(a, stream, drawn_a);
    resample(b, stream, drawn_b);
    figures.push_back(figure_of(figure, drawn_a) - figure_of(figure, drawn_b));
  }
  Influence influence;
  influence.add(without_each(figure, a), 1.0);
  influence.add(without_each(figure, b), -1.0);
  return bca(estimate, std::move(figures), influence, level);
}

}  // namespace hpsearch::reports
