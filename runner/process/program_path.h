// Finds programs as a shell does.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace hpsearch::runner {

// The value of the first `name=value`, which is the one that programs see; empty if there is none.
std::string environment_value(std::span<const std::string> environment, std::string_view name);

// The path to run for `program`, seen from `folder` ("": ours). A name without a slash is looked up
// in the PATH of `environment`. Throws std::runtime_error with a sentence for people if there is no
// such program or it may not be run.
std::string find_program(const std::string& program,
                         std::span<const std::string> environment,
                         const std::string& folder);

}  // namespace hpsearch::runner
