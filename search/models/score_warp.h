// Scores as a model of smooth functions can take them.
#pragma once

#include <span>
#include <vector>

#include "search/models/model_trials.h"

namespace hpsearch::search {

// Of trials that have ended, a value each, lower is better, mean 0 and variance 1. The better half
// keeps its distances; the worse half, up to the trials without a result, is put where the worse
// half of a normal distribution with the better half's spread would be, by rank: a loss of 1e6 says
// no more than that it is bad (the half-rank warping of Song et al. 2024, "The Vizier Gaussian
// process bandit algorithm"). Equal trials get equal values.
std::vector<double> warped_scores(std::span<const ModelTrial* const> ended);

}  // namespace hpsearch::search
