// The sweep that should follow a stored one.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "reports/findings/advice.h"
#include "storage/records.h"

namespace hpsearch::runner {

// The stored sweep's own file with what `advice` says changed, and a comment at each changed line
// that says why. Its name is the sweep's with "-2", or the next number that none of `taken` has.
// Where nothing but `noise` is said, the best trial's parameters on a grid of five seeds instead.
// What is no single line of a file is left out. Where the method learns from each trial, it begins
// with the results of this sweep, in `database` (empty: it does not). Empty where nothing would
// change.
std::string next_yaml(const storage::SweepRow& sweep,
                      const std::vector<reports::Advice>& advice,
                      const std::vector<std::string>& taken,
                      const std::filesystem::path& database = {});

}  // namespace hpsearch::runner
