// Bayesian optimisation without a choice to make: W&B's name for it, our best methods.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "search/samplers/sampler.h"

namespace hpsearch::search {

// Which method suggests at a position, and why, for people.
struct BayesChoice {
  std::string_view method;  // gp, tpe or cmaes
  std::string_view reason;

  bool operator==(const BayesChoice&) const = default;
};

// `axes`: how many parameters are searched. `ended`: how many trials have, those of an earlier
// sweep among them. `skill`: how well the Gaussian process foretells the better half of them
// (GpSearch::skill()).
// - More than 40 parameters: tpe.
// - Before 16 trials have ended: gp.
// - Where the process foretells them well, scores are smooth: gp, each fourth time cmaes, which
//   follows a valley that the process has no length for. Well: a correlation of 0.75, or one that
//   could be a sample of such a one (a standard error less): while there are few trials the process
//   is distrusted for a bad failure only.
// - Else they are rugged or noisy, and what the process expects misleads: cmaes, each fourth time
//   tpe.
// Each learns from all trials.
BayesChoice bayes_choice(std::size_t axes, std::size_t ended, double skill, std::uint64_t position);

// The first suggestion is the middle of all ranges, those until eight trials have ended are
// scrambled Sobol points of the middle 80 % of each: people write a range around what they expect,
// and a process tells the edges from points inside better than the inside from points at edges.
std::unique_ptr<Sampler> make_bayes_sampler(SearchProblem problem);

}  // namespace hpsearch::search
