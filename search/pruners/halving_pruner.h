// `type: successive_halving`: at each rung only the best go on, decided as trials arrive.
//
// Source: Li et al. 2020, "A System for Massively Parallel Hyperparameter Tuning", in the form
// without pauses and with the arithmetic of Optuna 5 (SuccessiveHalvingPruner). A trial that
// arrives early is compared with few others, and goes on only as the best of them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "search/pruners/pruner.h"
#include "search/pruners/rung_scores.h"

namespace hpsearch::search {

PrunerInfo successive_halving_info();

// min_iter eta^k for k = 0, 1, 2, ..., cut to whole numbers, each once.
std::vector<std::int64_t> halving_rungs(std::int64_t min_iter, double eta);
// Those below `epochs`.
std::vector<std::int64_t> halving_rungs_below(std::int64_t min_iter,
                                              double eta,
                                              std::int64_t epochs);

// The share of their epochs that trials train if one in `eta` goes on at each rung.
double halving_trained(const std::vector<std::int64_t>& rungs, double eta, std::int64_t epochs);

// The keys of pruners with such rungs, and what follows from them; see PrunerInfo.
constexpr PrunerOption min_iter_option() {
  return {.name = "min_iter",
          .fallback = std::int64_t{1},
          .min = 1,
          .max = kMostIterations,
          .meaning = "the first rung, in epochs"};
}
constexpr PrunerOption eta_option(double fallback) {
  return {.name = "eta",
          .kind = PrunerOption::Kind::kReal,
          .fallback = fallback,
          .min = 1.1,
          .meaning = "the factor from one rung to the next; one trial in `eta` goes on"};
}
std::vector<std::int64_t> halving_rungs_of(const PrunerOptions& options, std::int64_t epochs);
double halving_trained_of(const PrunerOptions& options, std::int64_t epochs);
std::string halving_terms(const PrunerOptions& options);

// At a rung a trial goes on if its score is at most the one at index max(int(n / eta) - 1, 0) of
// the n scores there, sorted, its own among them.
PruneRule halving_rule(
    std::vector<SortedScores> others, Rungs rungs, double eta, Metric metric, std::string pruner);

class HalvingPruner final : public Pruner {
 public:
  // `name`: for judgements. `counts`: the trials that it compares with; empty: all.
  HalvingPruner(const PrunerSetup& setup,
                std::string name,
                std::int64_t min_iter,
                std::function<bool(const Observation&)> counts = {});

  PruneRule rule(const Known& known, const Contender& contender) override;

 private:
  std::string name_;
  double eta_;
  Metric metric_;
  RungScores scores_;
};

}  // namespace hpsearch::search
