// The stages of a sweep: what each one searched, and why.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "search/points/box.h"
#include "storage/events.h"

namespace hpsearch::reports {

struct StageSummary {
  storage::StageRow row;
  bool begun = false;
  std::string points;                       // how its points were chosen, for people
  std::vector<std::uint64_t> carried;       // trials of the previous stage that it trained again
  std::vector<search::AxisChange> changes;  // box changes since the previous stage
};

// `begun` tells which stages have begun, the oldest first.
std::vector<StageSummary> summarise_stages(const std::vector<storage::StageRow>& rows,
                                           const std::vector<storage::StageStarted>& begun);

// One line about the stage's trials, then one per parameter: its range, and what was done to it and
// why.
std::string stage_text(const StageSummary& stage);

// All stages; empty for a sweep with a single stage, which searches the written ranges.
std::string stages_text(const std::vector<StageSummary>& stages);

}  // namespace hpsearch::reports
