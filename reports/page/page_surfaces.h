// Surfaces of the metric over pairs of parameters, for the page.
#pragma once

#include <string>

#include "reports/sweep/sweep_data.h"

namespace hpsearch::reports {

// [{"x":i,"y":j,"size":n,"bandwidth":h,"values":[...]}]: a smoothed surface (surface.h) over the
// ranked trials for each pair of the first six numeric parameters, x before y in the order of
// data.parameters. Scores in the worst tenth are replaced by its best, so that a few bad trials do
// not flatten the picture.
std::string page_surfaces(const SweepData& data);

}  // namespace hpsearch::reports
