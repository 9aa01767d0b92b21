// The rules behind advice.h. Each may append one or more items to `result`. Internal to reports.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/findings/advice.h"

namespace hpsearch::reports {

// The line of the sweep file for a range with these ends; an absent end stays as written.
std::string range_line(const SearchedParameter& parameter,
                       std::optional<double> low,
                       std::optional<double> high);

// Rounded to two significant digits, upwards or downwards.
double rounded_outwards(double x, bool up);

// The end of a range that leaves out `edge`, where training diverged, and everything beyond: above
// it if `upper`. `good` stays inside (NaN: there is no such value). Rounded where there is room.
double end_before(const SearchedParameter& parameter, double edge, double good, bool upper);

// Advice to leave out the part of the parameter's range from `edge` on.
Advice exclude_advice(
    const SearchedParameter& parameter, double edge, double end, bool upper, std::string reason);

inline constexpr std::size_t kBest = 5;  // the trials that "the best" means

// The trial's value as a number; NaN if it has none.
double number_of(const TrialData& trial, const std::string& name);

// Kind divergence.
void advise_divergence(const SweepData& data, std::vector<Advice>& result);
// The same where nearly all trials diverged, unless the rule before has found the reason.
void advise_nearly_all_diverged(const SweepData& data, std::vector<Advice>& result);
// Kinds narrow and no_influence.
void advise_ranges(const SweepData& data,
                   const RankedImportance& ranked,
                   std::vector<Advice>& result);
// Kind epochs.
void advise_epochs(const AdviceInput& input, std::vector<Advice>& result);
// Kinds overfitting, underfitting, flat_start and first_loss.
void advise_fit(const AdviceInput& input, std::vector<Advice>& result);
// Kinds few_trials and noise.
void advise_effort(const SweepData& data, std::vector<Advice>& result);
void advise_pruning(const AdviceInput& input, std::vector<Advice>& result);
void advise_folds(const AdviceInput& input, std::vector<Advice>& result);

}  // namespace hpsearch::reports
