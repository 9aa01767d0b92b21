// The files of this folder, inside of the program.
#pragma once

#include <string_view>

namespace hpsearch::reports {

// The text of "page/base.js" and its like. Requires the name of a file that CMakeLists.txt lists.
std::string_view asset(std::string_view name);

}  // namespace hpsearch::reports
