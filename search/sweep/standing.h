// The one order in which the trials of a sweep rank.
#pragma once

#include <cstdint>
#include <optional>

#include "search/sweep/trial.h"

namespace hpsearch::search {

// What a trial's rank depends on. Without values: that of no trial, which every complete one beats.
struct Standing {
  TrialState state = TrialState::kQueued;
  int stage = 0;
  std::optional<double> score = {};  // lower is better
  std::uint64_t number = 0;
  bool mean = false;       // the score is that of a mean over several trainings
  double violation = 0.0;  // of the sweep's constraints on results (violation_of()); 0: none
};

// Only complete trials rank: a pruned, diverged or failed one beats no other, whatever its score.
// Of two complete ones the later stage is better; then one with a score; then the lesser violation;
// then a mean over several trainings, which in a repeated sweep only the repeated trials have; then
// the lower score; then the lower number. A strict weak order, which the views `leaderboard` and
// `best_trials` share.
bool better(const Standing& a, const Standing& b);

// True if `standing` has a place on the leaderboard, where `best` is the first of all by better().
bool ranks(const Standing& standing, const Standing& best);

}  // namespace hpsearch::search
