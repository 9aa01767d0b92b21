// The median, by which missing numbers are filled.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace hpsearch::nn {

// The middle value, or the mean of the two middle values; 0 without values. Reorders them.
template <class Number>
double median(std::vector<Number>& values) {
  if (values.empty()) {
    return 0.0;
  }
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  const auto above = static_cast<double>(*middle);
  if (values.size() % 2 == 1) {
    return above;
  }
  return (static_cast<double>(*std::max_element(values.begin(), middle)) + above) / 2.0;
}

}  // namespace hpsearch::nn
