// Bayesian optimisation without a choice to make: W&B's name for it, our best methods.
#pragma once

#include <string_view>

#include "search/sampler.h"

namespace hpsearch::search {

// Which method suggests at a position: `gp`; each fourth time, once 16 trials have ended, `tpe`,
// which finds its way where scores have no shape that a Gaussian process could learn; and always
// `tpe` where more than 40 parameters are searched. Each learns from all trials.
std::string_view bayes_method(std::size_t axes, std::size_t ended, std::uint64_t position);

std::unique_ptr<Sampler> make_bayes_sampler(SearchProblem problem);

}  // namespace hpsearch::search
