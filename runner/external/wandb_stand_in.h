// What hpsearch gives to programs that it runs as trials.
#pragma once

#include <string_view>

namespace hpsearch::runner {

// The text of wandb/__init__.py, our stand-in for W&B's Python package, valid for the lifetime of
// the program. The file says what it reads from the environment and writes to stdout. It goes
// into a folder `wandb` in a folder of PYTHONPATH. A report ends its line, but may stand behind
// what the program printed without a newline: find `{"_hpsearch": "wandb", ` anywhere in a line.
std::string_view wandb_stand_in();

}  // namespace hpsearch::runner
