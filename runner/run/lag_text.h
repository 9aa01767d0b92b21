// Explains idle workers: some methods learn from results with a lag, and pruners compare with them.
#pragma once

#include <string>

#include "search/sweep/sweep_spec.h"

namespace hpsearch::runner {

// True if trial t needs the results of the trials up to t - `spec.lag()`: its method learns from
// single trials, or `early_terminate` compares with them.
bool needs_results(const search::SweepSpec& spec);

// Does a constraint on results ask for the time that trials take? It is outside the promise of
// equal bits.
bool depends_on_time(const search::SweepSpec& spec);

// Is what the sweep finds the same for any number of workers? Else suggestions, or what is pruned
// or ranked, depend on the threads and their timing.
bool is_deterministic(const search::SweepSpec& spec);

// How many of the workers can be busy. A sweep that needs results runs at most `spec.lag()` trials
// at a time, because the next one needs a result first.
int busy_workers(const search::SweepSpec& spec, int workers);

// What to change if the workers cannot all be busy; empty if they can.
std::string lag_note(const search::SweepSpec& spec, int workers);

// How long the workers were idle, as seconds and as a share of `worker_seconds`, their total time.
std::string waited_text(const search::SweepSpec& spec,
                        int workers,
                        double waited_seconds,
                        double worker_seconds);

}  // namespace hpsearch::runner
