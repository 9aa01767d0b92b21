// A trial as JSON: what `show --json` and `export --format jsonl` share.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "storage/records.h"

namespace hpsearch::reports {

// The sweep's name, metric and goal, and the trial's outcome, seed, times and parameters. `state`:
// of the trial, as a report shows it.
nlohmann::ordered_json trial_fields(const storage::SweepRow& sweep,
                                    const storage::TrialRow& trial,
                                    search::TrialState state);

// JSON from the database as JSON; a string if it does not parse.
nlohmann::ordered_json stored_json(const std::string& text);

}  // namespace hpsearch::reports
