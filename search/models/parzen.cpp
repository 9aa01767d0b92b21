#include "search/models/parzen.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "nn/base/portable_math.h"
#include "search/models/parzen_kernels.h"
#include "search/space/normal.h"

namespace hpsearch::search {
namespace {

using Kind = Axis::Kind;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kSqrtHalf = 0.70710678118654752440;
constexpr double kWideMean = 0.5;    // mean of the prior kernel; its deviation is 1
constexpr std::size_t kNewest = 25;  // members with full weight

}  // namespace

std::vector<double> parzen_weights(std::size_t members) {
  std::vector<double> weights(members, 1.0);
  if (members > kNewest) {
    const std::size_t old = members - kNewest;
    const double first = 1.0 / static_cast<double>(members);
    const double rise = old > 1 ? (1.0 - first) / static_cast<double>(old - 1) : 0.0;
    for (std::size_t i = 0; i < old; ++i) {
      weights[i] = first + rise * static_cast<double>(i);
    }
  }
  return weights;
}

ParzenMixture::ParzenMixture(const UnitSpace& space, std::vector<std::size_t> axes)
    : space_(space),
      columns_(axes.size()),
      weights_{1.0},
      wide_tails_(tails_of(kWideMean, 1.0)),
      log_wide_scale_(log_scale(1.0, wide_tails_)) {
  for (std::size_t j = 0; j < axes.size(); ++j) {
    columns_[j].axis = axes[j];
  }
}

void ParzenMixture::assign(std::span<const ParzenMember> members) {
  for (std::size_t i = 0; i < members.size(); ++i) {
    // Both lists ascend, so one merge pass finds who left and who joined.
    while (i < numbers_.size() && numbers_[i] < members[i].number) {
      erase(i);
    }
    if (i == numbers_.size() || numbers_[i] != members[i].number) {
      insert(i, members[i]);
    }
  }
  while (numbers_.size() > members.size()) {
    erase(numbers_.size() - 1);
  }
  weights_ = parzen_weights(members.size());
  for (std::size_t i = 0; i < members.size(); ++i) {
    weights_[i] *= members[i].weight;
  }
  // The prior kernel.
  weights_.push_back(1.0);
  const double total = std::accumulate(weights_.begin(), weights_.end(), 0.0);
  for (double& weight : weights_) {
    weight /= total;
  }
  log_factors_.assign(members.size(), 0.0);
  for (Column& column : columns_) {
    if (axis_of(column).kind() != Kind::kCategorical) {
      update_column(column);
    }
    if (axis_of(column).kind() == Kind::kContinuous) {
      std::transform(log_factors_.begin(), log_factors_.end(), column.log_factor.begin(),
                     log_factors_.begin(), std::plus<>());
    }
  }
}

void ParzenMixture::insert(std::size_t index, const ParzenMember& member) {
  const auto at = static_cast<std::ptrdiff_t>(index);
  numbers_.insert(numbers_.begin() + at, member.number);
  for (Column& column : columns_) {
    const double mean = member.point[column.axis];
    column.mean.insert(column.mean.begin() + at, mean);
    if (axis_of(column).kind() == Kind::kCategorical) {
      continue;
    }
    column.deviation.insert(column.deviation.begin() + at, kNaN);
    column.inverse.insert(column.inverse.begin() + at, 0.0);
    column.tails.insert(column.tails.begin() + at, Tails{});
    column.log_factor.insert(column.log_factor.begin() + at, 0.0);
    // Indices in `order` shift by one for the members behind the new one.
    const auto number = static_cast<std::uint32_t>(index);
    for (std::uint32_t& other : column.order) {
      other += other >= number ? 1U : 0U;
    }
    const auto before =
        std::partition_point(column.order.begin(), column.order.end(), [&](std::uint32_t other) {
          return column.mean[other] < mean || (column.mean[other] == mean && other < number);
        });
    column.order.insert(before, number);
  }
}

void ParzenMixture::erase(std::size_t index) {
  const auto at = static_cast<std::ptrdiff_t>(index);
  numbers_.erase(numbers_.begin() + at);
  for (Column& column : columns_) {
    column.mean.erase(column.mean.begin() + at);
    if (axis_of(column).kind() == Kind::kCategorical) {
      continue;
    }
    column.deviation.erase(column.deviation.begin() + at);
    column.inverse.erase(column.inverse.begin() + at);
    column.tails.erase(column.tails.begin() + at);
    column.log_factor.erase(column.log_factor.begin() + at);
    const auto number = static_cast<std::uint32_t>(index);
    column.order.erase(std::find(column.order.begin(), column.order.end(), number));
    for (std::uint32_t& other : column.order) {
      other -= other > number ? 1U : 0U;
    }
  }
}

void ParzenMixture::update_column(Column& column) const {
  const std::size_t members = column.order.size();
  // Optuna's "magic clip": kernels get no narrower than the number of members warrants.
  const double least = 1.0 / static_cast<double>(std::min<std::size_t>(100, members + 2));
  const bool continuous = axis_of(column).kind() == Kind::kContinuous;
  for (std::size_t s = 0; s < members; ++s) {
    const std::uint32_t k = column.order[s];
    const double mean = column.mean[k];
    double distance = 0.0;
    if (members == 1) {
      distance = std::max(mean, 1.0 - mean);
    } else {
      const double left = s > 0 ? mean - column.mean[column.order[s - 1]] : 0.0;
      const double right = s + 1 < members ? column.mean[column.order[s + 1]] - mean : 0.0;
      distance = std::max(left, right);
    }
    const double deviation = std::clamp(distance, least, 1.0);
    // Most deviations survive a change of the members; recompute only what depends on the others.
    if (deviation != column.deviation[k]) {
      column.deviation[k] = deviation;
      column.inverse[k] = kSqrtHalf / deviation;
      column.tails[k] = tails_of(mean, deviation);
      column.log_factor[k] = continuous ? log_scale(deviation, column.tails[k]) : 0.0;
    }
  }
  if (!continuous) {
    update_kinds(column);
  }
}

// Groups equal kernels. Members with the same mean are adjacent in `order` and have at most three
// different deviations: the gap on the left, the gap on the right, or the minimum.
void ParzenMixture::update_kinds(Column& column) const {
  column.kind.resize(column.order.size());
  column.kind_member.clear();
  std::size_t first = 0;  // the first kind with the current mean
  for (const std::uint32_t k : column.order) {
    auto same = [&](std::uint32_t other) {
      return column.mean[other] == column.mean[k] && column.deviation[other] == column.deviation[k];
    };
    if (first < column.kind_member.size() &&
        column.mean[column.kind_member[first]] != column.mean[k]) {
      first = column.kind_member.size();
    }
    const auto begin = column.kind_member.begin() + static_cast<std::ptrdiff_t>(first);
    const auto found = std::find_if(begin, column.kind_member.end(), same);
    column.kind[k] = static_cast<std::uint32_t>(found - column.kind_member.begin());
    if (found == column.kind_member.end()) {
      column.kind_member.push_back(k);
    }
  }
}

// Log probabilities of the points' levels: one row per level that occurs, one entry per kind of
// kernel. rows[p] is where the row of point p begins.
std::vector<double> ParzenMixture::step_table(const Column& column,
                                              std::span<const double> points,
                                              std::vector<std::uint32_t>& rows) const {
  std::vector<std::size_t> levels;
  std::vector<double> table;
  for (std::size_t p = 0; p < rows.size(); ++p) {
    const std::size_t level = axis_of(column).level(points[p * space_.size() + column.axis]);
    const auto found = std::find(levels.begin(), levels.end(), level);
    rows[p] = static_cast<std::uint32_t>(static_cast<std::size_t>(found - levels.begin()) *
                                         column.kind_member.size());
    if (found == levels.end()) {
      levels.push_back(level);
      for (const std::uint32_t k : column.kind_member) {
        table.push_back(log_cell(axis_of(column), level, column.mean[k], column.deviation[k]));
      }
    }
  }
  return table;
}

double ParzenMixture::log_wide(const double* point) const {
  double sum = 0.0;
  for (const Column& column : columns_) {
    const Axis& axis = axis_of(column);
    const double x = point[column.axis];
    switch (axis.kind()) {
      case Kind::kContinuous:
        sum += log_wide_scale_ - 0.5 * (x - kWideMean) * (x - kWideMean);
        break;
      case Kind::kStepped:
        sum += log_cell(axis, axis.level(x), kWideMean, 1.0);
        break;
      case Kind::kCategorical:
        sum -= nn::portable_log(static_cast<double>(axis.levels()));
        break;
    }
  }
  return sum;
}

ParzenMixture::Query ParzenMixture::query_of(const Column& column,
                                             std::span<const double> points,
                                             std::size_t count) const {
  Query query;
  for (std::size_t p = 0; p < count; ++p) {
    query.coordinates.push_back(points[p * space_.size() + column.axis]);
  }
  if (axis_of(column).kind() == Kind::kStepped) {
    query.rows.resize(count);
    query.table = step_table(column, points, query.rows);
  }
  return query;
}

void ParzenMixture::add_exponents(const Column& column,
                                  const Query& query,
                                  std::size_t begin,
                                  std::size_t size,
                                  std::vector<double>& exponents) const {
  const Axis& axis = axis_of(column);
  const double* mean = column.mean.data() + begin;
  switch (axis.kind()) {
    case Kind::kContinuous:
      subtract_squares(query.coordinates, mean, column.inverse.data() + begin, size,
                       exponents.data());
      break;
    case Kind::kStepped:
      for (std::size_t p = 0; p < query.rows.size(); ++p) {
        for (std::size_t i = 0; i < size; ++i) {
          exponents[p * kKernelBlock + i] += query.table[query.rows[p] + column.kind[begin + i]];
        }
      }
      break;
    case Kind::kCategorical: {
      const CategoryKernel kernel = category_kernel(members(), axis.levels());
      add_category(query.coordinates, mean, nn::portable_log(kernel.own),
                   nn::portable_log(kernel.other), size, exponents.data());
      break;
    }
  }
}

std::vector<double> ParzenMixture::log_density(std::span<const double> points) const {
  const std::size_t count = points.size() / std::max<std::size_t>(1, space_.size());
  // log-sum-exp per point, started with the prior kernel: largest is its exponent, sum its weight.
  std::vector<double> largest(count);
  std::vector<double> sum(count, weights_.back());
  for (std::size_t p = 0; p < count; ++p) {
    largest[p] = log_wide(points.data() + p * space_.size());
  }
  std::vector<Query> queries;
  for (const Column& column : columns_) {
    queries.push_back(query_of(column, points, count));
  }
  std::vector<double> exponents(count * kKernelBlock);
  for (std::size_t begin = 0; begin < members(); begin += kKernelBlock) {
    const std::size_t size = std::min(kKernelBlock, members() - begin);
    const std::size_t filled = (size + kKernelLanes - 1) / kKernelLanes * kKernelLanes;
    std::array<double, kKernelBlock> weights{};
    std::copy_n(weights_.data() + begin, size, weights.data());
    for (std::size_t p = 0; p < count; ++p) {
      double* row = exponents.data() + p * kKernelBlock;
      // Exponents start from the normalisation; padding gets weight e^-infinity.
      std::copy_n(log_factors_.data() + begin, size, row);
      std::fill(row + size, row + filled, -kInfinity);
    }
    for (std::size_t j = 0; j < columns_.size(); ++j) {
      add_exponents(columns_[j], queries[j], begin, size, exponents);
    }
    add_exponentials(exponents, weights.data(), filled, largest.data(), sum.data());
  }
  for (std::size_t p = 0; p < count; ++p) {
    largest[p] += nn::portable_log(sum[p]);
  }
  return largest;
}

void ParzenMixture::sample(nn::Stream& stream, std::span<double> point) const {
  // Choose a kernel by its weight, then draw each axis from it independently.
  double left = stream.uniform();
  std::size_t k = 0;
  while (k < members() && left >= weights_[k]) {
    left -= weights_[k++];
  }
  for (const Column& column : columns_) {
    const Axis& axis = axis_of(column);
    double& x = point[column.axis];
    if (axis.kind() == Kind::kCategorical) {
      const double own = k == members() ? 0.0 : category_kernel(members(), axis.levels()).own;
      const auto other = static_cast<double>(stream.below(axis.levels()));
      // own = stay + (1 - stay) / levels: staying with this probability, and drawing uniformly
      // otherwise, gives the kernel's own category its probability.
      const auto levels = static_cast<double>(axis.levels());
      const double stay = levels > 1.0 ? (own * levels - 1.0) / (levels - 1.0) : 1.0;
      x = k < members() && stream.uniform() < stay ? column.mean[k] : other;
      continue;
    }
    const double mean = k == members() ? kWideMean : column.mean[k];
    const double deviation = k == members() ? 1.0 : column.deviation[k];
    x = draw_inside(mean, deviation, k == members() ? wide_tails_ : column.tails[k],
                    stream.uniform());
    if (axis.kind() == Kind::kStepped) {
      x = axis.level_coordinate(axis.level(x));
    }
  }
}

}  // namespace hpsearch::search
