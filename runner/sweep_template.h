// The sweep file that `init` writes.
#pragma once

#include <string>

namespace hpsearch::runner {

// A commented sweep over the digits that come along: valid as it stands, a few seconds to run.
std::string sweep_template();

}  // namespace hpsearch::runner
