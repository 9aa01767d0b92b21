// Warps scores so that a smooth model can fit them.
#pragma once

#include <span>
#include <vector>

#include "search/models/model_trials.h"

namespace hpsearch::search {

// One value per ended trial, lower is better, with mean 0 and variance 1. The better half keeps its
// distances. The worse half, trials without a result included, is placed by rank where the worse
// half of a normal distribution with the better half's spread would lie, so a loss of 1e6 says no
// more than "bad". This is the half-rank warping of Song et al. 2024, "The Vizier Gaussian process
// bandit algorithm". Equal trials get equal values.
std::vector<double> warped_scores(std::span<const ModelTrial* const> ended);

}  // namespace hpsearch::search
