// Statistics of a sweep for the page.
#pragma once

#include <string>

#include "reports/findings/importance.h"

namespace hpsearch::reports {

// "importance":{"note":...,"parameters":[{"name":...,"share":...,"p":...,"bins":[...]}]},
// "expected_best":[[n,value],...]: members of the page's object, without braces. `expected_best` is
// the best value that n random trials are expected to find, estimated from this sweep's trials
// (expected_best.h); empty for methods that learn.
std::string page_statistics(const SweepData& data, const RankedImportance& ranked);

}  // namespace hpsearch::reports
