// Databases of a PostgreSQL server. Internal to storage.
//
// open_postgres.cpp implements this; without_postgres.cpp stands for it in a program that was built
// without the client library, and says so.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "storage/claims.h"
#include "storage/lock_file.h"
#include "storage/queries.h"
#include "storage/sql/session.h"
#include "storage/store.h"

namespace hpsearch::storage {

// As the functions of backend.h.
bool has_postgres_tables(const std::filesystem::path& url);
std::unique_ptr<Store> open_postgres_store(std::filesystem::path url, std::string tool_version);
std::unique_ptr<Queries> open_postgres_queries(std::filesystem::path url);
std::unique_ptr<Claims> open_postgres_claims(const std::filesystem::path& url,
                                             const std::string& tool_version,
                                             std::int64_t sweep_id,
                                             const std::string& sweep_name);

// As those of SweepLock.
std::unique_ptr<SweepHold> hold_postgres_sweep(const std::filesystem::path& url,
                                               std::int64_t sweep_id,
                                               const std::string& sweep_name);
std::vector<LockOwner> postgres_owners(const std::filesystem::path& url, std::int64_t sweep_id);
void ask_postgres_owners_to_stop(const std::filesystem::path& url, std::int64_t sweep_id);

// As those of artifacts.h: the folder of files, and a file that another host may have written.
std::string postgres_files_folder(const std::filesystem::path& url);
void fetch_postgres_file(const std::filesystem::path& url,
                         const std::string& path,
                         const std::filesystem::path& file);

}  // namespace hpsearch::storage
