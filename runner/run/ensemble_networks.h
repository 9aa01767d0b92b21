// The networks that an ensemble is made of or chosen from.
#pragma once

#include <cstdint>
#include <stop_token>
#include <vector>

#include "runner/run/ensemble.h"
#include "runner/run/networks.h"

namespace hpsearch::runner {

// A stop came first.
class EnsembleStopped {};

// A trial with its networks, one or one a fold, and what they say of rows that they have not seen.
struct Candidate {
  std::uint64_t trial = 0;
  std::vector<Network> networks;
  std::vector<double> predictions;  // to be filled in
};

TrialTask task_of(const EndedSweep& ended,
                  const storage::LeaderboardRow& trial,
                  storage::Queries& queries);

// The best trials, at most so many, the best first. Takes their weights from those that were kept,
// where they repeat the stored loss of their epoch to the last bit, and trains the others again.
// Throws as keep_ensemble(), and EnsembleStopped.
std::vector<Candidate> gather_candidates(const EndedSweep& ended,
                                         int most,
                                         storage::Queries& queries,
                                         LinePrinter& printer,
                                         const std::stop_token& stop);

// Trains the winner's settings on each of `data`'s folds, which must outlive the result. Throws as
// keep_ensemble(), and EnsembleStopped.
Candidate train_in_folds(const EndedSweep& ended,
                         const storage::LeaderboardRow& winner,
                         const nn::TrainingData& data,
                         storage::Queries& queries,
                         LinePrinter& printer,
                         const std::stop_token& stop);

}  // namespace hpsearch::runner
