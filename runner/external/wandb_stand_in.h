// What hpsearch gives to programs that it runs as trials.
#pragma once

#include <string_view>

namespace hpsearch::runner {

// The Python package `wandb` that stands in for W&B's, embedded in the program: the text of
// wandb/__init__.py, which says what it reads from the environment and writes to stdout. Valid for
// the lifetime of the program.
std::string_view wandb_stand_in();

}  // namespace hpsearch::runner
