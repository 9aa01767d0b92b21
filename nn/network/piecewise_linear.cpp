#include "nn/network/piecewise_linear.h"

#include <algorithm>
#include <utility>

#include "nn/base/vector_unit.h"

namespace hpsearch::nn {
namespace {

// Columns of a row that stay in registers while all inputs are added to them.
constexpr std::size_t kBlock = 4 * kLanes;

// z[0..columns) += sum over the places of (1 - s) P_k + s P_{k+1}.
template <std::size_t Columns>
void add_block(
    const float* sums, std::size_t width, const BinPlace* at, std::size_t places, float* z) {
  float total[Columns];
  for (std::size_t j = 0; j < Columns; ++j) {
    total[j] = z[j];
  }
  for (std::size_t i = 0; i < places; ++i) {
    const float share = at[i].share;
    const float rest = 1.0F - share;
    const float* below = sums + at[i].row * width;
    const float* above = below + width;
#pragma GCC ivdep
    for (std::size_t j = 0; j < Columns; ++j) {
      total[j] += rest * below[j] + share * above[j];
    }
  }
  for (std::size_t j = 0; j < Columns; ++j) {
    z[j] = total[j];
  }
}

// The last bin that begins at or below the value; values outside belong to the outer bins. Bisects
// without a branch that a processor could guess wrongly.
std::size_t bin_of(float value, const std::vector<float>& edges) {
  const float* begin = edges.data();
  for (std::size_t n = edges.size() - 1; n > 1;) {
    const std::size_t half = n / 2;
    begin = begin[half] <= value ? begin + half : begin;
    n -= half;
  }
  return static_cast<std::size_t>(begin - edges.data());
}

}  // namespace

PiecewiseLinear::PiecewiseLinear(std::vector<BinnedInput> inputs, std::size_t width)
    : inputs_(std::move(inputs)), width_(width) {
  for (const BinnedInput& input : inputs_) {
    first_.push_back(static_cast<std::uint32_t>(bins_ + first_.size()));
    bins_ += input.edges.size() - 1;
  }
  sums_ = back_ = FloatBuffer((bins_ + inputs_.size()) * width_);
}

void PiecewiseLinear::place(const float* x,
                            std::size_t rows,
                            std::size_t stride,
                            BinPlace* out) const {
  // Input by input: its edges stay in the cache.
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    const std::vector<float>& edges = inputs_[i].edges;
    for (std::size_t row = 0; row < rows; ++row) {
      const float value = x[row * stride + inputs_[i].input];
      const std::size_t bin = bin_of(value, edges);
      const float share = (value - edges[bin]) / (edges[bin + 1] - edges[bin]);
      out[row * inputs_.size() + i] = {static_cast<std::uint32_t>(first_[i] + bin),
                                       std::clamp(share, 0.0F, 1.0F)};
    }
  }
}

void PiecewiseLinear::sum_weights(const float* weights) {
  float* sum = sums_.data();  // the first row of each input stays 0
  const float* w = weights;
  for (const BinnedInput& input : inputs_) {
    vectorised([sum, w, bins = input.edges.size() - 1, width = width_] {
      for (std::size_t start = 0; start < bins * width; start += width) {
#pragma GCC ivdep
        for (std::size_t j = start; j < start + width; ++j) {
          sum[width + j] = sum[j] + w[j];
        }
      }
    });
    sum += input.edges.size() * width_;
    w += (input.edges.size() - 1) * width_;
  }
}

void PiecewiseLinear::add(const BinPlace* at, std::size_t rows, float* z) const {
  vectorised([sums = sums_.data(), width = width_, places = inputs_.size(), at, rows, z] {
    for (std::size_t row = 0; row < rows; ++row) {
      const BinPlace* here = at + row * places;
      float* out = z + row * width;
      std::size_t j = 0;
      for (; j + kBlock <= width; j += kBlock) {
        add_block<kBlock>(sums + j, width, here, places, out + j);
      }
      for (; j < width; j += kLanes) {
        add_block<kLanes>(sums + j, width, here, places, out + j);
      }
    }
  });
}

void PiecewiseLinear::backward(
    const BinPlace* at, std::size_t rows, const float* delta, bool accumulate, float* gradient) {
  std::fill(back_.begin(), back_.end(), 0.0F);
  vectorised([back = back_.data(), width = width_, places = inputs_.size(), at, rows, delta] {
    for (std::size_t row = 0; row < rows; ++row) {
      const float* d = delta + row * width;
      for (std::size_t i = 0; i < places; ++i) {
        const BinPlace place = at[row * places + i];
        const float rest = 1.0F - place.share;
        float* below = back + place.row * width;
        float* above = below + width;
#pragma GCC ivdep
        for (std::size_t j = 0; j < width; ++j) {
          below[j] += rest * d[j];
          above[j] += place.share * d[j];
        }
      }
    }
  });
  // dL/dw_j = sum of the rows after j, from the last bin of each input to its first.
  float* from = back_.data();
  float* to = gradient;
  for (const BinnedInput& input : inputs_) {
    const std::size_t bins = input.edges.size() - 1;
    vectorised([from, to, bins, width = width_, accumulate] {
      for (std::size_t bin = bins; bin-- > 0;) {
        float* after = from + (bin + 1) * width;
        float* sum = from + bin * width;
        float* out = to + bin * width;
#pragma GCC ivdep
        for (std::size_t j = 0; j < width; ++j) {
          out[j] = (accumulate ? out[j] : 0.0F) + after[j];
          sum[j] += after[j];
        }
      }
    });
    from += (bins + 1) * width_;
    to += bins * width_;
  }
}

}  // namespace hpsearch::nn
