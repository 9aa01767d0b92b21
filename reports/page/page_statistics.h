// The statistics of a sweep for the page.
#pragma once

#include <string>

#include "reports/sweep/sweep_data.h"

namespace hpsearch::reports {

// "importance":{"note":...,"parameters":[{"name":...,"share":...,"p":...,"bins":[...]}]},
// "expected_best":[[n,value],...]: members of the page's object, without its braces.
// `expected_best`: the best value that n trials of a search that learns nothing are expected to
// find, from its own trials (expected_best.h); empty for methods that learn.
std::string page_statistics(const SweepData& data);

}  // namespace hpsearch::reports
