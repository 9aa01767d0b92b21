// Compares the tables, indexes and views of a database with those that its version has. Internal to
// storage.
#pragma once

#include <string>
#include <vector>

#include "storage/health.h"

namespace SQLite {
class Database;
}  // namespace SQLite

namespace hpsearch::storage {

std::vector<HealthFinding> examine_schema(SQLite::Database& db);

// Makes views and indexes that are missing or differ anew, in the caller's transaction. Returns
// their names.
std::vector<std::string> restore_schema(SQLite::Database& db);

}  // namespace hpsearch::storage
