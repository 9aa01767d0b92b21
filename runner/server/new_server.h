// Makes the files of a new server.
#pragma once

#include <filesystem>

#include "runner/server/server_settings.h"

namespace hpsearch::runner {

// All that a server consists of appears in DIR/.hpsearch-new first. While that is there, DIR holds
// no server, and everything in it is left from a start that was killed.
std::filesystem::path unfinished_server(const std::filesystem::path& folder);

// True if the folder is empty, or holds only what a killed start has left.
bool is_free_for_server(const std::filesystem::path& folder);

// Makes DIR/data with the role and the database, DIR/pgpass and DIR/server.json; DIR is there, and
// free for it. Throws std::runtime_error with a sentence for people.
void make_server(const std::filesystem::path& folder, const ServerSettings& settings);

// Removes what make_server() and a server in it have made; never throws.
void remove_server(const std::filesystem::path& folder) noexcept;

}  // namespace hpsearch::runner
