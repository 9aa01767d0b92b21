// Opens databases: files, and databases of a PostgreSQL server, whose URL (location.h) is in the
// path. Which kind a path leads to is known in backends/ alone.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "storage/claims.h"
#include "storage/queries.h"
#include "storage/store.h"

namespace hpsearch::storage {

// Is there such a database, with tables in it? A file that exists counts, whatever it is. Throws
// StoreError where a server cannot be asked.
bool database_exists(const std::filesystem::path& path);

// To write: creates or upgrades the database as needed. Throws StoreError.
std::unique_ptr<Store> open_store(std::filesystem::path path, std::string tool_version);

// To read a database that exists; an older one is read as it is. Throws StoreError.
std::unique_ptr<Queries> open_queries(std::filesystem::path path);

// Makes this process one of those that share a sweep of a database that exists. Throws SweepBusy
// while a process runs it alone, and StoreError.
std::unique_ptr<Claims> open_claims(const std::filesystem::path& path,
                                    const std::string& tool_version,
                                    std::int64_t sweep_id,
                                    const std::string& sweep_name);

}  // namespace hpsearch::storage
