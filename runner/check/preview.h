// Shows what a sweep would try, without training.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "runner/stored/warm_start.h"
#include "search/sweep/sweep_spec.h"
#include "storage/shard_events.h"

namespace hpsearch::runner {

// The plan in a few lines: method, limits, stages, epochs, the space and its size, constraints.
std::string plan_text(const search::SweepSpec& spec);

// The plan and the next configurations as a table. `warm`: what it begins with. `begun`: how many
// trials of its method the sweep has already; what a method suggests after them is shown if it does
// not depend on their results. `shard`: only its trials, by their numbers.
std::string preview(const search::SweepSpec& spec,
                    const std::optional<WarmStart>& warm = {},
                    std::uint64_t begun = 0,
                    const std::optional<storage::Shard>& shard = {});

// The same as one JSON object on a line.
std::string preview_json(const search::SweepSpec& spec,
                         const std::optional<WarmStart>& warm = {},
                         std::uint64_t begun = 0,
                         const std::optional<storage::Shard>& shard = {});

// The parameters of trial 0.
search::ParamSet first_trial(const search::SweepSpec& spec);

}  // namespace hpsearch::runner
