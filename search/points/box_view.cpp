#include "search/points/box_view.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <variant>

#include <fmt/format.h>

namespace hpsearch::search {
namespace {

double index_of(const Categorical& list, const nn::Value& value) {
  return static_cast<double>(std::find(list.values.begin(), list.values.end(), value) -
                             list.values.begin());
}

// A bound of a normal distribution's box, as a probability under the written distribution. `none`
// stands for an unbounded end.
double probability(const Normal& written, double end, double none) {
  return std::isfinite(end) ? unit_coordinate(written, nn::Value(end)).value_or(none) : none;
}

}  // namespace

bool BoxView::exists(const Distribution& distribution) {
  const auto* list = std::get_if<Categorical>(&distribution);
  return std::holds_alternative<Numeric>(distribution) ||
         std::holds_alternative<Normal>(distribution) || (list != nullptr && list->ordered);
}

BoxView::BoxView(const Parameter& declared, const Distribution& box)
    : written_(declared.distribution), declared_(declared) {
  if (const auto* range = std::get_if<Numeric>(&box)) {
    box_ = *range;
    return;
  }
  Numeric whole;
  if (const auto* list = std::get_if<Categorical>(&box)) {
    const auto& all = std::get<Categorical>(written_);
    whole = {0.0, static_cast<double>(all.values.size() - 1), false, 1.0, true};
    box_ = whole;
    box_.low = index_of(all, list->values.front());
    box_.high = index_of(all, list->values.back());
  } else {
    const auto& all = std::get<Normal>(written_);
    const auto& part = std::get<Normal>(box);
    box_ = whole;
    // A bound equal to the written one is exactly 0 or 1: the round trip through the distribution
    // function would miss that by rounding.
    box_.low = part.low == all.low ? 0.0 : probability(all, part.low, 0.0);
    box_.high = part.high == all.high ? 1.0 : probability(all, part.high, 1.0);
  }
  // Probabilities and indices end at 0 and at the last one, so there is nothing to widen into.
  declared_.distribution = whole;
  declared_.limit_low = whole.low;
  declared_.limit_high = whole.high;
}

std::optional<nn::Value> BoxView::number(const nn::Value& value) const {
  if (std::holds_alternative<Numeric>(written_)) {
    return value;
  }
  const auto unit = unit_coordinate(written_, value);
  if (!unit) {
    return std::nullopt;
  }
  const auto& range = std::get<Numeric>(declared_.distribution);
  return range.integer ? nn::Value(static_cast<std::int64_t>(std::lround(*unit * range.high)))
                       : nn::Value(*unit);
}

std::string BoxView::text(double number) const {
  if (const auto* list = std::get_if<Categorical>(&written_)) {
    const auto last = static_cast<double>(list->values.size() - 1);
    const auto index = static_cast<std::size_t>(std::clamp(std::round(number), 0.0, last));
    return nn::to_text(list->values[index]);
  }
  if (std::holds_alternative<Normal>(written_)) {
    number = value_at(written_, std::clamp(number, 0.0, 1.0)).number();
  }
  return fmt::format("{:.4g}", number);
}

Distribution BoxView::distribution(const Numeric& box) const {
  if (const auto* list = std::get_if<Categorical>(&written_)) {
    Categorical part = *list;
    const auto first = static_cast<std::ptrdiff_t>(std::lround(box.low));
    const auto end = static_cast<std::ptrdiff_t>(std::lround(box.high)) + 1;
    part.values = {list->values.begin() + first, list->values.begin() + end};
    if (!list->probabilities.empty()) {
      part.probabilities = {list->probabilities.begin() + first, list->probabilities.begin() + end};
      double sum = 0.0;
      for (const double p : part.probabilities) {
        sum += p;
      }
      for (double& p : part.probabilities) {
        p /= sum;
      }
    }
    return part;
  }
  if (const auto* normal = std::get_if<Normal>(&written_)) {
    Normal part = *normal;
    // An end at 0 or 1 keeps the written bound, which may be infinite.
    if (box.low > 0.0) {
      part.low = value_at(written_, box.low).number();
    }
    if (box.high < 1.0) {
      part.high = value_at(written_, box.high).number();
    }
    return part;
  }
  return box;
}

}  // namespace hpsearch::search
