// Bayesian optimisation by a Gaussian process (search/gp_search.h).
#pragma once

#include <memory>

#include "search/samplers/sampler.h"

namespace hpsearch::search {

// It says, too, how well it does.
class GpSampler : public Sampler {
 public:
  // GpSearch::skill(); 0 as long as there are no points of the model. Requires what suggest() does.
  virtual double skill(const Known& known) = 0;
};

// Scrambled Sobol points until eight trials have ended, then points of the model.
std::unique_ptr<GpSampler> make_gp(SearchProblem problem);
std::unique_ptr<Sampler> make_gp_sampler(SearchProblem problem);

}  // namespace hpsearch::search
