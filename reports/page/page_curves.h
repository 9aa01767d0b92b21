// Learning curves for the page: of all trials while that is not too much, else of the best ones and
// of a sample, said.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "reports/sweep/sweep_data.h"

namespace hpsearch::reports {

// Which trials' curves a page draws, by index in data.trials, ascending: those that run, the best
// 100, and of the others every k-th, `most` at most together (more only where more run).
std::vector<std::size_t> choose_curves(const SweepData& data, std::size_t most);

// Indices of at most `most` of `count` items at even distances, always the first and the last, and
// `keep`, if it is below count.
std::vector<std::size_t> thin(std::size_t count, std::size_t most, std::size_t keep);

// {"series":["train_loss",...],"total":N,"curves":[{"t":index,"e":[epochs],"s":[[...],...]}]}.
// `e` is left out where the epochs are 1, 2, 3, .... `total`: how many trials have any epoch to
// draw. At most about 250,000 numbers together.
std::string page_curves(storage::Queries& queries, const SweepData& data);

}  // namespace hpsearch::reports
