#include "reports/statistics/surface.h"

#include <cmath>
#include <limits>

namespace hpsearch::reports {
namespace {

constexpr std::size_t kMinPoints = 5;
constexpr std::size_t kMaxPoints = 1000;
constexpr double kSmallest = 0.03;
constexpr double kLargest = 0.5;
constexpr int kBandwidths = 8;
// A cell stays empty if even the nearest trial is three bandwidths away.
constexpr double kReach = 3.0;

std::vector<SurfacePoint> thinned(std::vector<SurfacePoint> points) {
  const std::size_t stride = (points.size() + kMaxPoints - 1) / kMaxPoints;
  if (stride <= 1) {
    return points;
  }
  std::vector<SurfacePoint> some;
  for (std::size_t i = 0; i < points.size(); i += stride) {
    some.push_back(points[i]);
  }
  return some;
}

constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

// The estimate at (x, y) without the point `left_out`; NaN if no point is near.
double estimate(const std::vector<SurfacePoint>& points,
                double x,
                double y,
                double bandwidth,
                std::size_t left_out = kNone) {
  const double factor = -0.5 / (bandwidth * bandwidth);
  double weights = 0.0;
  double sum = 0.0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (i == left_out) {
      continue;
    }
    const double dx = points[i].x - x;
    const double dy = points[i].y - y;
    const double weight = std::exp(factor * (dx * dx + dy * dy));
    weights += weight;
    sum += weight * points[i].value;
  }
  return weights > std::exp(-0.5 * kReach * kReach) ? sum / weights
                                                    : std::numeric_limits<double>::quiet_NaN();
}

// The sum of squared leave-one-out errors. A point that no other reaches is predicted by the mean.
double left_out_error(const std::vector<SurfacePoint>& points, double bandwidth) {
  double mean = 0.0;
  for (const SurfacePoint& point : points) {
    mean += point.value / static_cast<double>(points.size());
  }
  double error = 0.0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double predicted = estimate(points, points[i].x, points[i].y, bandwidth, i);
    error += std::pow((std::isnan(predicted) ? mean : predicted) - points[i].value, 2);
  }
  return error;
}

}  // namespace

Surface smooth_surface(std::vector<SurfacePoint> points, std::size_t size) {
  if (points.size() < kMinPoints) {
    return {};
  }
  points = thinned(std::move(points));
  Surface surface{size, 0.0, {}};
  double least = std::numeric_limits<double>::infinity();
  for (int i = 0; i < kBandwidths; ++i) {
    const double bandwidth =
        kSmallest * std::pow(kLargest / kSmallest, static_cast<double>(i) / (kBandwidths - 1));
    const double error = left_out_error(points, bandwidth);
    if (error < least) {
      least = error;
      surface.bandwidth = bandwidth;
    }
  }
  surface.values.reserve(size * size);
  for (std::size_t row = 0; row < size; ++row) {
    for (std::size_t column = 0; column < size; ++column) {
      const double x = (static_cast<double>(column) + 0.5) / static_cast<double>(size);
      const double y = (static_cast<double>(row) + 0.5) / static_cast<double>(size);
      surface.values.push_back(estimate(points, x, y, surface.bandwidth));
    }
  }
  return surface;
}

}  // namespace hpsearch::reports
