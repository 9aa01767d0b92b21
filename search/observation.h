// What a method may know of a trial that has ended.
#pragma once

#include <cstdint>
#include <optional>

#include "search/space.h"
#include "search/trial.h"

namespace hpsearch::search {

// Observations are given without a gap: trial n is the n-th of them.
struct Observation {
  std::uint64_t number = 0;
  int stage = 0;
  TrialState state = TrialState::kComplete;
  ParamSet params;
  std::optional<double> score;  // lower is better; of complete trials
};

}  // namespace hpsearch::search
