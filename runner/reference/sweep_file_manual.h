// The manual page of the sweep file.
#pragma once

#include <string>

#include "runner/reference/manual_page.h"

namespace hpsearch::runner {

// hpsearch(5): every key, setting, method, metric, pruner and built-in data set, from their tables.
std::string sweep_file_manual(const Release& release);

}  // namespace hpsearch::runner
