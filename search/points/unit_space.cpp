#include "search/points/unit_space.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "nn/base/portable_math.h"

namespace hpsearch::search {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// Half the distance, as the distance itself may overflow. A range with a single value has no width
// to divide by; any positive number will do.
double half_width_of(double low, double high) {
  return high > low ? high / 2.0 - low / 2.0 : 0.5;
}

}  // namespace

Axis::Axis(const Parameter& parameter) : parameter_(&parameter) {
  assert(!std::holds_alternative<Fixed>(parameter.distribution));
  if (const auto* categorical = std::get_if<Categorical>(&parameter.distribution)) {
    levels_ = categorical->values.size();
    if (categorical->ordered) {  // its index is a stepped number
      kind_ = Kind::kStepped;
      step_ = 1.0;
      low_ = -0.5;
      half_width_ = static_cast<double>(levels_) / 2.0;
    } else {
      kind_ = Kind::kCategorical;
    }
    return;
  }
  if (is_seen_by_probability(parameter.distribution)) {
    kind_ = Kind::kContinuous;  // the cumulative probability
    return;
  }
  const auto& range = std::get<Numeric>(parameter.distribution);
  logarithmic_ = range.logarithmic;
  step_ = range.step;
  auto scale = [&](double x) { return logarithmic_ ? nn::portable_log(x) : x; };
  if (step_ == 0.0) {
    kind_ = Kind::kContinuous;
    low_ = scale(range.low);
    half_width_ = half_width_of(low_, scale(range.high));
    return;
  }
  kind_ = Kind::kStepped;
  levels_ = static_cast<std::size_t>(*value_count(parameter.distribution));
  first_ = std::round(first_value(range) / step_);
  // Cells reach half a step beyond the first and the last level, as they do in sample().
  low_ = scale((first_ - 0.5) * step_);
  half_width_ = half_width_of(low_, scale((first_ + static_cast<double>(levels_) - 0.5) * step_));
}

double Axis::place(double number) const {
  // A user may enqueue 0 on a log scale; it counts as the lower end.
  if (logarithmic_ && number <= 0.0) {
    return 0.0;
  }
  const double t = logarithmic_ ? nn::portable_log(number) : number;
  return std::clamp((t / 2.0 - low_ / 2.0) / half_width_, 0.0, 1.0);
}

double Axis::coordinate(const nn::Value& value) const {
  if (const auto* categorical = std::get_if<Categorical>(&parameter_->distribution)) {
    const auto found = std::find(categorical->values.begin(), categorical->values.end(), value);
    if (found == categorical->values.end()) {
      return kNaN;
    }
    const auto index = static_cast<std::size_t>(found - categorical->values.begin());
    return categorical->ordered ? level_coordinate(index) : static_cast<double>(index);
  }
  if (is_seen_by_probability(parameter_->distribution)) {
    return unit_coordinate(parameter_->distribution, value).value_or(kNaN);
  }
  if (!value.is_number()) {
    return kNaN;
  }
  const double at = place(value.number());
  return kind_ == Kind::kStepped ? level_coordinate(level(at)) : at;
}

std::size_t Axis::level(double coordinate) const {
  double k = 0.0;
  if (logarithmic_) {
    k = std::floor(nn::portable_exp(low_ + coordinate * 2.0 * half_width_) / step_ + 0.5) - first_;
  } else {
    k = std::floor(coordinate * static_cast<double>(levels_));
  }
  return static_cast<std::size_t>(std::clamp(k, 0.0, static_cast<double>(levels_ - 1)));
}

double Axis::level_coordinate(std::size_t level) const {
  return place((first_ + static_cast<double>(level)) * step_);
}

double Axis::cell_begin(std::size_t level) const {
  return level >= levels_ ? 1.0 : place((first_ + static_cast<double>(level) - 0.5) * step_);
}

nn::Value Axis::value(double coordinate) const {
  if (const auto* categorical = std::get_if<Categorical>(&parameter_->distribution)) {
    if (categorical->ordered) {
      return categorical->values[level(std::clamp(coordinate, 0.0, 1.0))];
    }
    const double last = static_cast<double>(levels_ - 1);
    return categorical
        ->values[static_cast<std::size_t>(std::clamp(std::floor(coordinate + 0.5), 0.0, last))];
  }
  const double inside = std::clamp(coordinate, 0.0, 1.0);
  return value_at(parameter_->distribution,
                  kind_ == Kind::kStepped ? level_coordinate(level(inside)) : inside);
}

UnitSpace::UnitSpace(const Space& space) : space_(space) {
  for (const Parameter& parameter : space) {
    if (!std::holds_alternative<Fixed>(parameter.distribution)) {
      axes_.emplace_back(parameter);
    }
  }
}

void UnitSpace::encode(const ParamSet& params, std::span<double> point) const {
  for (std::size_t i = 0; i < axes_.size(); ++i) {
    const auto found = params.find(axes_[i].parameter().name);
    point[i] = found == params.end() ? kNaN : axes_[i].coordinate(found->second);
  }
}

ParamSet UnitSpace::decode(std::span<const double> point) const {
  ParamSet params;
  std::size_t axis = 0;
  for (const Parameter& parameter : space_) {
    if (const auto* fixed = std::get_if<Fixed>(&parameter.distribution)) {
      params.emplace(parameter.name, fixed->value);
      continue;
    }
    if (!std::isnan(point[axis])) {
      params.emplace(parameter.name, axes_[axis].value(point[axis]));
    }
    ++axis;
  }
  return has_conditions(space_) ? active_params(space_, std::move(params)) : params;
}

}  // namespace hpsearch::search
