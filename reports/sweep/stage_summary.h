// The stages of a sweep: what each searched, and why there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "search/points/box.h"
#include "storage/records.h"

namespace hpsearch::reports {

struct StageSummary {
  storage::StageRow row;
  bool begun = false;
  std::string points;                       // how its points are laid out
  std::vector<std::uint64_t> carried;       // trials of the stage before that it trained again
  std::vector<search::AxisChange> changes;  // since the stage before
};

// `begun`: the sweep's events "stage_started".
std::vector<StageSummary> summarise_stages(const std::vector<storage::StageRow>& rows,
                                           const std::vector<storage::EventRow>& begun);

// The stage's trials in a line, then one for each parameter: its range, what was done to it and
// why.
std::string stage_text(const StageSummary& stage);

// All of them; empty for a sweep with one stage, whose ranges are the written ones.
std::string stages_text(const std::vector<StageSummary>& stages);

}  // namespace hpsearch::reports
