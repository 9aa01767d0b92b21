// Databases in SQLite files. Internal to storage.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "storage/claims.h"
#include "storage/queries.h"
#include "storage/row_transfer.h"
#include "storage/store.h"

namespace hpsearch::storage {

// As the functions of backend.h.
std::unique_ptr<Store> open_sqlite_store(std::filesystem::path path, std::string tool_version);
std::unique_ptr<Queries> open_sqlite_queries(std::filesystem::path path);
std::unique_ptr<Queries> peek_sqlite(std::filesystem::path path);  // peek.h
std::unique_ptr<Claims> open_sqlite_claims(const std::filesystem::path& path,
                                           const std::string& tool_version,
                                           std::int64_t sweep_id,
                                           const std::string& sweep_name);

// As open_upgraded() of row_transfer.h.
UpgradedDatabase upgrade_sqlite(std::filesystem::path path, std::string tool_version);

}  // namespace hpsearch::storage
