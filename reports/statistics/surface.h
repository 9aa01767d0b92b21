// A metric over two parameters as a smooth surface, estimated from scattered trials.
#pragma once

#include <cstddef>
#include <vector>

namespace hpsearch::reports {

// A trial on the unit square: its places on the two parameters' own scales, and its value.
struct SurfacePoint {
  double x = 0.0;
  double y = 0.0;
  double value = 0.0;
};

// Values at the centres of size x size cells, row by row from y = 0; NaN where no trial is near
// enough to say anything.
struct Surface {
  std::size_t size = 0;
  double bandwidth = 0.0;
  std::vector<double> values;
};

// The Nadaraya-Watson estimate with a Gaussian kernel (Nadaraya 1964, Watson 1964). Its bandwidth
// is the one of a geometric series from 0.03 to 0.5 whose leave-one-out squared error is the
// smallest. Of more than 1,000 points every k-th is taken. Empty for fewer than 5 points. O(n^2).
Surface smooth_surface(std::vector<SurfacePoint> points, std::size_t size);

}  // namespace hpsearch::reports
