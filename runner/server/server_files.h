// The files of a server's folder, and the surroundings of PostgreSQL's programs.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace hpsearch::runner {

// Our environment without what would lead PostgreSQL's programs elsewhere, and with English
// messages.
std::vector<std::string> server_environment();

// All of a file; empty if it cannot be read.
std::string read_text(const std::filesystem::path& path);

// A new file that others may not read, also for a moment; an old one goes. Throws
// std::runtime_error with a sentence for people.
void write_private(const std::filesystem::path& path, const std::string& text);

// The last lines of the text behind `begin`, some 2 KB.
std::string last_lines(const std::string& text, std::size_t begin = 0);

}  // namespace hpsearch::runner
