// Explains idle workers: some methods learn from results with a lag.
#pragma once

#include <string>

#include "search/sweep/sweep_spec.h"

namespace hpsearch::runner {

// How many of the workers can be busy. A method that learns with a lag runs at most `spec.lag()`
// trials at a time, because the next one needs a result first.
int busy_workers(const search::SweepSpec& spec, int workers);

// What to change if the workers cannot all be busy; empty if they can.
std::string lag_note(const search::SweepSpec& spec, int workers);

// How long the workers were idle, as seconds and as a share of `worker_seconds`, their total time.
std::string waited_text(const search::SweepSpec& spec,
                        int workers,
                        double waited_seconds,
                        double worker_seconds);

}  // namespace hpsearch::runner
