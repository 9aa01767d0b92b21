// What a method may know of other trials.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "search/space/space.h"
#include "search/sweep/trial.h"

namespace hpsearch::search {

struct Observation {
  std::uint64_t number = 0;
  int stage = 0;
  TrialState state = TrialState::kComplete;  // kRunning: pending
  ParamSet params;
  // Of complete and pruned trials: their best epoch's, lower is better. Diverged and failed ones
  // have none: no result is worse.
  std::optional<double> score = std::nullopt;
  int epochs = 0;  // that it trained; 0 of pending ones
};

// What a suggestion may be made from.
struct Known {
  // Trials that have ended, by number. Without a gap from number 0 on: the trial of number i is
  // ended[i]; only in the greedy mode (`parallel.deterministic: false`) some are missing.
  std::span<const Observation> ended = {};
  // The trials between these and the one that is asked for, by number, as far as they are not in
  // `ended`: state kRunning, without a result, even where they have one by now.
  std::span<const Observation> pending = {};
  // Counts from 0 how often this suggestion was drawn before and had values that it must not have,
  // such as those of an earlier trial: random numbers are to come from further counters.
  std::uint32_t draw = 0;
};

}  // namespace hpsearch::search
