// Shows what a sweep would try, without training.
#pragma once

#include <optional>
#include <string>

#include "runner/stored/warm_start.h"
#include "search/sweep/sweep_spec.h"

namespace hpsearch::runner {

// The plan in a few lines: method, limits, stages, epochs, the space and its size, constraints.
std::string plan_text(const search::SweepSpec& spec);

// The plan and a table of the first configurations. `warm`: the results it starts from.
std::string preview(const search::SweepSpec& spec, const std::optional<WarmStart>& warm = {});

// The same as one line of JSON.
std::string preview_json(const search::SweepSpec& spec, const std::optional<WarmStart>& warm = {});

}  // namespace hpsearch::runner
