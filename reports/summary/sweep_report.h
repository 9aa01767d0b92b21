// What a report says, before it is text or JSON. Read from the database alone: a report after a
// crash equals a report after a run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reports/findings/advice.h"
#include "reports/findings/border.h"
#include "reports/sweep/stage_summary.h"
#include "reports/sweep/warm_summary.h"
#include "storage/queries.h"

namespace hpsearch::reports {

// The file of the winner's weights.
struct WeightsFile {
  std::string path;  // as one can open it where the database can be opened by its name
  std::uint64_t bytes = 0;
  std::string sha256;
};

struct SweepReport {
  storage::SweepRow sweep;
  storage::SummaryRow summary;
  std::int64_t planned_trials = 0;
  std::vector<std::string> searched;  // names of the parameters that vary
  std::vector<StageSummary> stages;
  std::vector<storage::LeaderboardRow> top;
  std::vector<BorderWarning> borders;            // of the winner
  std::vector<storage::MetricRow> test_metrics;  // of the winner; empty until the sweep has ended
  std::optional<WarmSummary> warm;               // what it began with
  std::optional<WeightsFile> weights;            // of the winner; likewise
  std::string digest;
  std::vector<Advice> advice;  // empty as read_report() leaves it: it takes all trials to give any
  bool reproducible = true;    // another run of the same file gives this digest
};

// The report of one sweep with its `rows` best trials.
SweepReport read_report(storage::Queries& queries, const storage::SweepRow& sweep, int rows);

// What was searched, how far it came, the best so far and the digest, in a few lines.
std::string headline(const SweepReport& report);

// The same broken to `width` columns, but for its lines of YAML, which are to be copied.
std::string wrapped_headline(const SweepReport& report, std::size_t width);

// The headline and the leaderboard for a terminal of `width` columns.
std::string text_report(const SweepReport& report, std::size_t width);

// The winner as a sweep file: comments that say what it reached, then `yaml`, which trains it
// again. Requires a non-empty report.top.
std::string best_report(const SweepReport& report, const std::string& yaml);

// What text_report() shows, as one JSON object; with `yaml`, that of best_report(); with
// `selected`, its first `rows` rows too, as objects. The field `format` counts changes that could
// break a script.
std::string json_report(const SweepReport& report,
                        const std::optional<std::string>& yaml,
                        const storage::TrialTable* selected = nullptr,
                        std::size_t rows = 0);

}  // namespace hpsearch::reports
