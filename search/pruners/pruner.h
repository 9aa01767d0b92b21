// Pruners end trials that do badly before their last epoch.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "search/sweep/observation.h"
#include "search/sweep/sweep_spec.h"

namespace hpsearch::search {

// Why a trial is pruned.
struct PruneReason {
  std::string text;  // for people
};

// Judges one trial by its finite scores so far, in the order of its epochs; there is at least one.
// Asked after each epoch that adds one, as long as the trial would go on. A pure function of the
// scores: what they are compared with was fixed at the trial's launch. Thread-safe.
using PruneRule = std::function<std::optional<PruneReason>(std::span<const double> own_scores)>;

class Pruner {
 public:
  virtual ~Pruner() = default;

  // The rule for a trial of this stage. `known.ended`: the trials that it is compared with, with
  // their curves; those of other stages do not count, as they train for other lengths. The trials
  // that are pending do not matter.
  //
  // By the rule of the lag (Learns::kTrials) these are the trials up to t - W, so that what is
  // pruned does not depend on the number of threads or their timing. A pure function of its
  // arguments: state kept between calls is a cache and must not show. Called from one thread.
  virtual PruneRule rule(const Known& known, int stage) = 0;
};

// The pruner of `spec.early_terminate`; null without.
std::unique_ptr<Pruner> make_pruner(const SweepSpec& spec);

}  // namespace hpsearch::search
