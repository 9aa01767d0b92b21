// The files that an installation has beside the program and its data, made by the program itself.
#pragma once

#include <filesystem>
#include <string_view>

namespace hpsearch::runner {

// The first argument of the call; the second is a folder. The build calls it. Not a verb, and not
// in
// --help.
inline constexpr std::string_view kShareVerb = "__share";

// Writes manual pages, completions and the JSON Schema of sweep files into the folders that they
// have below share/. Replaces what is there. Throws std::filesystem::filesystem_error.
void write_share_files(const std::filesystem::path& share);

}  // namespace hpsearch::runner
