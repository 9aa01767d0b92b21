// The trials of a sweep for the page: stored by column, which takes a third of the space.
#pragma once

#include <string>

#include "reports/sweep/sweep_data.h"

namespace hpsearch::reports {

// {"number":[...],"state":[...],...,"params":[[...],...]}: item i of each list belongs to trial i
// of `data`. `params` has one list per parameter, in the order of data.parameters: numbers, or the
// index of a choice; null if the trial has no value. Times are seconds since the sweep was created.
// `best_epochs` is Queries::best_epochs().
std::string page_trials(const SweepData& data,
                        const std::map<std::int64_t, nn::EpochRecord>& best_epochs);

// Seconds between two timestamps of the database; NaN if either is invalid.
double seconds_between(std::string_view from, std::string_view to);

}  // namespace hpsearch::reports
