// Inverted dropout (Srivastava et al. 2014, section 10). Training zeroes each unit with probability
// p and multiplies the others by 1 / (1 - p), which preserves the expectation; evaluation does
// nothing.
#pragma once

#include <cstddef>
#include <cstdint>

namespace hpsearch::nn {

// Dropout of one layer. A mask is a function of (seed, layer, update), so none is ever stored.
class Dropout {
 public:
  // Requires p in [0, 1]: 0 is the identity, 1 zeroes everything. The probability in effect is p
  // rounded to a multiple of 2^-16.
  Dropout(double p, std::uint64_t seed, std::uint32_t layer);

  // Multiplies p by `factor`, in [0, 1], from now on; 1 restores p itself.
  void fade(double factor);

  // False if apply() is the identity in training as well, with any factor.
  bool active() const { return p_ > 0.0; }

  // 1 / (1 - p) for the present p; 0 for p = 1.
  float scale() const { return scale_; }

  // y[i] = x[i] * mask[i] for n numbers with the mask of update `step`; y may be x. The mask holds
  // 0 and scale(), so the same call takes a gradient back through the layer.
  void apply(std::uint32_t step, const float* x, float* y, std::size_t n);

  // The same for two arrays at once, in place: with the random numbers of one call, an activation
  // and its slopes.
  void apply_to_both(std::uint32_t step, float* x, float* y, std::size_t n);

 private:
  template <class Use>
  void for_each_unit(std::uint32_t step, std::size_t n, Use use) const;

  double p_;  // before fading
  float scale_ = 1.0F;
  std::uint32_t threshold_ = 0;
  std::uint64_t seed_;
  std::uint32_t layer_;
};

}  // namespace hpsearch::nn
