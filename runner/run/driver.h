// The search loop: asks the sampler, hands trials to the workers, records what they find.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "runner/run/candidates.h"
#include "runner/run/checkpoints.h"
#include "runner/run/executor.h"
#include "runner/run/kept_weights.h"
#include "runner/run/plan.h"
#include "runner/run/progress.h"
#include "runner/run/trial_folds.h"
#include "runner/run/trial_trainer.h"
#include "search/samplers/sampler.h"
#include "search/sweep/sweep_spec.h"
#include "storage/claims.h"
#include "storage/recorder.h"

namespace hpsearch::runner {

// What bounds one call, whatever the sweep's own limits are.
struct CallLimits {
  std::optional<std::int64_t> trials;  // to begin in this call
  std::optional<std::chrono::steady_clock::time_point> deadline;
};

// All that the loop needs; what it refers to must outlive it.
struct DriverParts {
  const search::SweepSpec& spec;
  TrialFactory& trials;
  search::Sampler& sampler;
  search::Learns learns = search::Learns::kNothing;  // the sampler's rule
  const std::vector<storage::StageRow>& stages;      // of the sweep
  std::set<int> begun;                               // the stages that have begun already
  storage::Recorder& recorder;
  Executor& executor;
  Progress& progress;
  int workers = 1;
  // The epochs that earlier attempts stored, by trial number.
  const std::map<std::uint64_t, std::vector<nn::EpochRecord>>& stored;
  // `stop.time`: what the sweep has left of it ends here.
  std::optional<std::chrono::steady_clock::time_point> deadline;
  CallLimits call;
  std::size_t earlier = 0;  // how many results of an earlier sweep the sampler has
  // What earlier attempts stored of the folds of unfinished trials, by trial number.
  std::map<std::uint64_t, std::vector<StoredTraining>> folds = {};
  Candidates* candidates = nullptr;    // takes all weights, where the sweep has an ensemble
  Checkpoints* checkpoints = nullptr;  // the saved states of trainings; null: none
  // Ends the process, and keeps these weights of the best trial so far. Called again and again once
  // workers have not answered the user's stop within TrialFactory::grace(): they look for it
  // between batches, and a batch of a large network can take minutes. As long as it returns, the
  // loop waits.
  std::function<void(const std::optional<KeptWeights>& best)> abandon = {};
  // Of a sweep that several processes train together; else null. The recorder then writes to
  // Claims::journal().
  storage::Claims* claims = nullptr;
};

// How the loop ended.
struct DriveResult {
  enum class End {
    kComplete,     // nothing is left, or a stop rule of the sweep applies
    kCallLimit,    // this call's own limit; there is more to do
    kInterrupted,  // by `stop`
    kBroken,       // the first trials of a program have all failed
  };
  End end = End::kComplete;
  std::string reason;            // as sweeps.stop_reason names it
  std::uint64_t end_number = 0;  // one past the last trial that counts
  double waited_seconds = 0.0;   // of workers, for results that the sampler learns from with a lag
  double worker_seconds = 0.0;   // of all workers, from the loop's begin to its end
  // Of the sweep's best trial, if it was trained in this call and its trainer has weights. At most
  // this set and one per running trial are in memory at a time.
  std::optional<KeptWeights> kept = std::nullopt;
};

// Trains what the plan leaves: unfinished trials first, then new ones in the order of their
// numbers, each when the trials have ended that its sampler needs. After a stop, or when a rule
// ends the sweep before them, running trials end at their next batch and are recorded as
// interrupted; returns when all have ended and are recorded. Throws what went wrong beyond a single
// trial, likewise after all have ended.
//
// With `claims` it trains those of them that no other process does, goes on with those that a dead
// one has left, and returns once all have ended, wherever.
DriveResult drive(DriverParts parts, Plan plan, const std::stop_token& stop);

}  // namespace hpsearch::runner
