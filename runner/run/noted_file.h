// Files whose size and checksum the database has.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace hpsearch::runner {

// Is the file, byte for byte, the one that was noted? False where it cannot be read.
bool is_as_noted(const std::filesystem::path& file, std::uint64_t bytes, const std::string& sha256);

}  // namespace hpsearch::runner
