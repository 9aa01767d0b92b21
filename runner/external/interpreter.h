// What starts Python programs.
#pragma once

#include <string>
#include <vector>

namespace hpsearch::runner {

// `python` where PATH has one, as W&B has it, else `python3`.
std::string interpreter(const std::vector<std::string>& environment);

}  // namespace hpsearch::runner
