// Which parameters decide whether a trial is among the best, and how the parts of their ranges
// performed.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "reports/sweep/sweep_data.h"

namespace hpsearch::reports {

// Below this the best trials number fewer than five, with too few others to compare them with.
inline constexpr std::size_t kMinImportanceTrials = 20;

// The ended trials of one stage, ranked. Values after different numbers of epochs do not compare,
// so one stage it is.
struct RankedTrials {
  int stage = 0;
  int epochs = 0;  // epochs of its trials; 0: they differ
  // Indices into SweepData::trials, best first: complete trials by score, then pruned, diverged and
  // failed ones, which tie for last.
  std::vector<std::size_t> order;
  std::size_t complete = 0;  // the first so many of `order`
  // How many count as the best: a tenth but at least five, extended over ties, and only complete
  // ones. If the tie would make half of all trials the best, they end before it.
  std::size_t top = 0;
  std::size_t tied = 0;  // trials right after the best that tie with each other, if so
};

// Ranks the stage with the most ended trials (the earliest on ties), which has searched most
// widely, including trials that it carried over from earlier stages.
RankedTrials ranked_trials(const SweepData& data);

struct Importance {
  std::string parameter;
  double share = 0.0;  // share of the total importance; shares sum to 1, or are all 0
  double raw = 0.0;    // PED-ANOVA's figure; 0 if the best are distributed like all trials
  // Permutation test: the fraction of 199 random choices of as many trials, plus this one, that
  // look at least as important. Above 0.05 the share may be chance.
  double p = 1.0;
  std::size_t trials = 0;  // trials in which the parameter was active
};

// PED-ANOVA (Watanabe et al. 2023, eq. 16, with gamma = 1 and gamma' = 0.1) for each parameter,
// most important first: the Pearson divergence of the best trials' density from that of all trials,
// summed over the places of parameter_grid.h. A parameter that is active in only some trials is
// weighted as in condPED-ANOVA (theorem 4.2 of "Conditional PED-ANOVA", 2026): by a^2 / b, where a
// is the share of the best and b the share of all trials that have it. Trials without it form a
// regime of their own, with nothing to choose. Empty with fewer than kMinImportanceTrials trials,
// or if all or none are among the best.
std::vector<Importance> importances(const SweepData& data, const RankedTrials& trials);

// Both at once, for those who need both more than once: permutations of many trials take a second.
struct RankedImportance {
  RankedTrials trials;
  std::vector<Importance> importances;
};
RankedImportance ranked_importance(const SweepData& data);

// How the trials in one part of a parameter's range performed.
struct MarginalBin {
  double low = 0.0;  // for a range: the ends of the part, as values
  double high = 0.0;
  std::optional<nn::Value> choice;  // for choices: the choice
  std::size_t trials = 0;
  std::size_t complete = 0;  // the others were pruned, diverged or failed
  std::size_t top = 0;
  double density = 0.0;      // share of all trials' density; sums to 1 over the bins
  double top_density = 0.0;  // the same for the best trials
  // Over the metric's values of the complete trials; NaN if there are none.
  double mean = 0.0;
  double quartile_low = 0.0;
  double median = 0.0;
  double quartile_high = 0.0;
};

struct Marginal {
  std::string parameter;
  std::vector<MarginalBin> bins;  // a range has up to ten, equally wide on its own scale
  std::size_t inactive = 0;       // trials without the parameter
};

// One per parameter, in the order of SweepData::parameters.
std::vector<Marginal> marginals(const SweepData& data, const RankedTrials& trials);

}  // namespace hpsearch::reports
