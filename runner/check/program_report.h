// The part of the report of `check` about a program.
#pragma once

#include <string>

#include "search/sweep/sweep_spec.h"

namespace hpsearch::runner {

// The words that start the first trial, how parameters reach the program, what it reports, and its
// share of the machine. Requires spec.program.
std::string program_text(const search::SweepSpec& spec);

}  // namespace hpsearch::runner
