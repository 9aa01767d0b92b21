// The sweep file that `init` writes.
#pragma once

#include <string>
#include <vector>

#include "nn/data/dataset.h"

namespace hpsearch::runner {

// A commented sweep over the digits that come along: valid as it stands, a few seconds to run.
std::string sweep_template();

// A commented sweep over a table: its target and task, a metric and a size of network that fit it,
// and a search in stages. `source` is its path as the sweep file names it; `drop`: columns to leave
// out; `guessed`: nobody named the target.
std::string sweep_template(const nn::Dataset& table,
                           const std::string& source,
                           const std::vector<std::string>& drop,
                           bool guessed);

// "a, 'b c'": names as a list in YAML has them.
std::string drop_list(const std::vector<std::string>& names);

}  // namespace hpsearch::runner
