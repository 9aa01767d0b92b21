// What all samplers with a model share.
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

// The problem, starting points and trials of a model. Not movable: the parts refer to each other.
class ModelParts {
 public:
  explicit ModelParts(SearchProblem problem);
  ModelParts(const ModelParts&) = delete;
  ModelParts& operator=(const ModelParts&) = delete;

  // True while the model has to wait: until kStart trials have ended, or SearchOptions::startup of
  // them (at least one), counting results of an earlier sweep. Eight Sobol points are a complete
  // net. Always true if nothing is searched.
  static constexpr std::size_t kStart = 8;
  bool too_early(const Known& known) const;

  // The number of results: ended trials here and in the earlier sweep.
  std::size_t results(const Known& known) const {
    return problem_.earlier.size() + known.ended.size();
  }

  // A suggestion without a model: a scrambled Sobol point, or a random one if that was rejected.
  Suggestion start(std::uint64_t position, const Known& known);

  // A predicate: may this point be suggested? No if it breaks a constraint; and in a countable
  // space without duplicates, no if another of `trials` (ModelTrials::read()) has it, as a model's
  // best points would soon all be taken. Points of an earlier sweep may be trained here. Empty: all
  // points may. Must not outlive this object.
  std::function<bool(std::span<const double> point)> allowed(
      std::span<const ModelTrial> trials) const;

  // The random stream for a position's suggestion; `index` distinguishes several streams.
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
