// How a sweep went: its stages with their boxes and why they are so, and what happened in order.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/sweep_report.h"

namespace hpsearch::reports {

struct SweepStory {
  SweepReport report;
  std::vector<storage::StageRow> stages;
  std::vector<storage::LogRow> log;
};

SweepStory read_sweep_story(storage::Queries& queries, const storage::SweepRow& sweep);

// The last event that says how this stage began; sweeps of one stage have none.
std::optional<storage::LogRow> stage_started(const std::vector<storage::LogRow>& log, int stage);

// The stage in one line, then a line for each parameter: its range, what was done to it and why.
std::string stage_text(const storage::StageRow& stage,
                       const std::optional<storage::LogRow>& started);

// The headline of the report, the stages, the events.
std::string story_text(const SweepStory& story);

// {"format":1,"sweep":...,"stages":[...],"events":[...]}
std::string story_json(const SweepStory& story);

}  // namespace hpsearch::reports
