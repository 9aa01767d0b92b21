// What must hold between the rows of a database. Internal to storage.
#pragma once

#include <vector>

#include "storage/health.h"

namespace SQLite {
class Database;
}  // namespace SQLite

namespace hpsearch::storage {

// Rows that contradict each other, rows without their sweep or trial, times that run backwards.
// Throws SQLite::Exception where a table is not what its version says.
std::vector<HealthFinding> examine_rows(SQLite::Database& db);

// Deletes rows whose sweep or trial is gone, in the caller's transaction. Returns how many.
int remove_orphans(SQLite::Database& db);

}  // namespace hpsearch::storage
