// What it costs that methods learn from results with a lag, in words.
#pragma once

#include <string>

#include "search/sweep/sweep_spec.h"

namespace hpsearch::runner {

// How many of so many workers can be busy: a method that learns with a lag has at most
// `spec.lag()` trials at a time, for the next one waits for a result.
int busy_workers(const search::SweepSpec& spec, int workers);

// What to write where so many workers cannot all be busy; empty where they can.
std::string lag_note(const search::SweepSpec& spec, int workers);

// That workers stood idle for this, of all their seconds in the run.
std::string waited_text(const search::SweepSpec& spec,
                        int workers,
                        double waited_seconds,
                        double worker_seconds);

}  // namespace hpsearch::runner
