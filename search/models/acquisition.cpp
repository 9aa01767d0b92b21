#include "search/models/acquisition.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "search/models/expected_improvement.h"
#include "search/models/gp_search.h"
#include "search/models/lbfgs.h"

namespace hpsearch::search {
namespace {

using Kind = Axis::Kind;

// Random starting points; fewer if there are many trials, as each prediction then costs more.
constexpr std::size_t kRandomPoints = 512;
constexpr std::size_t kRandomPointsOfMany = 256;
constexpr std::size_t kMany = 150;       // trials from which kRandomPointsOfMany applies
constexpr std::size_t kNearPoints = 30;  // perturbations per incumbent
constexpr std::size_t kClimbs = 4;       // starting points that are climbed from
constexpr int kRounds = 2;               // of continuous and discrete coordinates in turn
constexpr int kIterations = 20;          // of L-BFGS a round
constexpr std::size_t kFewLevels = 16;   // up to this many are all tried, of more only nearby ones

constexpr double kWorst = -1e300;  // the value of a point that is not allowed

}  // namespace

Acquisition::Acquisition(const UnitSpace& space,
                         const GpPosterior& posterior,
                         const FeasibleRegion& region,
                         double best,
                         Allowed allowed)
    : space_(space),
      posterior_(posterior),
      region_(region),
      best_(best),
      allowed_(std::move(allowed)),
      conditional_(std::any_of(space.axes().begin(), space.axes().end(), [](const Axis& axis) {
        return axis.parameter().when.has_value();
      })) {}

Acquisition::Point Acquisition::random_point(nn::Stream& stream) const {
  Point point(space_.size());
  for (std::size_t i = 0; i < point.size(); ++i) {
    const Axis& axis = space_.axis(i);
    point[i] = axis.kind() == Kind::kCategorical ? static_cast<double>(stream.below(axis.levels()))
                                                 : stream.uniform();
  }
  return point;
}

// A neighbour of a good trial: changes a random subset of its coordinates, numbers by a random
// small step and categories to any level.
Acquisition::Point Acquisition::near(const double* incumbent, nn::Stream& stream) const {
  Point point(incumbent, incumbent + space_.size());
  const double share = std::max(0.35, 2.0 / static_cast<double>(point.size()));
  // The product of two uniforms favours small steps.
  const double width = 0.2 * stream.uniform() * stream.uniform();
  for (std::size_t i = 0; i < point.size(); ++i) {
    const Axis& axis = space_.axis(i);
    const bool change = stream.uniform() < share;
    if (axis.kind() == Kind::kCategorical) {
      if (std::isnan(point[i]) || (change && stream.uniform() < 0.5)) {
        point[i] = static_cast<double>(stream.below(axis.levels()));
      }
    } else if (std::isnan(point[i])) {
      point[i] = stream.uniform();
    } else if (change) {
      // A step shorter than a level would round back to where it came from.
      const double least =
          axis.kind() == Kind::kStepped ? 1.0 / static_cast<double>(axis.levels()) : 0.0;
      point[i] = std::clamp(point[i] + std::max(width, least) * stream.normal(), 0.0, 1.0);
    }
  }
  return point;
}

// Moves a point to one that a trial can have: stepped coordinates onto their levels, inactive
// coordinates to NaN. Returns false if the point is not allowed.
bool Acquisition::settle(Point& point) const {
  for (std::size_t i = 0; i < point.size(); ++i) {
    const Axis& axis = space_.axis(i);
    if (axis.kind() == Kind::kStepped && !std::isnan(point[i])) {
      point[i] = axis.level_coordinate(axis.level(point[i]));
    }
  }
  if (conditional_) {
    space_.encode(space_.decode(point), point);
  }
  return !allowed_ || allowed_(point);
}

// The process needs a number everywhere; inactive parameters share one outside the cube.
Acquisition::Point Acquisition::coordinates(const Point& point) const {
  Point result = point;
  std::replace_if(
      result.begin(), result.end(), [](double x) { return std::isnan(x); }, GpSearch::kNoValue);
  return result;
}

double Acquisition::improvement(const GpPosterior::Prediction& prediction) const {
  return log_expected_improvement(prediction.mean, prediction.variance, best_).value;
}

double Acquisition::value(const Point& point) const {
  const Point at = coordinates(point);
  return improvement(posterior_.at(at)) + region_.log_chance(at);
}

void Acquisition::maximise(std::span<const double* const> incumbents,
                           nn::Stream& stream,
                           std::span<double> point) {
  std::vector<Point> points;
  const bool many = posterior_.data().size() > kMany;
  for (std::size_t i = 0; i < (many ? kRandomPointsOfMany : kRandomPoints); ++i) {
    points.push_back(random_point(stream));
  }
  for (const double* incumbent : incumbents) {
    for (std::size_t i = 0; i < kNearPoints; ++i) {
      points.push_back(near(incumbent, stream));
    }
  }
  std::vector<bool> allowed;
  std::vector<double> rows;
  for (Point& p : points) {
    allowed.push_back(settle(p));
    const Point at = coordinates(p);
    rows.insert(rows.end(), at.begin(), at.end());
  }
  // One triangular solve for all points is much faster than one per point.
  const auto predictions = posterior_.at_all(rows);
  const std::vector<double> chances = region_.log_chances(rows, points.size());
  std::vector<double> values;
  for (std::size_t i = 0; i < points.size(); ++i) {
    values.push_back(allowed[i] ? improvement(predictions[i]) + chances[i] : kWorst);
  }
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), 0);
  std::partial_sort(order.begin(), order.begin() + kClimbs, order.end(),
                    [&](std::size_t a, std::size_t b) {
                      return values[a] > values[b] || (values[a] == values[b] && a < b);
                    });
  double most = 2.0 * kWorst;
  for (std::size_t i = 0; i < kClimbs; ++i) {
    Point& p = points[order[i]];
    const double reached = climb(p, values[order[i]]);
    if (reached > most) {
      most = reached;
      std::copy(p.begin(), p.end(), point.begin());
    }
  }
}

double Acquisition::climb(Point& point, double from) {
  for (int round = 0; round < kRounds && from > kWorst; ++round) {
    const double before = from;
    from = climb_numbers(point, from);
    from = climb_steps(point, from);
    if (from <= before) {
      break;
    }
  }
  return from;
}

double Acquisition::climb_numbers(Point& point, double from) {
  std::vector<std::size_t> axes;
  std::vector<double> x;
  for (std::size_t i = 0; i < point.size(); ++i) {
    if (space_.axis(i).kind() == Kind::kContinuous && !std::isnan(point[i])) {
      axes.push_back(i);
      x.push_back(point[i]);
    }
  }
  if (axes.empty()) {
    return from;
  }
  Point at = coordinates(point);
  std::vector<double> by_mean(point.size());
  std::vector<double> by_variance(point.size());
  std::vector<double> by_chance(point.size());
  auto loss = [&](std::span<const double> where, std::span<double> gradient) {
    for (std::size_t i = 0; i < axes.size(); ++i) {
      at[axes[i]] = where[i];
    }
    const auto prediction = posterior_.at(at, by_mean, by_variance);
    const auto improvement = log_expected_improvement(prediction.mean, prediction.variance, best_);
    std::fill(by_chance.begin(), by_chance.end(), 0.0);
    const double chance = region_.log_chance(at, by_chance);
    for (std::size_t i = 0; i < axes.size(); ++i) {
      gradient[i] = -(improvement.by_mean * by_mean[axes[i]] +
                      improvement.by_variance * by_variance[axes[i]] + by_chance[axes[i]]);
    }
    return -(improvement.value + chance);
  };
  // Negated, as minimise_within() descends.
  const std::vector<Bounds> bounds(axes.size(), Bounds{0.0, 1.0});
  minimise_within(loss, bounds, kIterations, 1e-2, x);
  Point moved = point;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    moved[axes[i]] = x[i];
  }
  if (!settle(moved)) {  // the climb crossed a constraint
    return from;
  }
  const double reached = value(moved);
  if (reached > from) {
    point = std::move(moved);
    return reached;
  }
  return from;
}

double Acquisition::climb_steps(Point& point, double from) {
  for (std::size_t i = 0; i < point.size(); ++i) {
    const Axis& axis = space_.axis(i);
    if (axis.kind() == Kind::kContinuous || std::isnan(point[i])) {
      continue;
    }
    const bool steps = axis.kind() == Kind::kStepped;
    const std::size_t here =
        steps ? axis.level(point[i]) : static_cast<std::size_t>(std::max(0.0, point[i]));
    std::vector<std::size_t> others;
    if (axis.levels() <= kFewLevels || !steps) {
      others.resize(axis.levels());
      std::iota(others.begin(), others.end(), 0);
    } else {
      // Doubling distances: local refinement and a few long jumps for a constant cost.
      for (const std::size_t far : {1U, 2U, 4U, 16U}) {
        others.push_back(here - std::min(here, far));
        others.push_back(std::min(here + far, axis.levels() - 1));
      }
    }
    Point best = point;
    for (const std::size_t other : others) {
      Point changed = point;
      changed[i] = steps ? axis.level_coordinate(other) : static_cast<double>(other);
      for (std::size_t j = 0; conditional_ && j < changed.size(); ++j) {
        // The change may activate other parameters, which then need a value.
        changed[j] = std::isnan(changed[j]) ? 0.5 : changed[j];
      }
      if (other == here || !settle(changed)) {
        continue;
      }
      const double reached = value(changed);
      if (reached > from) {
        from = reached;
        best = std::move(changed);
      }
    }
    point = std::move(best);
  }
  return from;
}

}  // namespace hpsearch::search
