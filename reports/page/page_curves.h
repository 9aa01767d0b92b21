// Learning curves for the page: all trials if they are not too many, otherwise the best ones and a
// sample, which the page then says.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "reports/sweep/sweep_data.h"

namespace hpsearch::reports {

// The trials whose curves the page draws, as ascending indices into data.trials: running trials,
// the best 100, and every k-th of the others, `most` at most in total (exceeded only by running
// trials).
std::vector<std::size_t> choose_curves(const SweepData& data, std::size_t most);

// At most `most` of `count` indices, evenly spaced, always with the first, the last, and `keep` if
// it is below count.
std::vector<std::size_t> thin(std::size_t count, std::size_t most, std::size_t keep);

// {"series":["train_loss",...],"total":N,"curves":[{"t":index,"e":[epochs],"s":[[...],...]}]}. `e`
// is omitted if the epochs are 1, 2, 3, .... Of trials in folds a curve is the mean over the folds.
// `total` is the number of trials with a curve to draw.
// Contains about 250,000 numbers at most.
std::string page_curves(storage::Queries& queries, const SweepData& data);

}  // namespace hpsearch::reports
