// Small data sets that are computed, not read: the same bits on every machine.
//
// Their numbers come from a generator that fits into ten lines of any language, so that a program
// of another kind can make the same data. Nothing else draws from it: the random numbers of splits,
// searches and trainings are nn/random.h's.
#pragma once

#include <cstdint>
#include <vector>

#include "nn/data/dataset.h"

namespace hpsearch::nn {

// SplitMix64 (Steele, Lea and Flood 2014), bit for bit their Java class SplittableRandom's.
class SplitMix64 {
 public:
  explicit SplitMix64(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next();

  // Uniform on [0, 1): the upper 53 bits of next(), times 2^-53.
  double uniform();

  // Standard normal: sqrt(-2 ln(1 - u)) cos(2 pi v) of the next two uniform numbers u and v.
  double normal();

 private:
  std::uint64_t state_;
};

// Each gives a data set without a name; names and summaries are in builtin_datasets.h.

// The regression of Zhang et al., "Dive into Deep Learning", section 3.7, on which a linear model
// overfits: y = 0.05 + sum of 0.01 x_i + 0.01 e, with 200 inputs x_i and the noise e from N(0, 1).
// 20 rows to train on, 100 in the own test part. From SplitMix64(20): the training rows' x one row
// after the other, their e, the test rows' x, their e, then linear_synthetic_weights().
Dataset make_linear_synthetic();

// The 200 standard normal numbers that follow: the weights from which that section's program starts
// to train, when it shall start from these.
std::vector<double> linear_synthetic_weights();

// Three arms of 100 points each, class by class (after Karpathy's notes for CS231n, "Putting it
// together"): point i of arm k lies at radius r = i / 99 and angle t = 4 k + 4 i / 99 + 0.2 e, at
// (r sin t, r cos t), with e from N(0, 1) in this order from SplitMix64(1).
Dataset make_spiral();

// 200 points of two classes in turn, 0 first: both coordinates from N(1, 1) in class 1 and from
// N(-1, 1) in class 0, in this order from SplitMix64(200).
Dataset make_logistic();

// Truth tables: the rows 00, 01, 10, 11 as bytes, and what the gate says of them. These four are
// the training part, and once more the own validation and the own test part: a gate has no others.
Dataset make_and();
Dataset make_or();
Dataset make_nand();
Dataset make_xor();

}  // namespace hpsearch::nn
