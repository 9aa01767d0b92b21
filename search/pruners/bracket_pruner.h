// Hyperband: runs several forms of successive halving side by side, because the best first rung is
// not known in advance.
//
// Source: Li et al. 2018, "Hyperband", with the weights of Optuna 5 (HyperbandPruner). Bracket b
// has its first rung at min_iter eta^b, and each trial belongs to one, drawn by the sweep's seed
// and the trial's number: long brackets, which train few trials early, get fewer of them. A trial
// is compared with those of its own bracket.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "search/pruners/pruner.h"

namespace hpsearch::search {

// How many brackets fit: floor(log_eta(max_iter / min_iter)) + 1.
int most_brackets(std::int64_t min_iter, std::int64_t max_iter, double eta);

// The relative frequency of each bracket: ceil(B eta^s / (s + 1)) with
// s = B - 1 - b, for bracket b of B.
std::vector<std::int64_t> bracket_weights(int brackets, double eta);

// The first bracket whose cumulative weight exceeds `draw` modulo all weights.
int bracket_at(std::uint64_t draw, const std::vector<std::int64_t>& weights);

// The draw of a trial.
std::uint64_t bracket_draw(std::uint64_t seed, std::uint64_t trial);

// With the options of `hyperband`. Where `max_iter` is absent, all brackets exist that the option
// asks for.
std::unique_ptr<Pruner> make_bracket_pruner(const PrunerSetup& setup);

// The rungs of all brackets, and halving_trained() of them all.
std::vector<std::int64_t> bracket_rungs(const PrunerOptions& options, std::int64_t epochs);
double bracket_trained(const PrunerOptions& options, std::int64_t epochs);

}  // namespace hpsearch::search
