#include "nn/kernels/softmax.h"

#include <algorithm>
#include <cassert>
#include <limits>

#include "nn/base/vector_unit.h"
#include "nn/kernels/transpose.h"
#include "nn/kernels/vector_math.h"

namespace hpsearch::nn {
namespace {

// Classes [first, first + kLanes) of all rows, transposed: at[class - first][row]. Loops over
// classes then work on all rows at once. Missing rows repeat the last one, so that no lane needs a
// branch.
struct Tile {
  alignas(kCacheLine) float at[kLanes][kLanes];

  void read(const LogitRows& in, std::size_t first) {
    for (std::size_t row = 0; row < kLanes; row += 4) {
      const float* from[4];
      for (std::size_t i = 0; i < 4; ++i) {
        from[i] = in.z + std::min(row + i, in.rows - 1) * in.stride + first;
      }
      for (std::size_t column = 0; column < kLanes; column += 4) {
        const Square s =
            Square::read(from[0] + column, from[1] + column, from[2] + column, from[3] + column)
                .transposed();
        for (std::size_t i = 0; i < 4; ++i) {
          s.write_row(static_cast<int>(i), &at[column + i][row]);
        }
      }
    }
  }

  void write(const LogitRows& out, std::size_t first) const {
    for (std::size_t row = 0; row < out.rows; row += 4) {
      const std::size_t rows = std::min<std::size_t>(4, out.rows - row);
      for (std::size_t column = 0; column < kLanes; column += 4) {
        const Square s = Square::read(&at[column][row], &at[column + 1][row], &at[column + 2][row],
                                      &at[column + 3][row])
                             .transposed();
        for (std::size_t i = 0; i < rows; ++i) {
          s.write_row(static_cast<int>(i), out.z + (row + i) * out.stride + first + column);
        }
      }
    }
  }
};

// Up to 64 classes stay transposed between the two passes; more are read again.
constexpr std::size_t kKept = 4;

// What the first pass leaves to the second.
struct Largest {
  Tile tiles[kKept];
  float logit[kLanes];
  float poison[kLanes];  // 0, or NaN if a logit is not finite, which the comparisons would hide
};

// Pass 1: the largest logit of each row and its class.
void find_largest(const LogitRows& in, Largest& largest, SoftmaxRows& out) {
  for (std::size_t i = 0; i < kLanes; ++i) {
    largest.logit[i] = std::numeric_limits<float>::lowest();
    largest.poison[i] = 0.0F;
    out.predicted[i] = 0;
  }
  for (std::size_t first = 0; first < in.classes; first += kLanes) {
    Tile& tile = largest.tiles[first / kLanes % kKept];
    tile.read(in, first);
    const std::size_t n = std::min(kLanes, in.classes - first);
    for (std::size_t j = 0; j < n; ++j) {
      const auto number = static_cast<std::uint32_t>(first + j);
      for (std::size_t i = 0; i < kLanes; ++i) {
        const float z = tile.at[j][i];
        const bool is_larger = z > largest.logit[i];  // strictly: the first of equals wins
        largest.poison[i] += z * 0.0F;
        largest.logit[i] = is_larger ? z : largest.logit[i];
        out.predicted[i] = is_larger ? number : out.predicted[i];
      }
    }
  }
}

// Pass 2: exp(z_j - largest) <= 1, which cannot overflow, and its sum.
template <bool kKeepExponentials>
void exponentiate(const LogitRows& in, Largest& largest, SoftmaxRows& out) {
  std::fill_n(out.sum, kLanes, 0.0F);
  for (std::size_t first = 0; first < in.classes; first += kLanes) {
    Tile& tile = largest.tiles[first / kLanes % kKept];
    if (in.classes > kKept * kLanes) {
      tile.read(in, first);
    }
    const std::size_t n = std::min(kLanes, in.classes - first);
    for (std::size_t j = 0; j < n; ++j) {
      for (std::size_t i = 0; i < kLanes; ++i) {
        const float e = exp_nonpositive(tile.at[j][i] - largest.logit[i]);
        out.sum[i] += e;
        tile.at[j][i] = e;
      }
    }
    if constexpr (kKeepExponentials) {
      // Padding classes of the last tile.
      std::fill(tile.at[0] + n * kLanes, tile.at[0] + kLanes * kLanes, 0.0F);
      tile.write(in, first);
    }
  }
}

template <bool kKeepExponentials>
SoftmaxRows softmax(const LogitRows& in) {
  assert(in.rows > 0 && in.rows <= kLanes && in.stride % kLanes == 0);
  SoftmaxRows out;
  Largest largest;
  find_largest(in, largest, out);
  // largest - z_label, before the exponentials overwrite the logits. In double, since the
  // difference of two finite logits may overflow a float.
  for (std::size_t i = 0; i < kLanes; ++i) {
    const std::size_t row = std::min(i, in.rows - 1);
    out.loss[i] = static_cast<double>(largest.logit[i]) -
                  static_cast<double>(in.z[row * in.stride + in.labels[row]]) +
                  static_cast<double>(largest.poison[i]);
  }
  exponentiate<kKeepExponentials>(in, largest, out);
  for (std::size_t i = 0; i < kLanes; ++i) {
    // The sum is at least 1: the largest logit contributes e^0.
    out.loss[i] += static_cast<double>(log_positive(out.sum[i]));
  }
  return out;
}

}  // namespace

SoftmaxRows softmax_rows(const LogitRows& in) {
  return vectorised([in] { return softmax<false>(in); });
}

SoftmaxRows softmax_exponentials(const LogitRows& in) {
  return vectorised([in] { return softmax<true>(in); });
}

}  // namespace hpsearch::nn
