// Bayesian optimisation with a Gaussian process as a sampler (models/gp_search.h).
#pragma once

#include <memory>

#include "search/samplers/sampler.h"

namespace hpsearch::search {

// A sampler that can also tell how well its model works.
class GpSampler : public Sampler {
 public:
  // GpSearch::skill(); 0 until the model takes over. Same requirements as suggest().
  virtual double skill(const Known& known) = 0;
};

// Suggests scrambled Sobol points until eight trials have ended, then points of the model.
std::unique_ptr<GpSampler> make_gp(SearchProblem problem);
std::unique_ptr<Sampler> make_gp_sampler(SearchProblem problem);

}  // namespace hpsearch::search
