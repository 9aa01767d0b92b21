// Opens databases. Which kind of database a path leads to is known here alone.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "storage/queries.h"
#include "storage/store.h"

namespace hpsearch::storage {

// To write: creates or upgrades the database as needed. Throws StoreError.
std::unique_ptr<Store> open_store(std::filesystem::path path, std::string tool_version);

// To read a database that exists; an older one is read as it is. Throws StoreError.
std::unique_ptr<Queries> open_queries(std::filesystem::path path);

}  // namespace hpsearch::storage
