// What the samplers that learn from each trial have in common.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "nn/base/random.h"
#include "search/models/model_trials.h"
#include "search/samplers/sampler.h"
#include "search/samplers/sobol_sampler.h"

namespace hpsearch::search {

// A model's problem, its points and its trials. Not to be moved: parts refer to each other.
class ModelParts {
 public:
  explicit ModelParts(SearchProblem problem);
  ModelParts(const ModelParts&) = delete;
  ModelParts& operator=(const ModelParts&) = delete;

  // Do models have to wait? They begin when so many trials have ended, a whole net of Sobol points,
  // or as many as SearchOptions::startup says, but at least one; the results of an earlier sweep
  // count. Where nothing is searched they have nothing to do.
  static constexpr std::size_t kStart = 8;
  bool too_early(const Known& known) const;

  // How many results there are: of trials that have ended, here and in the earlier sweep.
  std::size_t results(const Known& known) const {
    return problem_.earlier.size() + known.ended.size();
  }

  // A suggestion without a model: a scrambled Sobol point; where it must not be taken, a random
  // one.
  Suggestion start(std::uint64_t position, const Known& known);

  // May a point be suggested? Not where it breaks a constraint; nor, in a space that can be
  // counted, where another of these trials (ModelTrials::read()) has it and duplicates are to be
  // avoided: else the best points of a model would soon be such. Those of an earlier sweep may be
  // trained here. Empty: all may. Lives as long as the parts.
  std::function<bool(std::span<const double> point)> allowed(
      std::span<const ModelTrial> trials) const;

  // The random numbers of a position's suggestion; of several streams by their index.
  nn::Stream stream(std::uint64_t position, const Known& known, std::uint32_t index = 0) const;

  const SearchProblem& problem() const { return problem_; }
  const UnitSpace& units() const { return units_; }
  ModelTrials& trials() { return trials_; }

 private:
  SearchProblem problem_;
  SobolPoints points_;
  UnitSpace units_;
  ModelTrials trials_;
  bool countable_;
};

}  // namespace hpsearch::search
