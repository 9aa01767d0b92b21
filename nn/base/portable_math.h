// exp, log, sin and cos that return the same bits on every machine.
//
// glibc selects its versions by instruction set, and their last bits differ. Code that turns random
// bits into random numbers uses these functions instead. They use only IEEE 754 double addition,
// subtraction, multiplication and division, which round identically everywhere, and are compiled
// without contraction to fused multiply-adds.
//
// Accuracy: 2 units in the last place. Pure functions, safe on any thread.
#pragma once

namespace hpsearch::nn {

// e^x. 0 below -745, infinity above 709.78; NaN for NaN.
double portable_exp(double x);

// Natural logarithm. -infinity at 0; NaN for negative numbers and NaN.
double portable_log(double x);

// sin(2 pi t) and cos(2 pi t) for t in [0, 1).
struct SinCos {
  double sin;
  double cos;
};
SinCos portable_sincos_turns(double t);

}  // namespace hpsearch::nn
