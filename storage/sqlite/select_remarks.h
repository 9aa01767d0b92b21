// The statements behind Queries::remarks(). Internal to storage.
#pragma once

#include <cstdint>

#include "storage/remarks.h"

namespace SQLite {
class Database;
}  // namespace SQLite

namespace hpsearch::storage {

// None for a database with an older schema.
Remarks select_remarks(SQLite::Database& db, std::int64_t sweep_id);

}  // namespace hpsearch::storage
