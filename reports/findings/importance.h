// Which parameters decide whether a trial is among the best, and what their values brought.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "reports/sweep/sweep_data.h"

namespace hpsearch::reports {

// With fewer trials the best are fewer than five beside three times as many, and nothing can be
// told.
inline constexpr std::size_t kMinImportanceTrials = 20;

// The trials of one stage that have ended: values after different numbers of epochs do not compare.
struct RankedTrials {
  int stage = 0;
  int epochs = 0;  // of its trials; 0: not all have the same
  // Indices into SweepData::trials, the best first: complete ones by score; then those that were
  // pruned, diverged or failed, which count as the worst, for a value they do not have.
  std::vector<std::size_t> order;
  std::size_t complete = 0;  // the first of them
  // How many are called the best: a tenth, at least five, and those that equal the last of them;
  // never one that is not complete.
  std::size_t top = 0;
};

// Of the stage with most ended trials, of equal ones the first: it has searched most widely. Its
// trials are those that were drawn for it, also the ones of earlier stages that it trained again.
RankedTrials ranked_trials(const SweepData& data);

struct Importance {
  std::string parameter;
  double share = 0.0;  // of all parameters' importance; they sum to 1, or are all 0
  double raw = 0.0;    // PED-ANOVA's figure: 0 where the best lie as all do
  // How often a random choice of as many trials would look at least as important, of 199 ones and
  // this one (a permutation test): above 0.05 the share may be mere chance.
  double p = 1.0;
  std::size_t trials = 0;  // in which the parameter was active
};

// PED-ANOVA (Watanabe et al. 2023, eq. 16, with gamma 1 and gamma' 0.1) for each parameter, the
// most important first: the Pearson divergence of the best trials' density from that of all, summed
// over the places of parameter_grid.h. A parameter that is active in some trials only is weighted
// as condPED-ANOVA does (theorem 4.2 of "Conditional PED-ANOVA", 2026): with a of the best and b of
// all trials that have it, by a^2 / b; those that have not are a region of their own without any
// value to choose. Empty with fewer than kMinImportanceTrials trials, or where all or none are the
// best.
std::vector<Importance> importances(const SweepData& data, const RankedTrials& trials);

// What the trials in one part of a parameter's range were worth.
struct MarginalBin {
  double low = 0.0;  // of a range: the part's ends, as values
  double high = 0.0;
  std::optional<nn::Value> choice;  // of choices: which
  std::size_t trials = 0;
  std::size_t complete = 0;  // the others were pruned, diverged or failed
  std::size_t top = 0;
  double density = 0.0;      // of all trials; over the bins these sum to 1
  double top_density = 0.0;  // of the best ones
  // Of the metric's values of complete trials; NaN without any.
  double mean = 0.0;
  double quartile_low = 0.0;
  double median = 0.0;
  double quartile_high = 0.0;
};

struct Marginal {
  std::string parameter;
  std::vector<MarginalBin> bins;  // up to ten parts of a range, equally wide on its own scale
  std::size_t inactive = 0;       // trials without the parameter
};

// One for each parameter, in the order of SweepData::parameters. Without trials the bins are empty.
std::vector<Marginal> marginals(const SweepData& data, const RankedTrials& trials);

}  // namespace hpsearch::reports
