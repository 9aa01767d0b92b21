// Two trials of a sweep beside each other.
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
  std::optional<nn::Value> a;  // absent: not active
  std::optional<nn::Value> b;
};

struct TrialComparison {
  storage::SweepRow sweep;
  TrialCurves a;
  TrialCurves b;
  std::vector<SettingDifference> settings;  // those that differ, by name
  std::vector<double> replicates_a;         // values of complete replicates
  std::vector<double> replicates_b;
  Noise noise_a;  // of one value without replicates
  Noise noise_b;

  // What the values say; only where both have one.
  struct Verdict {
    double difference = 0.0;  // value of a less that of b
    bool a_better = false;
    // The standard error of the difference: from replicates, where both have two or more, else
    // from the noise of both; 0 where nothing is known of it.
    double error = 0.0;
    bool from_replicates = false;
    // Is the difference below two standard errors? Empty where these are unknown.
    std::optional<bool> within_noise;
    Interval interval;  // of the difference of means; NaN without replicates
    RankTest ranks;     // of the replicates
  };
  std::optional<Verdict> verdict;
};

// `metric`: of the curves, empty for the sweep's own.
TrialComparison compare_trials(storage::Queries& queries,
                               const storage::SweepRow& sweep,
                               const storage::TrialRow& a,
                               const storage::TrialRow& b,
                               const std::string& metric = "");

std::string comparison_text(const TrialComparison& comparison, std::size_t width, Glyphs glyphs);
std::string comparison_json(const TrialComparison& comparison);
// A row a property: value, epochs, seconds, then each setting that differs.
TextTable comparison_table(const TrialComparison& comparison);

}  // namespace hpsearch::reports
