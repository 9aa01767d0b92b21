// What an ended sweep makes of several networks: the winner's folds, or a mean of the best trials.
#pragma once

#include <optional>
#include <stdexcept>
#include <stop_token>
#include <vector>

#include "runner/run/winner.h"

namespace hpsearch::runner {

// Why an ensemble cannot be made here.
class NoEnsemble : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A sweep in folds has one in any case: the networks of its winner's folds.
bool has_ensemble(const search::SweepSpec& spec);

// Gathers the networks, from the kept weights as far as they are there and by training the others
// again, all at once; chooses among them (`ensemble: {trials: N}`) by their predictions of rows
// that they were not trained on; has the test part judge them; with `refit` trains them again on
// all rows, with the test part unless that came with the data. Writes the model of all of them as
// the winner's, its predictions of the test part, and the row of the ensemble. The test part is
// read once, when all that is chosen is chosen.
//
// Returns the test metrics of the ensemble, which are the winner's; empty if `stop` came first.
// Throws NoEnsemble, NotReproducible and storage::StoreError.
std::optional<std::vector<storage::MetricRow>> keep_ensemble(const EndedSweep& ended,
                                                             const storage::LeaderboardRow& winner,
                                                             storage::Queries& queries,
                                                             storage::Store& store,
                                                             LinePrinter& printer,
                                                             const std::stop_token& stop);

}  // namespace hpsearch::runner
