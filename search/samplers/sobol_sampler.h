// Quasi-random search along a scrambled Sobol sequence (points/sobol.h).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "search/points/sobol.h"
#include "search/samplers/sampler.h"

namespace hpsearch::search {

// Sobol points of a space: one coordinate per parameter that is not fixed, in the order of their
// names, mapped by value_at(), so each category and each step gets its full share. Not thread-safe.
class SobolPoints {
 public:
  // `sequence` distinguishes sequences with the same seed. Throws std::runtime_error if more
  // parameters are searched than the sequence has dimensions.
  SobolPoints(Space space, Constraints constraints, std::uint64_t seed, std::uint32_t sequence);

  // Point `index` among those of the sequence that satisfy the constraints. If hardly any does,
  // returns one that does not.
  ParamSet point(std::uint64_t index);

 private:
  ParamSet any_point(std::uint64_t index);

  Space space_;
  Constraints constraints_;
  std::vector<std::uint64_t> feasible_;  // indices of feasible points found so far
  std::uint64_t next_ = 0;               // the next index of the sequence to test
  std::optional<ScrambledSobol> sobol_;  // empty: nothing is searched
};

// Position n is the sequence's point n. The number of trials need not be known beforehand: every
// point is a pure function of the sweep's seed and its position.
std::unique_ptr<Sampler> make_sobol_sampler(SearchProblem problem);

}  // namespace hpsearch::search
