// Everything about one trial, as text and JSON.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "reports/sweep/stage_summary.h"
#include "reports/sweep/trial_course.h"
#include "reports/text/delimited.h"
#include "reports/text/digits.h"
#include "reports/winner/winner_predictions.h"
#include "storage/queries.h"

namespace hpsearch::reports {

struct TrialReport {
  storage::SweepRow sweep;
  storage::TrialRow trial;              // `interrupted` if it was left `running` by a dead process
  std::optional<std::int64_t> rank;     // on the leaderboard
  std::map<std::string, double> units;  // each parameter's place in its range, 0 to 1
  std::optional<StageSummary> stage;    // the stage it belongs to
  std::vector<storage::ReplicateRow> folds;  // or replicates: of a trial of several trainings
  // What the test part says of each, by the metric that goes with the sweep's; empty without.
  std::vector<std::optional<double>> test_of_folds;
  bool in_folds() const { return !folds.empty() && folds.front().fold.has_value(); }
  TrialCourse course;
  std::vector<storage::LogRow> log;              // events of this trial
  storage::Remarks remarks;                      // of all of the sweep
  std::optional<WinnerPredictions> predictions;  // only for the best trial of an ended sweep
  bool of_ensemble = false;  // the test metrics and predictions are those of the sweep's ensemble
};

TrialReport read_trial_report(storage::Queries& queries,
                              const storage::SweepRow& sweep,
                              const storage::TrialRow& trial);

// For a terminal of `width` columns. Many epochs are thinned out, keeping the first, the best and
// the last.
std::string trial_text(const TrialReport& report, std::size_t width);

// A row for each epoch, with the columns of the database and the other series of the trial that
// have values by epoch; empty where there is none. Of folds the means.
TextTable trial_table(const TrialReport& report, Digits digits);

// One object with all epochs, metrics and events; {"format":1,...}.
std::string trial_json(const TrialReport& report);

}  // namespace hpsearch::reports
