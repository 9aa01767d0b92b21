// Writes the suggested next sweep after a stored one.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "reports/findings/advice.h"
#include "storage/records.h"

namespace hpsearch::runner {

// The stored sweep's own file with the changes that `advice` asks for, each with a comment that
// gives the reason. The name is the sweep's with "-2", or the next number not in `taken`. If the
// only advice is `noise`, the file repeats the best trial on a grid of five seeds instead. Advice
// that is not a single line of a file is ignored. If the method learns from each trial, the new
// sweep starts from the results of this one in `database`, unless that is empty. Empty if nothing
// would change.
std::string next_yaml(const storage::SweepRow& sweep,
                      const std::vector<reports::Advice>& advice,
                      const std::vector<std::string>& taken,
                      const std::filesystem::path& database = {});

}  // namespace hpsearch::runner
