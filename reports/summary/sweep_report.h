// The content of a sweep's report, independent of its form. Everything comes from the database: a
// report after a crash equals a report after a run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reports/findings/advice.h"
#include "reports/findings/border.h"
#include "reports/findings/replicates.h"
#include "reports/sweep/machines.h"
#include "reports/sweep/stage_summary.h"
#include "reports/sweep/warm_summary.h"
#include "reports/winner/explanation.h"
#include "search/pruners/judgement.h"
#include "storage/queries.h"
#include "storage/shard_events.h"

namespace hpsearch::reports {

// The file with the best trial's weights.
struct WeightsFile {
  std::string path;  // valid wherever the database path is valid
  std::uint64_t bytes = 0;
  std::string sha256;
};

struct SweepReport {
  storage::SweepRow sweep;
  storage::SummaryRow summary;
  std::int64_t planned_trials = 0;
  std::optional<storage::Shard> shard;  // the part of the sweep that the database has
  std::int64_t continued = 0;           // paused trials with which promoted ones have gone on
  std::int64_t saved_epochs = 0;        // that pruned trials have left out
  std::optional<search::Judgement> closest_call;  // of the best trial, where trials were pruned
  std::vector<std::string> searched;              // names of the parameters that vary
  std::vector<StageSummary> stages;
  std::vector<storage::LeaderboardRow> top;
  std::vector<BorderWarning> borders;  // for the best trial
  // For the best trial; empty until the sweep has ended.
  std::vector<storage::MetricRow> test_metrics;
  std::optional<WarmSummary> warm;     // the earlier sweep it started from
  std::optional<WeightsFile> weights;  // of the best trial; likewise
  // The values of the best trial's folds, or of its replicates; empty where it has one training.
  std::vector<double> best_folds;
  bool in_folds = false;     // else they differ in their seeds
  std::optional<Duel> duel;  // the best trial against the second
  // The test metrics of each of the best trial's replicates; `test_metrics` are their means.
  std::vector<std::vector<storage::MetricRow>> test_of_replicates;
  std::optional<storage::EnsembleRow> ensemble;  // of an ended sweep that has one
  std::optional<Explanation> explanation;        // of the best trial; likewise
  std::vector<MachineKind> machines;             // of several kinds; else empty
  std::string digest;
  std::vector<Advice> advice;  // see read_report()
  storage::Remarks remarks;    // of the sweep and of its trials
  std::string repeat;          // the command that trains the best trial again; empty without one
  bool program = false;        // the trials are runs of a program
  bool reproducible = true;    // another run of the same file gives this digest
};

// The report of one sweep with its `rows` best trials. The first form reads the best trials only
// and leaves `advice` empty, which takes all trials; the second form has advice. `importance`: of
// `data`, if the caller has it.
SweepReport read_report(storage::Queries& queries, const storage::SweepRow& sweep, int rows);
SweepReport read_report(storage::Queries& queries,
                        const SweepData& data,
                        int rows,
                        const RankedImportance* importance = nullptr);

// The same without what all epochs or all trials decide: the digest, advice and borders are empty.
SweepReport read_outline(storage::Queries& queries, const SweepData& data, int rows);

// A few lines: what was searched, progress, the best trial and the digest.
std::string headline(const SweepReport& report);

// The same, wrapped to `width` columns except for lines of YAML, which are meant to be copied.
std::string wrapped_headline(const SweepReport& report, std::size_t width);

// The headline, advice, leaderboard and stages, for a terminal of `width` columns.
std::string text_report(const SweepReport& report, std::size_t width);

// The best trial as a sweep file: comments with its results, then `yaml`, which trains it again.
// Requires a non-empty report.top.
std::string best_report(const SweepReport& report, const std::string& yaml);

// The same content as one JSON object. With `yaml` it has that of best_report() in place of the
// leaderboard; with `selected` also its first `rows` rows, as objects. `format` increases when a
// change could break a script.
std::string json_report(const SweepReport& report,
                        const std::optional<std::string>& yaml,
                        const storage::TrialTable* selected = nullptr,
                        std::size_t rows = 0);

}  // namespace hpsearch::reports
