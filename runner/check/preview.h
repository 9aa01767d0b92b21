// What a sweep would try, before anything is trained.
#pragma once

#include <optional>
#include <string>

#include "runner/stored/warm_start.h"
#include "search/sweep/sweep_spec.h"

namespace hpsearch::runner {

// The plan of a sweep in a few lines: method, trials, stages, epochs, workers, the space and its
// size.
std::string plan_text(const search::SweepSpec& spec);

// The plan and the first configurations as a table. `warm`: what it begins with.
std::string preview(const search::SweepSpec& spec, const std::optional<WarmStart>& warm = {});

// The same as one JSON object on a line.
std::string preview_json(const search::SweepSpec& spec, const std::optional<WarmStart>& warm = {});

}  // namespace hpsearch::runner
