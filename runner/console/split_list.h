// "a, b" as an option's list of names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hpsearch::runner {

// The parts between commas, without the blanks around them; empty ones are left out.
std::vector<std::string> split_list(std::string_view text);

}  // namespace hpsearch::runner
