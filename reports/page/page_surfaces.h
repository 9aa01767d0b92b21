// Maps of the metric over pairs of parameters, for the page.
#pragma once

#include <string>

#include "reports/sweep/sweep_data.h"

namespace hpsearch::reports {

// [{"x":i,"y":j,"size":n,"bandwidth":h,"values":[...]}]: a smoothed surface (surface.h) for each
// pair of the first six numeric parameters, x before y in the order of data.parameters, over the
// trials that are ranked. Of values far worse than the rest the surface sees the 10 % quantile, so
// that a few bad trials do not flatten the picture.
std::string page_surfaces(const SweepData& data);

}  // namespace hpsearch::reports
