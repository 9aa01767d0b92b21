// Distributions that are rounded to multiples of q, as W&B does: round(x / q) * q, half to even.
#pragma once

#include "nn/base/value.h"
#include "search/space/distribution.h"

namespace hpsearch::runner {

// The nearest multiple: a whole number if q is one.
nn::Value rounded(double x, const nn::Value& q);

// All multiples that draws from `range` round to, which may lie half a q beyond its ends. One alone
// gives a fixed value. On a log scale that rounds to 0 a list with the chance of each.
search::Distribution quantised(const search::Numeric& range, const nn::Value& q);

// A list with the chance of each multiple.
search::Distribution quantised(const search::Beta& beta, const nn::Value& q);

// numpy.arange(low, high, q): from low on in steps of q, without high.
search::Distribution arange(const search::Numeric& range, const nn::Value& q);

}  // namespace hpsearch::runner
