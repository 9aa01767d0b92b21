// The parts of a sweep file that mean the same for networks and for programs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runner/yaml/yaml_reader.h"
#include "search/sweep/sweep_spec.h"

namespace hpsearch::runner {

// True unless a warning.
bool is_error(const Diagnostic& diagnostic);
bool has_errors(const std::vector<Diagnostic>& diagnostics);

// `name`, by default `stem`; `description` and `seed`.
void read_title(MapReader& top, const std::string& stem, search::SweepSpec& spec);

// Notes the keys of W&B's that say where a sweep's results go. They may stand in a file that both
// read.
void note_without_effect(MapReader& top, std::vector<Diagnostic>& diagnostics);

// `workers` and `deterministic` of `parallel`, whose further keys belong to the caller.
void read_workers(MapReader& parallel, search::SweepSpec& spec);

// `retry` and `trial_timeout`.
void read_trial_policy(MapReader& top, search::SweepSpec& spec);

// `on_finish`.
void read_on_finish(MapReader& top, search::SweepSpec& spec);

// True if any parameter varies.
bool searches(const search::Space& space);

// `run_cap` and `stop`. `target`: of the metric. Requires spec.method, .space and .search.
void read_sweep_limits(MapReader& top,
                       std::optional<double> target,
                       search::SweepSpec& spec,
                       std::vector<Diagnostic>& diagnostics);

// Adds an error if the constraints leave almost nothing. Requires a space without errors.
void check_feasible(MapReader& top, const search::SweepSpec& spec);

// `enqueue`. Reads nothing if there are errors already: it could not be judged.
void read_enqueued(MapReader& top, search::SweepSpec& spec, std::vector<Diagnostic>& diagnostics);

}  // namespace hpsearch::runner
