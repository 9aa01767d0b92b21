// Piecewise-linear encoding of numeric inputs (PLE; Gorishniy et al. 2022), as the rows of a first
// layer that nobody has to multiply out.
//
// A column with the edges e_0 < ... < e_T becomes T inputs, clip((x - e_j) / (e_{j+1} - e_j), 0, 1)
// for bin j: ones, then the share s of the bin k that holds x, then zeros. With weights w_j its
// part of the linear layer is w_0 + ... + w_{k-1} + s w_k. With the sums P_k = w_0 + ... + w_{k-1}
// that is
//   (1 - s) P_k + s P_{k+1}:
// two rows to look up in place of T products. The gradient goes the same way back: it adds
// (1 - s) delta to row k and s delta to row k + 1, and dL/dw_j is the sum of the rows after j.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "nn/base/aligned.h"
#include "nn/network/network_inputs.h"

namespace hpsearch::nn {

// A value's bin, as the row of the sums where it begins, and its share.
struct BinPlace {
  std::uint32_t row = 0;
  float share = 0.0F;
};

// Matrices are row-major without gaps; `width` is the number of columns of the weights, a multiple
// of 16. Not thread-safe.
class PiecewiseLinear {
 public:
  PiecewiseLinear(std::vector<BinnedInput> inputs, std::size_t width);

  const std::vector<BinnedInput>& inputs() const { return inputs_; }
  // Of all columns: the rows of the weights.
  std::size_t bins() const { return bins_; }
  // Of a row of data.
  std::size_t places() const { return inputs_.size(); }

  // Where the values of `rows` rows lie. Shapes: x (rows, stride), of which the columns
  // BinnedInput::input are read; out (rows, places()).
  void place(const float* x, std::size_t rows, std::size_t stride, BinPlace* out) const;

  // Takes up the weights, (bins() x width), for add().
  void sum_weights(const float* weights);

  // z += encoding W. Shapes: at (rows, places()), z (rows, width).
  void add(const BinPlace* at, std::size_t rows, float* z) const;

  // dL/dW = encoding' delta, which replaces `gradient` or is added to it. Shapes: delta (rows,
  // width), gradient (bins(), width).
  void backward(
      const BinPlace* at, std::size_t rows, const float* delta, bool accumulate, float* gradient);

 private:
  std::vector<BinnedInput> inputs_;
  std::vector<std::uint32_t> first_;  // row of the sums where each input begins
  std::size_t width_;
  std::size_t bins_ = 0;
  FloatBuffer sums_;  // (bins() + places(), width): for each input one row more than bins
  FloatBuffer back_;  // the same shape: dL/d(sums)
};

}  // namespace hpsearch::nn
