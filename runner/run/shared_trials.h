// The trials of a sweep that several processes train together, as one of them sees them.
//
// Each process makes the same decisions in the same order: parameters, promotions, stages and stop
// rules are functions of ended trials, by the rule of the lag. So each comes to each trial by
// itself, and asks for it only then. A trial that another one has counts as begun; once it has
// ended, its rows say what it came to. This costs every process all suggestions, and saves all
// messages.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "runner/run/checkpoints.h"
#include "runner/run/launch.h"
#include "runner/run/running_trial.h"
#include "runner/run/trial_folds.h"
#include "runner/run/trial_trainer.h"
#include "search/sweep/sweep_spec.h"
#include "storage/claims.h"
#include "storage/recorder.h"

namespace hpsearch::runner {

// For one thread. Throws storage::StoreError.
class SharedTrials {
 public:
  // What it refers to must outlive it; `checkpoints` may be null.
  SharedTrials(storage::Claims& claims,
               const search::SweepSpec& spec,
               TrialFactory& trials,
               Checkpoints* checkpoints);

  // Asks for the trial. True: it is to be trained here, its rows say so, and the launch and
  // `trainings` have all that earlier attempts have stored of it. False: it is left to others.
  bool claim(Launch& launch,
             std::vector<storage::EventRow> events,
             std::vector<StoredTraining>& trainings);

  // Was the last claim refused since the sweep is closed or has ended?
  bool is_closed() const { return claims_.is_closed(); }

  // A trial below `end` that whoever had it has not ended, and trains no more.
  std::optional<Launch> next_free(std::uint64_t end);

  // Are there trials below `end` that others have begun and not ended?
  bool waits(std::uint64_t end) const;

  struct Ended {
    TrialFacts trial;
    TrialOutcome outcome;
  };
  // What others have ended since the last call, by number.
  std::vector<Ended> poll();

  // Has another process ended the sweep?
  bool is_over() { return claims_.is_over(); }

  // See storage::Claims.
  bool has_lease() const { return claims_.has_lease(); }

  // Trials that were taken away from this process: to be stopped.
  const std::set<std::uint64_t>& lost();
  // Is a trial that is over here still this process's, as far as the database says? Else it is left
  // to others from now on, and none of its records meets a later attempt's.
  bool is_ours(std::uint64_t number, storage::Recorder& recorder);

  // A trial has ended here.
  void ended(std::uint64_t number) { ours_.erase(number); }

 private:
  bool kinds_differ();
  void read_stored(const storage::Claimed& claimed,
                   Launch& launch,
                   std::vector<StoredTraining>& trainings);
  void adopt_states(const Launch& launch, int attempt);
  void require_equal(const Launch& launch, const storage::TrialRow& row) const;

  storage::Claims& claims_;
  const search::SweepSpec& spec_;
  TrialFactory& trials_;
  Checkpoints* checkpoints_;
  std::vector<search::Metric> watched_;
  std::map<std::uint64_t, Launch> elsewhere_;  // begun by others, or by nobody yet
  std::set<std::uint64_t> free_;               // of these
  std::map<std::uint64_t, Launch> ours_;
  std::set<std::uint64_t> lost_;  // of these, or of those that have ended
};

}  // namespace hpsearch::runner
