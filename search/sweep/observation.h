// What a method may know about other trials.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "search/space/space.h"
#include "search/sweep/trial.h"

namespace hpsearch::search {

// The finite scores of a training by one metric, in the order of their epochs.
using Curve = std::vector<double>;

struct Observation {
  std::uint64_t number = 0;
  int stage = 0;
  TrialState state = TrialState::kComplete;  // kRunning: pending
  ParamSet params;
  // The best epoch's score, lower is better. Only complete and pruned trials have one; diverged and
  // failed trials rank behind every score.
  std::optional<double> score = std::nullopt;
  int epochs = 0;  // epochs trained; 0 while pending
  // What pruners compare, by fold and then by watched metric (watched_metrics()); one fold for a
  // trial without. Diverged and failed trials have them too. Only where the sweep has a pruner.
  std::vector<std::vector<Curve>> curves = {};
  std::vector<double> fold_scores = {};  // of a complete trial in folds, by fold; likewise
  bool paused = false;                   // pruned, and may go on as another trial
  int rung = 0;                          // how often the trial had been promoted when it began
  std::optional<std::uint64_t> continues = {};  // of a promoted one: the trial that was paused
  // Of a complete or pruned trial, by constraint on results (margins_of()). Empty: not judged.
  std::vector<double> margins = {};

  // Empty where the trial has none.
  const Curve& curve(std::size_t fold, std::size_t watch) const {
    static const Curve kNone;
    return fold < curves.size() && watch < curves[fold].size() ? curves[fold][watch] : kNone;
  }
};

// The results that a suggestion may depend on.
struct Known {
  // Trials that have ended, by number. There are no gaps: ended[i] is trial i. Only in greedy mode
  // (`parallel.deterministic: false`) may some be missing.
  std::span<const Observation> ended = {};
  // The trials between these and the one being suggested, by number, as far as they are not in
  // `ended`. They appear as kRunning without a result, even if they have one by now.
  std::span<const Observation> pending = {};
  // How often this suggestion has been drawn and rejected so far, for instance because an earlier
  // trial had the same values. Each value of `draw` must use fresh random numbers.
  std::uint32_t draw = 0;
};

}  // namespace hpsearch::search
