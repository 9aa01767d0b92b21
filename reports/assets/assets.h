// The files of this folder, embedded in the program.
#pragma once

#include <string_view>

namespace hpsearch::reports {

// The content of an asset, such as "page/base.js". Valid for the lifetime of the program. Requires
// the name of a file that CMakeLists.txt lists.
std::string_view asset(std::string_view name);

}  // namespace hpsearch::reports
