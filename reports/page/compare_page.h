// Two sweeps beside each other, for the page.
#pragma once

#include <string>

#include "reports/findings/compare_sweeps.h"

namespace hpsearch::reports {

// {"text":...,"number":[...],"stage":[...],"value":[...]}: the comparison in words, and of the
// second sweep what its best so far is made from, trial by trial; null for trials that are not
// complete. `b`: the data of comparison.b.
std::string comparison_page_json(const SweepComparison& comparison, const SweepData& b);

}  // namespace hpsearch::reports
