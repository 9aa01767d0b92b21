// A smooth surface of a metric over two parameters, estimated from scattered trials.
#pragma once

#include <cstddef>
#include <vector>

namespace hpsearch::reports {

// A trial in the unit square: its places on both parameters' own scales, and its value.
struct SurfacePoint {
  double x = 0.0;
  double y = 0.0;
  double value = 0.0;
};

// Values at the centres of size x size cells, row by row from y = 0; NaN where no trial is near
// enough.
struct Surface {
  std::size_t size = 0;
  double bandwidth = 0.0;
  std::vector<double> values;
};

// The Nadaraya-Watson estimator with a Gaussian kernel (Nadaraya 1964, Watson 1964). The bandwidth
// is the one with the smallest leave-one-out squared error out of a geometric series from 0.03 to
// 0.5. With more than 1,000 points, only every k-th is used. Empty with fewer than 5 points. O(n^2)
// for the bandwidth, O(n size^2) for the surface.
Surface smooth_surface(std::vector<SurfacePoint> points, std::size_t size);

}  // namespace hpsearch::reports
