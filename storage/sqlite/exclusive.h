// Databases on network file systems: one process at a time. Internal to storage.
#pragma once

#include <filesystem>
#include <string>

#include "storage/error.h"
#include "storage/sqlite/connection.h"

namespace hpsearch::storage {

// This process's connection to the database, which all its users share: SQLite locks the file for
// one connection, from its first access until it is closed, and keeps the index of the log in this
// process's own memory. `network` names the file system; who writes is warned once per process.
// Statements of several threads take turns.
DatabasePtr open_exclusive(const std::string& name,
                           int flags,
                           const std::filesystem::path& path,
                           const std::string& network);

// Another process has it: why, and what to do instead.
StoreError busy_on_network(const std::filesystem::path& path, const std::string& network);

}  // namespace hpsearch::storage
