// Compares two sweeps.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reports/statistics/rank_test.h"
#include "reports/sweep/sweep_data.h"
#include "reports/text/delimited.h"

namespace hpsearch::reports {

// One value that differs between the two sweep files.
struct ConfigDifference {
  std::string path;
  std::string a;  // as YAML; empty if absent
  std::string b;
};

struct SweepFigures {
  storage::SweepRow sweep;
  std::size_t trials = 0;  // trials that have ended
  std::size_t complete = 0;
  std::size_t bad = 0;  // diverged or failed
  std::int64_t epochs = 0;
  double seconds = 0.0;  // training time, summed over trials
  std::optional<storage::TrialRow> best;
  // Over the values of the complete trials that compete: those of the last stage that has any.
  std::size_t compared = 0;
  double median = 0.0;
  double quartile_low = 0.0;
  double quartile_high = 0.0;
  // The expected best value of random draws from these trials, for equal_trials and equal_epochs of
  // the comparison. Diverged trials count as the worst value there is. NaN without complete trials.
  double expected_at_trials = 0.0;
  double expected_at_epochs = 0.0;
  std::size_t trials_at_epochs = 0;  // how many trials equal_epochs pay for
  // The best value among the sweep's first equal_trials ended trials; NaN if none of them competes.
  double found_at_trials = 0.0;
};

struct SweepComparison {
  SweepFigures a;
  SweepFigures b;
  std::vector<ConfigDifference> config;
  // True if both optimise the same metric in the same direction. Otherwise only costs compare.
  bool comparable = false;
  std::size_t equal_trials = 0;   // ended trials of the smaller sweep
  std::int64_t equal_epochs = 0;  // epochs of the cheaper sweep
  // Mann-Whitney test of whether trials of `a` beat trials of `b`. Diverged and failed trials rank
  // last.
  RankTest ranks;
  // How many random trials of the other sweep are expected to match the best of `a` (of `b`);
  // empty: no number is.
  std::optional<std::size_t> to_match_a;
  std::optional<std::size_t> to_match_b;
  // The share of the other sweep's trials that the best of `a` (of `b`) beats.
  double beaten_by_a = 0.0;
  double beaten_by_b = 0.0;
};

SweepComparison compare_sweeps(const SweepData& a,
                               const SweepData& b,
                               std::vector<ConfigDifference> config);

// `comparison_text` is for a terminal of `width` columns; `comparison_table` has one row per
// property.
std::string comparison_text(const SweepComparison& comparison, std::size_t width);
std::string comparison_json(const SweepComparison& comparison);
TextTable comparison_table(const SweepComparison& comparison);

}  // namespace hpsearch::reports
