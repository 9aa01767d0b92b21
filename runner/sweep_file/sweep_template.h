// The sweep file that `init` writes.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "nn/data/dataset.h"

namespace hpsearch::runner {

// A commented sweep over the digits that come along: valid as it stands, a few seconds to run.
std::string sweep_template();

// A commented sweep over a table: its target and task, a metric and a size of network that fit it,
// and a search in stages. `source` is its path as the sweep file names it; `more`: lines of further
// keys under `dataset`, each indented and ended; `guessed`: nobody named the target; `distinct`: of
// each numeric column, how many values differ, in the rows to train on.
std::string sweep_template(const nn::Dataset& table,
                           const std::string& source,
                           const std::string& more,
                           bool guessed,
                           const std::vector<std::size_t>& distinct);

}  // namespace hpsearch::runner
