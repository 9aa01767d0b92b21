// Constraints on what a trial measures, such as `parameters < 50000` or `val_auc >= 0.8`: whether a
// trial satisfies them is known once it has been trained.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "search/space/expression.h"
#include "search/space/param_set.h"

namespace hpsearch::search {

// Results that every trial of the built-in trainer has, beside the metrics of its best epoch. A
// program's trials have `seconds` and what the program reports.
inline constexpr std::string_view kParametersResult = "parameters";  // trainable numbers
inline constexpr std::string_view kSecondsResult = "seconds";        // of training

struct ResultConstraint {
  Expression expression;             // over results, parameters and settings
  std::vector<std::string> results;  // the results among its names, each once
};

// By name. What was not measured, or is not finite, is missing.
using TrialResults = std::map<std::string, double>;

// The names of all results that the constraints use, each once.
std::vector<std::string> result_names(std::span<const ResultConstraint> constraints);

// Expression::margin() of each constraint. If a result is missing that decides it, the margin is 1,
// the largest: nothing shows that the trial satisfies it. If only a parameter that the trial does
// not have is missing, the margin is 0. A trial that was pruned (`whole` is false) has NaN for
// every constraint that uses more than `parameters`: its metrics and time would be those of an
// unfinished training.
std::vector<double> margins_of(std::span<const ResultConstraint> constraints,
                               const ParamSet& params,
                               const TrialResults& results,
                               bool whole = true);

// The sum of the margins above 0; NaN counts as none. 0: the trial satisfies all of them.
double violation_of(std::span<const double> margins);

}  // namespace hpsearch::search
