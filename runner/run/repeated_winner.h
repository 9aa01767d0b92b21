// What an ended sweep keeps of a winner that was trained with several seeds.
#pragma once

#include <optional>
#include <stop_token>
#include <vector>

#include "runner/run/winner.h"

namespace hpsearch::runner {

// As keep_winner(): the test part judges the network of each replicate at its best epoch. The test
// metrics are theirs, each with its replicate, and the means, which have epoch 0. The files are
// those of the replicate with the best value, of equal ones the first.
std::optional<std::vector<storage::MetricRow>> keep_repeated_winner(
    const EndedSweep& ended,
    const storage::LeaderboardRow& winner,
    storage::Queries& queries,
    storage::Store& store,
    LinePrinter& printer,
    const std::stop_token& stop);

}  // namespace hpsearch::runner
