// Compares the configurations of two stored sweeps.
#pragma once

#include <vector>

#include "reports/findings/compare_sweeps.h"
#include "storage/records.h"

namespace hpsearch::runner {

// Every key whose value differs, with its path.
std::vector<reports::ConfigDifference> config_differences(const storage::SweepRow& a,
                                                          const storage::SweepRow& b);

}  // namespace hpsearch::runner
