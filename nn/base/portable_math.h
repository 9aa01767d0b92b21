// exp, log, sin and cos whose bits are the same on every machine.
//
// glibc picks variants of these by instruction set, and their last bits differ. Everything that
// turns random bits into random numbers uses these instead: they are plain IEEE-754 double
// arithmetic
// (+ - * / and square root round the same everywhere), compiled without contraction.
// Accuracy: within 2 units in the last place on the ranges below.
#pragma once

namespace hpsearch::nn {

// e^x. 0 below -745, infinity above 709.78; NaN for NaN.
double portable_exp(double x);

// Natural logarithm. -infinity at 0, NaN below and for NaN.
double portable_log(double x);

// sin(2 pi t) and cos(2 pi t) for t in [0, 1).
struct SinCos {
  double sin;
  double cos;
};
SinCos portable_sincos_turns(double t);

}  // namespace hpsearch::nn
