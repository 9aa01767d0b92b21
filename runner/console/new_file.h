// Writes new files, whole or not at all.
#pragma once

#include <string>
#include <string_view>

namespace hpsearch::runner {

// Creates a file under a temporary name beside its target, then renames it, so that no reader ever
// sees half of it. False if the name is taken; the file that has it stays as it is. Throws
// std::runtime_error if the file cannot be written.
bool write_new_file(const std::string& path, std::string_view text);

}  // namespace hpsearch::runner
