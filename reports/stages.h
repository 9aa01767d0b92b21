// The stages of a sweep: what each searched, and why there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "search/box.h"
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

// "0.001 to 0.1", "64, 128": what a space_json says of a parameter; empty where it says nothing.
std::string range_text(const std::string& space_json, const std::string& parameter);

// A paragraph a stage: its trials, and each parameter's range with the reason. Empty for a sweep
// with one stage.
std::string stages_text(const std::vector<StageSummary>& stages);

}  // namespace hpsearch::reports
