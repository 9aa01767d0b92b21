// CMA-ES over a search space: generations made of trials, boundaries, steps, categories and
// restarts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "nn/base/random.h"
#include "search/models/cma.h"
#include "search/models/cma_start.h"
#include "search/models/model_trials.h"
#include "search/points/sobol.h"

namespace hpsearch::search {

// Builds generations from trials in the order of their numbers: the first `population` trials that
// have ended are the first generation, and so on, no matter who suggested them. The state is
// therefore a function of the ended trials alone. With a lag W, some trials of a generation come
// from the distribution before the last update; Cma::tell() is told which.
//
// - Boundaries: a point outside the cube is redrawn, up to 10 times per dimension, then clamped
//   onto the boundary.
// - Steps: a draw moves to the nearest level. To keep a narrow distribution from getting stuck on
//   one level, draws are spread along a stepped axis until they leave the mean's cell with a
//   probability of at least 1 / (axes * population), the margin of Hamano et al. 2022, "CMA-ES with
//   margin".
// - Categories: each level has a probability that moves towards the level's weight among the better
//   half, and never falls below the same margin divided among the other levels.
// - Restarts: if a generation is narrower than 1e-6 in every range, if its scores and those of
//   recent generations are all equal, or if the condition number exceeds 1e14, the search restarts
//   at a random point with twice the population (IPOP: Auger and Hansen 2005).
// - Results of an earlier sweep do not form generations, as they were not drawn from any of these
//   distributions. They determine the first distribution instead (models/cma_start.h).
class CmaSearch {
 public:
  // Keeps a reference to `space`. `seed` determines the restart points, `earlier` holds the trials
  // of an earlier sweep.
  CmaSearch(const UnitSpace& space,
            std::uint64_t seed,
            std::uint64_t lag,
            std::span<const ModelTrial> earlier = {});

  // Writes a point drawn from the distribution that `trials` lead to. With `even`, the draw is that
  // point of a scrambled Sobol sequence mapped to a normal distribution, which covers a generation
  // more evenly than random numbers (Teytaud and Gelly 2007, "DCMA"); without, it is random.
  void suggest(std::span<const ModelTrial> trials,
               std::optional<std::uint64_t> even,
               nn::Stream& stream,
               std::span<double> point);

  int generations() const { return state_->generations; }
  int restarts() const { return state_->restarts; }

 private:
  struct State {
    Cma cma;
    std::vector<std::vector<double>> probabilities;  // of each categorical axis' levels
    std::vector<Learnt> consumed;                    // the trials learnt from so far
    std::vector<double> recent;                      // best score of each recent generation
    int generations = 0;
    int restarts = 0;
  };

  void begin_first();
  void begin(Cma cma);
  void advance(std::span<const ModelTrial* const> ended);
  void learn(std::span<const ModelTrial* const> generation);
  void learn_categories(std::span<const ModelTrial* const> best_first);
  void restart_if_done(std::span<const ModelTrial* const> best_first);
  double spread(std::size_t axis, double mean, double deviation) const;

  const UnitSpace& space_;
  std::uint64_t seed_;
  std::uint64_t lag_;
  std::vector<std::size_t> numeric_;
  std::vector<std::size_t> categorical_;
  ScrambledSobol sobol_;
  std::optional<CmaStart> start_;
  std::optional<State> state_;
};

}  // namespace hpsearch::search
