// Reads the small text files that people name: sweep files, tables of configurations.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hpsearch::runner {

// The first `most` bytes of a regular file, or of a pipe that this process was given (/dev/stdin,
// the shell's <(command)). Devices and named pipes are refused: they may have no end, or wait for
// ever. `what` names the file in messages: "sweep file". Throws UsageError.
std::string read_input_text(const std::string& path, std::size_t most, std::string_view what);

}  // namespace hpsearch::runner
