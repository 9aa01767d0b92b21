// Writes files whole or not at all.
#pragma once

#include <string>
#include <string_view>

namespace hpsearch::runner {

// Writes a file that is not there yet: first beside it, then under its name, so that nobody ever
// reads half of it. False if the name is taken; what lies there stays as it is. Throws
// std::runtime_error where it cannot be written.
bool write_new_file(const std::string& path, std::string_view text);

}  // namespace hpsearch::runner
