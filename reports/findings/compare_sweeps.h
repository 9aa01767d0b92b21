// Two sweeps beside each other.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reports/statistics/rank_test.h"
#include "reports/sweep/sweep_data.h"
#include "reports/text/delimited.h"

namespace hpsearch::reports {

// One value that is not the same in both sweep files.
struct ConfigDifference {
  std::string path;
  std::string a;  // as YAML; empty where there is none
  std::string b;
};

struct SweepFigures {
  storage::SweepRow sweep;
  std::size_t trials = 0;  // that have ended
  std::size_t complete = 0;
  std::size_t bad = 0;  // diverged or failed
  std::int64_t epochs = 0;
  double seconds = 0.0;  // of training, summed over trials
  std::optional<storage::TrialRow> best;
  // Of the complete trials that compete (the last stage's, where there are stages), as values.
  std::size_t compared = 0;
  double median = 0.0;
  double quartile_low = 0.0;
  double quartile_high = 0.0;
  // The best value that so many random draws from those would be expected to have; a diverged one
  // counts as the worst value that there is. NaN without complete trials.
  double expected_at_trials = 0.0;
  double expected_at_epochs = 0.0;
  std::size_t trials_at_epochs = 0;  // how many trials those epochs pay for
  // What the first so many trials of the sweep did find; NaN where they found nothing that
  // competes.
  double found_at_trials = 0.0;
};

struct SweepComparison {
  SweepFigures a;
  SweepFigures b;
  std::vector<ConfigDifference> config;
  // Do both optimise the same metric in the same direction? Else only their costs compare.
  bool comparable = false;
  std::size_t equal_trials = 0;   // the trials of the smaller sweep
  std::int64_t equal_epochs = 0;  // the epochs of the cheaper one
  // Is a value of a trial of `a` the better one? Diverged and failed trials are worse than all.
  RankTest ranks;
  // By how many random trials of the other sweep the best of `a` (of `b`) would be expected to be
  // matched; empty: by none.
  std::optional<std::size_t> to_match_a;
  std::optional<std::size_t> to_match_b;
  // The share of the other sweep's trials that are worse than the best of `a` (of `b`).
  double beaten_by_a = 0.0;
  double beaten_by_b = 0.0;
};

SweepComparison compare_sweeps(const SweepData& a,
                               const SweepData& b,
                               std::vector<ConfigDifference> config);

std::string comparison_text(const SweepComparison& comparison, std::size_t width);
std::string comparison_json(const SweepComparison& comparison);
TextTable comparison_table(const SweepComparison& comparison);

}  // namespace hpsearch::reports
