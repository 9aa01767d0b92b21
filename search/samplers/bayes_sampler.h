// Bayesian optimisation that picks its own method: gp, tpe or cmaes at each position. Named after
// W&B's `bayes`.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "search/samplers/sampler.h"

namespace hpsearch::search {

// The method that suggests at a position, and why, for people.
struct BayesChoice {
  std::string_view method;  // gp, tpe or cmaes
  std::string_view reason;

  bool operator==(const BayesChoice&) const = default;
};

// `axes` is the number of searched parameters, `ended` the number of ended trials including those
// of an earlier sweep, and `skill` how well a Gaussian process predicts the better half of them
// (GpSearch::skill()).
// - More than 40 parameters: tpe.
// - Fewer than 16 ended trials: gp.
// - The process predicts well, so the scores are smooth: gp, and every fourth time cmaes, which can
//   follow a valley that fits no length scale. "Well" is a correlation of at least 0.75, or one not
//   more than a standard error below: with few trials, only a clear failure counts against gp.
// - Otherwise the scores are rugged or noisy, and the process would mislead: cmaes, and every
//   fourth time tpe.
// Every method learns from all trials.
BayesChoice bayes_choice(std::size_t axes, std::size_t ended, double skill, std::uint64_t position);

// The first suggestion is the middle of all ranges. Until eight trials have ended, suggestions are
// scrambled Sobol points in the middle 80 % of each range: people centre ranges on what they
// expect, and a process interpolates inwards better than it extrapolates to the edges.
std::unique_ptr<Sampler> make_bayes_sampler(SearchProblem problem);

}  // namespace hpsearch::search
