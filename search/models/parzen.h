// A Parzen density over some axes of a space: a mixture of one kernel per trial plus a wide prior
// kernel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "nn/base/random.h"
#include "search/models/parzen_kernels.h"
#include "search/points/unit_space.h"

namespace hpsearch::search {

// A trial as a member of the mixture. `point` is its row of coordinates in the whole space; a
// number always has the same point. `weight` multiplies the weight that the member has by age.
struct ParzenMember {
  std::uint64_t number = 0;
  const double* point = nullptr;
  double weight = 1.0;
};

// Kernel weights by age, oldest first: 1 for the newest 25, below that rising linearly from 1 /
// members for the oldest (Bergstra et al. 2013). The prior kernel has weight 1.
std::vector<double> parzen_weights(std::size_t members);

// p(x) = sum_k w_k prod_j K_kj(x_j): Bergstra et al. 2011, eq. 2, multivariate as in Falkner et al.
// 2018, with the details of Optuna 5:
// - Numbers: a normal density around the member's coordinate, truncated to [0, 1]; for stepped
//   numbers its mass in the value's cell. Its deviation is the distance to the farther neighbour on
//   this axis; the outermost members look inwards only, a single member to both edges. It is
//   clamped to [1 / min(100, members + 2), 1] ("magic clip").
// - Categories: proportional to 1 + s for the member's own category and to s for the others, where
//   s = 1 / (members + 1).
// - The prior kernel comes last: N(1/2, 1) truncated to [0, 1], and uniform over categories.
// The density depends on the set of members only, not on how they came and went. Kernel parameters
// are cached, so changing a few members is cheap. Not thread-safe.
class ParzenMixture {
 public:
  // Covers these axes of `space`, to which it keeps a reference.
  ParzenMixture(const UnitSpace& space, std::vector<std::size_t> axes);

  std::size_t members() const { return numbers_.size(); }

  // Replaces the members. Requires ascending numbers; their order is their age.
  void assign(std::span<const ParzenMember> members);

  // log p at each of `points`, rows of coordinates of the whole space. Continuous axes contribute a
  // density on [0, 1], all others a probability.
  std::vector<double> log_density(std::span<const double> points) const;

  // Draws a point from the mixture and writes the coordinates of its axes.
  void sample(nn::Stream& stream, std::span<double> point) const;

  // The kernel deviation of member k; `axis` indexes the constructor's list.
  double deviation(std::size_t axis, std::size_t k) const { return columns_[axis].deviation[k]; }

  // Normalised weights of all kernels, the prior kernel's last; they sum to 1.
  std::span<const double> weights() const { return weights_; }

 private:
  // All kernels on one axis, by age. Categorical axes use only `mean`, the index.
  struct Column {
    std::size_t axis = 0;           // index in the space
    std::vector<double> mean;       // the member's coordinate
    std::vector<double> deviation;  // NaN: not computed yet
    std::vector<double> inverse;    // sqrt(1/2) / deviation
    std::vector<Tails> tails;
    std::vector<double> log_factor;    // log_scale(); continuous axes only
    std::vector<std::uint32_t> order;  // members sorted by mean, then by age
    // Stepped axes have few distinct kernels: the kind of each member's kernel, and one member of
    // each kind.
    std::vector<std::uint32_t> kind;
    std::vector<std::uint32_t> kind_member;
  };

  const Axis& axis_of(const Column& column) const { return space_.axis(column.axis); }
  void insert(std::size_t index, const ParzenMember& member);
  void erase(std::size_t index);
  void update_column(Column& column) const;
  void update_kinds(Column& column) const;
  std::vector<double> step_table(const Column& column,
                                 std::span<const double> points,
                                 std::vector<std::uint32_t>& rows) const;
  double log_wide(const double* point) const;

  // The points of log_density() on one axis: their coordinates and, on a stepped axis, a table of
  // log probabilities with the row of each point.
  struct Query {
    std::vector<double> coordinates;
    std::vector<double> table;
    std::vector<std::uint32_t> rows;
  };
  Query query_of(const Column& column, std::span<const double> points, std::size_t count) const;

  // Adds what one axis contributes to the exponents of members begin ... begin + size - 1, for all
  // points. `exponents`: one row of kKernelBlock per point.
  void add_exponents(const Column& column,
                     const Query& query,
                     std::size_t begin,
                     std::size_t size,
                     std::vector<double>& exponents) const;

  const UnitSpace& space_;
  std::vector<Column> columns_;
  std::vector<std::uint64_t> numbers_;
  std::vector<double> weights_;
  std::vector<double> log_factors_;  // per member, summed over the continuous axes
  Tails wide_tails_;
  double log_wide_scale_;  // of the prior kernel, per continuous axis
};

}  // namespace hpsearch::search
