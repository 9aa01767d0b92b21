// The comparison of two sweeps, for the page.
#pragma once

#include <string>

#include "reports/findings/compare_sweeps.h"

namespace hpsearch::reports {

// {"text":...,"number":[...],"stage":[...],"value":[...]}: the comparison as text, and the second
// sweep's trials, from which the page draws its best so far. Values of trials that are not complete
// are null. `b` is the data of comparison.b.
std::string comparison_page_json(const SweepComparison& comparison, const SweepData& b);

}  // namespace hpsearch::reports
