// Inverted dropout (Srivastava et al. 2014, section 10): in training each unit is zeroed with
// probability p, and what is kept is multiplied by 1 / (1 - p), so that its expectation stays what
// it is in evaluation mode, where nothing is done.
#pragma once

#include <cstddef>
#include <cstdint>

namespace hpsearch::nn {

// One layer's dropout: its masks are a function of (seed, layer, update), so none is stored.
class Dropout {
 public:
  // p in [0, 1]. 0 is the identity; 1 zeroes everything. A unit is dropped with the probability
  // p rounded to a multiple of 2^-16.
  Dropout(double p, std::uint64_t seed, std::uint32_t layer);

  bool active() const { return p_ > 0.0; }

  // 1 / (1 - p); 0 for p = 1.
  float scale() const { return scale_; }

  // y[i] = x[i] * mask[i], n numbers, with the mask of update `step`; in place where y == x. The
  // same call takes a gradient back through it.
  void apply(std::uint32_t step, const float* x, float* y, std::size_t n);

 private:
  double p_;
  float scale_;
  std::uint32_t threshold_;
  std::uint64_t seed_;
  std::uint32_t layer_;
};

}  // namespace hpsearch::nn
