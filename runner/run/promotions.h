// Trials that `early_terminate` pauses, and what goes on with them later.
//
// A promotion is a trial of its own, with the paused trial's parameters and seed: its parent. It
// continues the parent's training from the saved state, or repeats it where there is none, with the
// same bits; either way it has the parent's epochs too. It does not count in `run_cap`.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "runner/run/checkpoints.h"
#include "runner/run/history.h"
#include "runner/run/launch.h"
#include "search/pruners/pruner.h"
#include "search/sweep/sweep_spec.h"
#include "storage/reader.h"

namespace hpsearch::runner {

// For one thread.
class Promotions {
 public:
  // A trial has begun; or its row says so.
  void begun(const storage::TrialStart& start);
  void begun(const storage::TrialRow& row);
  // It is paused, having trained these epochs. `comparable`: training them again here must give the
  // same bits, as on the same CPU and build.
  void paused(std::uint64_t number, std::vector<nn::EpochRecord> epochs, bool comparable = true);

  // It has ended: tells `history` if it is a promotion, and discards its parent's state then. What
  // a paused trial has trained moves over.
  void ended(std::uint64_t number,
             TrialOutcome& outcome,
             History& history,
             Checkpoints* checkpoints);

  // How often the trial had been promoted when it began.
  int rung(std::uint64_t number) const;
  // The trial that this one goes on with; empty if it is no promotion.
  std::optional<std::uint64_t> parent(std::uint64_t number) const;
  // Of so many epochs, those that it has not from its parent.
  int own_epochs(std::uint64_t number, int epochs) const;
  // The paused trials that have gone on.
  const std::set<std::uint64_t>& gone_on() const { return gone_on_; }

  // Trial `number`, which goes on with a paused one.
  Launch launch(const search::SweepSpec& spec,
                std::uint64_t number,
                const search::Promotion& promotion) const;

  // Adds what a promotion continues to a launch that was made from its row; does nothing for other
  // trials.
  void complete(Launch& launch) const;

 private:
  struct Trial {
    search::ParamSet params;
    std::uint64_t seed = 0;
    int stage = 0;
    int epochs = 0;
    std::optional<std::uint64_t> parent = {};   // of a promotion
    std::vector<nn::EpochRecord> trained = {};  // of a paused trial
    bool comparable = true;
  };
  void add(std::uint64_t number, Trial trial);
  void continue_from(std::uint64_t parent, Launch& launch) const;

  std::map<std::uint64_t, Trial> trials_;
  std::set<std::uint64_t> gone_on_;
};

// discard_ended() of a trial that does not wait for a promotion.
void discard_unless_paused(Checkpoints* checkpoints,
                           std::uint64_t trial,
                           const TrialOutcome& outcome);

// Does a pruner of the sweep promote trials?
bool promotes(const search::SweepSpec& spec);

// Was the trial paused, to go on as another one perhaps?
bool is_paused(const storage::TrialRow& trial);

// The paused trials whose state may still be needed: those that no promotion has ended.
std::vector<storage::TrialRow> waiting_for_promotion(const std::vector<storage::TrialRow>& trials);

}  // namespace hpsearch::runner
