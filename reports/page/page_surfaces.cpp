#include "reports/page/page_surfaces.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "reports/statistics/surface.h"
#include "reports/text/json_text.h"

namespace hpsearch::reports {
namespace {

constexpr std::size_t kSize = 32;  // cells per side
constexpr std::size_t kMostParameters = 6;
constexpr double kWorstShare = 0.1;
constexpr int kDigits = 4;

// The score that a tenth of the trials is worse than.
double worst_score(const SweepData& data) {
  std::vector<double> scores;  // violations make the rank another order
  for (const std::size_t index : data.ranked) {
    scores.push_back(*data.trials[index].score);
  }
  const auto at =
      static_cast<std::ptrdiff_t>(static_cast<double>(scores.size() - 1) * (1.0 - kWorstShare));
  std::nth_element(scores.begin(), scores.begin() + at, scores.end());
  return scores[static_cast<std::size_t>(at)];
}

std::vector<SurfacePoint> points_of(const SweepData& data,
                                    const SearchedParameter& x,
                                    const SearchedParameter& y) {
  std::vector<SurfacePoint> points;
  const double worst = worst_score(data);
  for (const std::size_t index : data.ranked) {
    const TrialData& trial = data.trials[index];
    const auto at_x = trial.params.find(x.name);
    const auto at_y = trial.params.find(y.name);
    if (at_x == trial.params.end() || at_y == trial.params.end()) {
      continue;
    }
    const double score = std::min(*trial.score, worst);
    const SurfacePoint point{x.place(at_x->second), y.place(at_y->second),
                             data.maximize() ? -score : score};
    if (std::isfinite(point.x) && std::isfinite(point.y)) {
      points.push_back(point);
    }
  }
  return points;
}

}  // namespace

std::string page_surfaces(const SweepData& data) {
  std::vector<std::size_t> numeric;
  for (std::size_t i = 0; i < data.parameters.size() && numeric.size() < kMostParameters; ++i) {
    if (data.parameters[i].numeric) {
      numeric.push_back(i);
    }
  }
  std::string json = "[";
  for (std::size_t a = 0; a < numeric.size() && !data.ranked.empty(); ++a) {
    for (std::size_t b = a + 1; b < numeric.size(); ++b) {
      const Surface surface = smooth_surface(
          points_of(data, data.parameters[numeric[a]], data.parameters[numeric[b]]), kSize);
      if (surface.values.empty()) {
        continue;
      }
      json += fmt::format("{}{{\"x\":{},\"y\":{},\"size\":{},\"bandwidth\":{:.3g},\"values\":",
                          json.size() > 1 ? "," : "", numeric[a], numeric[b], surface.size,
                          surface.bandwidth);
      append_array(json, surface.values,
                   [](std::string& text, double value) { append_number(text, value, kDigits); });
      json += '}';
    }
  }
  return json + "]";
}

}  // namespace hpsearch::reports
