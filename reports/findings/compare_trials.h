// Compares two trials of a sweep.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reports/findings/curves.h"
#include "reports/findings/noise.h"
#include "reports/statistics/bootstrap.h"
#include "reports/statistics/rank_test.h"
#include "reports/sweep/sweep_data.h"

namespace hpsearch::reports {

struct SettingDifference {
  std::string name;
  std::optional<nn::Value> a;  // absent: inactive
  std::optional<nn::Value> b;
};

struct TrialComparison {
  storage::SweepRow sweep;
  TrialCurves a;
  TrialCurves b;
  std::vector<SettingDifference> settings;  // only those that differ, by name
  std::vector<double> replicates_a;         // values of the complete replicates
  std::vector<double> replicates_b;
  Noise noise_a;  // noise of a single value, used without replicates
  Noise noise_b;

  // The verdict; only if both trials have a value.
  struct Verdict {
    double difference = 0.0;  // value of a minus value of b
    bool a_better = false;
    // The standard error of the difference: from replicates if both have at least two, else from
    // the noise estimates of both; 0 if neither is known.
    double error = 0.0;
    bool from_replicates = false;
    // True if the difference is below two standard errors; empty if these are unknown.
    std::optional<bool> within_noise;
    Interval interval;  // 95 % interval of the difference of means; NaN without replicates
    RankTest ranks;     // Mann-Whitney test of the replicates
  };
  std::optional<Verdict> verdict;
};

// `metric` selects the curves; empty: the sweep's own metric.
TrialComparison compare_trials(storage::Queries& queries,
                               const storage::SweepRow& sweep,
                               const storage::TrialRow& a,
                               const storage::TrialRow& b,
                               const std::string& metric = "");

std::string comparison_text(const TrialComparison& comparison, std::size_t width, Glyphs glyphs);
std::string comparison_json(const TrialComparison& comparison);
// One row per property: value, state, epochs, seconds, then each setting that differs.
TextTable comparison_table(const TrialComparison& comparison);

}  // namespace hpsearch::reports
