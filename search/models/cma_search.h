// CMA-ES over a space: generations made of trials, edges, steps, categories and restarts.
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

// Generations follow the trials' numbers: the first `population` trials that have ended are the
// first one, and so on, whoever suggested them. So the state is a function of the trials that have
// ended. With a lag W some trials of a generation were drawn from the distribution before, which
// Cma::tell() is told.
//
// - Edges: a point outside of the cube is drawn again, up to 10 times for each dimension, then
//   moved onto the edge.
// - Steps: a draw is moved to the nearest level. So that a level does not hold the distribution
//   when it has become narrow, a draw is spread along a stepped axis until it leaves its cell with
//   a probability of at least 1 / (axes * population) (the margin of Hamano et al. 2022, "CMA-ES
//   with margin").
// - Categories: each has a probability, which moves towards its weight among the better half and
//   keeps at least the same margin, split among the other categories.
// - Restarts: where a generation is narrower than 1e-6 of every range, where its scores and those
//   of the generations before do not differ, or where the condition exceeds 1e14, the search starts
//   again elsewhere, with twice the population (Auger and Hansen 2005, "IPOP").
// - Results of an earlier sweep are no generation, as their points were not drawn from any
//   distribution of this one: they say where the first one lies (search/cma_start.h).
class CmaSearch {
 public:
  // Keeps a reference. `seed`: of the points at which it starts again. `earlier`: of an earlier
  // sweep.
  CmaSearch(const UnitSpace& space,
            std::uint64_t seed,
            std::uint64_t lag,
            std::span<const ModelTrial> earlier = {});

  // Writes a point, drawn from the distribution that the trials lead to. `even`: the point of a
  // scrambled Sobol sequence that is made normal, which spreads a generation more evenly than
  // random numbers (Teytaud and Gelly 2007, "DCMA"); empty: random.
  void suggest(std::span<const ModelTrial> trials,
               std::optional<std::uint64_t> even,
               nn::Stream& stream,
               std::span<double> point);

  int generations() const { return state_->generations; }
  int restarts() const { return state_->restarts; }

 private:
  struct State {
    Cma cma;
    std::vector<std::vector<double>> probabilities;  // of the categories, by categorical axis
    std::vector<std::uint64_t> consumed;             // numbers of the trials that it learnt from
    std::vector<double> recent;                      // best scores of the last generations
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
