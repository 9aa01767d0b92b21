// Quasi-random search: the points of a scrambled Sobol sequence (search/sobol.h).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "search/points/sobol.h"
#include "search/samplers/sampler.h"

namespace hpsearch::search {

// The points of a space: a coordinate for each parameter that is not fixed, in the order of their
// names; a category is the floor of its coordinate times their number, and each step of a range has
// its full share.
class SobolPoints {
 public:
  // `sequence` tells sequences of one seed apart. Throws std::runtime_error where more parameters
  // are searched than the sequence has dimensions.
  SobolPoints(Space space, Constraints constraints, std::uint64_t seed, std::uint32_t sequence);

  // Counted among the points of the sequence that satisfy the constraints. Where hardly any does,
  // one that does not.
  ParamSet point(std::uint64_t index);

 private:
  ParamSet any_point(std::uint64_t index);

  Space space_;
  Constraints constraints_;
  std::vector<std::uint64_t> feasible_;  // points, as far as they are known
  std::uint64_t next_ = 0;               // of the sequence
  std::optional<ScrambledSobol> sobol_;  // empty: nothing is searched
};

// Trial n is the sequence's point n, from its first one on: as many trials as one likes, and later
// more, each a pure function of the sweep's seed and its position.
std::unique_ptr<Sampler> make_sobol_sampler(SearchProblem problem);

}  // namespace hpsearch::search
