// A density over axes of a space: a mixture of one kernel a trial, and a wide one for what is not
// known.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "nn/base/random.h"
#include "search/models/parzen_kernels.h"
#include "search/points/unit_space.h"

namespace hpsearch::search {

// A trial's number and its point: a row of coordinates of the whole space. A number always has the
// same point. `weight` multiplies what it has by its age.
struct ParzenMember {
  std::uint64_t number = 0;
  const double* point = nullptr;
  double weight = 1.0;
};

// The weights of so many kernels, oldest first: 1 for each of the newest 25, rising linearly up to
// there from 1 / members for the oldest (Bergstra et al. 2013). The wide kernel's is 1.
std::vector<double> parzen_weights(std::size_t members);

// p(x) = sum_k w_k prod_j K_kj(x_j) (Bergstra et al. 2011, eq. 2; multivariate as in Falkner et al.
// 2018), with the details of Optuna 5:
// - K of a number is a normal density around the member's coordinate, cut to [0, 1]; of a stepped
//   one its mass in the value's cell. Its deviation is the larger of the distances to the
//   neighbours on this axis; the outermost look inwards only, a single one to both edges. It is at
//   least 1 / min(100, members + 2) ("magic clip") and at most 1.
// - K of a category is 1 + s at the member's own and s elsewhere, divided by their sum; s is
//   1 / (members + 1).
// - The wide kernel, the last, is N(1/2, 1) cut to [0, 1], and even over categories.
// The density depends on the members alone, not on the order in which they came and went. The
// numbers of a kernel are kept, so that a change of a few members costs little.
class ParzenMixture {
 public:
  // Over these axes of the space, to which it keeps a reference.
  ParzenMixture(const UnitSpace& space, std::vector<std::size_t> axes);

  std::size_t members() const { return numbers_.size(); }

  // Makes these the members; ascending numbers. Their age is their order.
  void assign(std::span<const ParzenMember> members);

  // log p of each of `points`, rows of coordinates of the whole space. Of continuous numbers a
  // density on [0, 1], of others a probability.
  std::vector<double> log_density(std::span<const double> points) const;

  // Draws a point from the mixture: writes the coordinates of its axes.
  void sample(nn::Stream& stream, std::span<double> point) const;

  // Of member k; `axis` counts in the order of the constructor's.
  double deviation(std::size_t axis, std::size_t k) const { return columns_[axis].deviation[k]; }

  // Of all kernels, the wide one's last; their sum is 1.
  std::span<const double> weights() const { return weights_; }

 private:
  // The kernels of all members on one axis. Of categories only `mean`, their index.
  struct Column {
    std::size_t axis = 0;           // in the space
    std::vector<double> mean;       // by age
    std::vector<double> deviation;  // NaN: not computed yet
    std::vector<double> inverse;    // sqrt(1/2) / deviation
    std::vector<Tails> tails;
    std::vector<double> log_factor;    // of continuous numbers, before the exponential
    std::vector<std::uint32_t> order;  // members by mean, then age
    // Of stepped numbers, which have few different kernels: the kind of each member's, and a member
    // of each kind.
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

  const UnitSpace& space_;
  std::vector<Column> columns_;
  std::vector<std::uint64_t> numbers_;
  std::vector<double> weights_;
  std::vector<double> log_factors_;  // of each member, over all axes
  Tails wide_tails_;
  double log_wide_scale_;  // of the wide kernel, on each continuous axis
};

}  // namespace hpsearch::search
