#include "reports/findings/compare_trials.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "search/space/quantiles.h"

namespace hpsearch::reports {
namespace {

// Settings that only one trial has count as different.
std::vector<SettingDifference> differences(const search::ParamSet& a, const search::ParamSet& b) {
  std::vector<SettingDifference> result;
  auto find = [](const search::ParamSet& params, const std::string& name) {
    const auto found = params.find(name);
    return found == params.end() ? std::nullopt : std::optional(found->second);
  };
  for (const auto& [name, value] : a) {
    const auto other = find(b, name);
    if (!other || *other != value) {
      result.push_back({name, value, other});
    }
  }
  for (const auto& [name, value] : b) {
    if (!a.contains(name)) {
      result.push_back({name, std::nullopt, value});
    }
  }
  std::sort(result.begin(), result.end(),
            [](const auto& one, const auto& other) { return one.name < other.name; });
  return result;
}

// Estimates the noise of a trial's value from its validation rows or its epochs.
Noise noise_of_trial(const storage::SweepRow& sweep, const TrialCurves& trial) {
  if (!trial.trial.value) {
    return {};
  }
  std::vector<double> epochs;
  for (const Curve& curve : trial.curves) {
    if (curve.name == sweep.metric) {
      for (const auto& [epoch, value] : curve.values) {
        epochs.push_back(value);
      }
    }
  }
  return noise_of(sweep.metric, *trial.trial.value, validation_rows(sweep.data_json), epochs);
}

TrialComparison::Verdict judge(const TrialComparison& c) {
  TrialComparison::Verdict verdict;
  verdict.difference = *c.a.trial.value - *c.b.trial.value;
  verdict.from_replicates = c.replicates_a.size() >= 2 && c.replicates_b.size() >= 2;
  if (verdict.from_replicates) {
    verdict.difference = search::mean(c.replicates_a) - search::mean(c.replicates_b);
    const double a = search::deviation(c.replicates_a);
    const double b = search::deviation(c.replicates_b);
    // Standard error of a difference of means with unequal variances (Welch).
    verdict.error = std::sqrt(a * a / static_cast<double>(c.replicates_a.size()) +
                              b * b / static_cast<double>(c.replicates_b.size()));
    verdict.within_noise = std::abs(verdict.difference) < 2.0 * verdict.error;
    verdict.interval = bootstrap_difference(Figure::kMean, c.replicates_a, c.replicates_b);
    verdict.ranks = mann_whitney(c.replicates_a, c.replicates_b);
  } else {
    verdict.interval = {verdict.difference, std::nan(""), std::nan("")};
    // Errors from different sources measure different things and must not be combined.
    if (c.noise_a.source != Noise::Source::kUnknown && c.noise_a.source == c.noise_b.source) {
      verdict.error = std::hypot(c.noise_a.deviation, c.noise_b.deviation);
      verdict.within_noise = std::abs(verdict.difference) < 2.0 * verdict.error;
    }
  }
  verdict.a_better = (verdict.difference > 0.0) == (c.sweep.goal == "maximize");
  return verdict;
}

}  // namespace

TrialComparison compare_trials(storage::Queries& queries,
                               const storage::SweepRow& sweep,
                               const storage::TrialRow& a,
                               const storage::TrialRow& b,
                               const std::string& metric) {
  const std::string& drawn = metric.empty() ? sweep.metric : metric;
  TrialComparison c;
  c.sweep = sweep;
  c.noise_a = noise_of_trial(sweep, read_curves(queries, a, sweep.metric));
  c.noise_b = noise_of_trial(sweep, read_curves(queries, b, sweep.metric));
  c.a = read_curves(queries, a, drawn);
  c.b = read_curves(queries, b, drawn);
  c.settings = differences(search::parse_params_json(a.params_json),
                           search::parse_params_json(b.params_json));
  c.replicates_a = queries.replicate_values(a.trial_id);
  c.replicates_b = queries.replicate_values(b.trial_id);
  if (a.value && b.value) {
    c.verdict = judge(c);
  }
  return c;
}

}  // namespace hpsearch::reports
