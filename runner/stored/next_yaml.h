// Writes the suggested next sweep after a stored one.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "reports/findings/advice.h"
#include "storage/records.h"

namespace hpsearch::runner {

// The pieces of advice that its file can carry out: with the line that each proposes, and without
// the parameters that no trial could use then, the file is valid. Pieces without a line stay.
std::vector<reports::Advice> feasible_advice(const storage::SweepRow& sweep,
                                             std::vector<reports::Advice> advice);

// The stored sweep's own file with what `advice` says changed, and a comment at each changed line
// that says why. Its name is the sweep's with "-2", or the next number that none of `taken` has.
// Where nothing but `noise` is said, the best trial's parameters on a grid of five seeds instead.
// What cannot be carried out is left out; the file is always valid. A parameter that no trial can
// use any more is left out too, with a comment. Where the method learns from each trial, it begins
// with the results of this sweep, in `database` (empty: it does not). Empty where nothing would
// change.
std::string next_yaml(const storage::SweepRow& sweep,
                      const std::vector<reports::Advice>& advice,
                      const std::vector<std::string>& taken,
                      const std::filesystem::path& database = {});

}  // namespace hpsearch::runner
