// The trials of a sweep for the page: columns instead of rows, which are a third of the size.
#pragma once

#include <string>

#include "reports/sweep/sweep_data.h"

namespace hpsearch::reports {

// {"number":[...],"state":[...],...,"params":[[...],...]}: item i of each list is about trial i of
// `data`. Parameters have a list each, in the order of data.parameters: numbers, and of choices
// their index; null where the trial has none. Times are seconds since the sweep was created.
// `best_epochs`: Queries::best_epochs().
std::string page_trials(const SweepData& data,
                        const std::map<std::int64_t, nn::EpochRecord>& best_epochs);

// Seconds from one time of the database to another; NaN where one of them is none.
double seconds_between(std::string_view from, std::string_view to);

}  // namespace hpsearch::reports
