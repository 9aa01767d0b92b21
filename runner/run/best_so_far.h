// The best trial of a sweep so far, and its weights.
#pragma once

#include <optional>

#include "runner/run/candidates.h"
#include "runner/run/kept_weights.h"
#include "runner/run/progress.h"
#include "runner/run/running_trial.h"
#include "search/sweep/metric.h"
#include "search/sweep/standing.h"

namespace hpsearch::runner {

// For one thread.
class BestSoFar {
 public:
  // `candidates` takes all weights, where the sweep has an ensemble; else null. `best`: of the
  // trials that have ended before. What it refers to must outlive it.
  BestSoFar(const search::Metric& metric, Candidates* candidates, const search::Standing& best)
      : metric_(metric), candidates_(candidates), best_(best) {}

  // A trial that counts has ended. Takes its weights.
  void ended(const TrialFacts& trial, const search::Standing& standing, TrialOutcome& outcome);

  void show(ProgressSnapshot& snapshot) const;

  // Of the best one, if it was trained here and its trainer has weights.
  const std::optional<KeptWeights>& kept() const { return kept_; }
  std::optional<KeptWeights> take_kept() { return std::move(kept_); }

 private:
  const search::Metric& metric_;
  Candidates* candidates_;
  search::Standing best_;
  std::optional<KeptWeights> kept_;
};

}  // namespace hpsearch::runner
